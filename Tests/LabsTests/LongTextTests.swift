import Linux
import Testing

@testable import Labs

/// A lab may come from anywhere: no text of any size or shape may bring the reader down.
@Suite("A hostile or endless lab")
struct LongTextTests {
  private func findings(_ text: String) -> [String] {
    Linter.lint(text, file: "lab.md", translation: nil, translationFile: "lab.ko.md")
      .diagnostics.map(\.id)
  }

  @Test(
    "is read to its end",
    arguments: [
      String(repeating: ">", count: 200_000),
      String(repeating: "> ", count: 100_000) + "x",
      String(repeating: "- ", count: 100_000) + "x",
      (0..<400).map { String(repeating: " ", count: $0 * 2) + "- x\n" }.joined(),
      "- x\n" + String(repeating: "\n", count: 20_000) + "y",
      String(repeating: "```", count: 50_000),
      String(repeating: "`````\n", count: 5_000),
      String(repeating: "{{a", count: 50_000),
      String(repeating: "|-", count: 50_000) + "\n" + String(repeating: "|-", count: 50_000),
      "```quiz q\nask: " + String(repeating: "[", count: 50_000) + "\n```\n",
      "```check\n" + String(repeating: "- script: x\n", count: 3_000) + "```\n",
    ])
  func shapes(_ text: String) {
    let found = findings(Example.lab + "\n" + text + "\n")
    #expect(found.contains("lab.missing-translation"))
  }

  @Test("of thousands of steps and lines gives its findings at the right lines")
  func long() {
    var text = String(Example.lab.split(separator: "## Start it")[0])
    for number in 0..<500 {
      text +=
        "## Step {#s\(number)}\n\n" + String(repeating: "Some words.\n", count: 20)
        + "```text\nx\n```\n\n```quiz q\nask: Which?\nanswer: x\n```\n\n"
    }
    text += "```chekc\n```\n"
    let found = Linter.lint(
      text, file: "lab.md", translation: nil, translationFile: "lab.ko.md"
    ).diagnostics
    let last = found.first { $0.id == "lab.unknown-fence" }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(last?.location.line == lines.count - 2)
  }

  @Test("is refused over 4 MiB, and when it is not there or not a file")
  func size() throws {
    let folder = "/tmp/dklab-long-\(UInt64.random(in: .min ... .max))"
    try Directory.make(folder)
    defer { try? Directory.removeTree(folder) }
    #expect(throws: (any Error).self) { try Linter.lint(folder: folder) }
    try File.replace(folder + "/lab.md", String(repeating: "x\n", count: 3 << 20))
    let error = #expect(throws: (any Error).self) { try Linter.lint(folder: folder) }
    #expect("\(error as Any)".contains("4 MiB"))
    try Directory.removeTree(folder + "/lab.md")
    try Directory.make(folder + "/lab.md")
    #expect(throws: (any Error).self) { try Linter.lint(folder: folder) }
  }
}
