import Glibc
import Support
import Testing

@testable import Linux

/// The lines that comments offer to the reader must work.
@Suite("what comments invite to try")
struct TryItTests {
  static let sources: String = {
    let folders = #filePath.split(separator: "/").dropLast(3)
    return "/" + folders.joined(separator: "/") + "/Sources/Linux"
  }()

  static let lines: [String] = {
    let files = (try? Directory.list(sources)) ?? []
    return files.flatMap { name -> [String] in
      let text = (try? File.text("\(sources)/\(name)")) ?? ""
      return text.split(separator: "\n").filter { $0.hasPrefix("// Try it: ") }
        .map { String($0.dropFirst("// Try it: ".count)) }
    }
  }()

  @Test("there are such lines")
  func found() {
    #expect(Self.lines.count >= 4)
  }

  @Test(
    "each prints something and succeeds",
    arguments: lines.filter { line in
      Machine.has(program: String(line.prefix { $0 != " " }))
    })
  func works(line: String) throws {
    let result = try Probe.run(["-c", line], program: "/bin/sh")
    #expect(result.status.code == 0, "\(result.lines)")
    #expect(!result.lines.isEmpty)
  }
}
