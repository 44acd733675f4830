import Support
import Testing

@testable import Compose

@Suite("The progress of a compose command")
struct ProgressTests {
  @Test("is a line for each change where lines cannot be drawn over")
  func plain() {
    var text = ""
    let progress = PlainComposeProgress { text += $0 }
    progress.report("Network demo_default", .creating)
    progress.report("Network demo_default", .created)
    #expect(text == " Network demo_default  Creating\n Network demo_default  Created\n")
  }

  @Test("is a block on a terminal, with the time each thing took")
  func terminal() {
    var text = ""
    var now: Int64 = 0
    let progress = TerminalComposeProgress(
      facts: .plain, size: { (60, 24) }, now: { now }, write: { text = $0 })
    now = 1000
    progress.report("Network demo_default", .creating)
    now = 1200
    progress.report("Network demo_default", .created)
    progress.report("Container demo-web-1", .starting)
    now = 2500
    progress.report("Container demo-web-1", .started)
    progress.finish()
    let lines = text.replacing("\u{1B}[2K", with: "").split(separator: "\n").map(String.init)
    #expect(lines.count == 3)
    #expect(lines[0].hasSuffix("[+] Running 2/2"))
    #expect(lines[1] == " ✔ Network demo_default  Created                       0.2s")
    #expect(lines[2] == " ✔ Container demo-web-1  Started                       1.3s")
  }
}
