import Glibc
import Linux
import Support
import Testing

@testable import Labs

/// Each folder of Fixtures/render holds an input.md and what it looks like on four outputs.
/// DKLAB_RECORD=1 writes them anew.
@Suite("Markdown on a terminal") struct RenderTests {
  static let folder = String(#filePath.dropLast("RenderTests.swift".count)) + "Fixtures/render"
  static let cases = (try? Directory.list(folder)) ?? []

  static let outputs: [(name: String, facts: TerminalFacts)] = [
    ("80", TerminalFacts(isTerminal: true, columns: 80, redraws: true)),
    ("40", TerminalFacts(isTerminal: true, columns: 40, redraws: true)),
    ("colour-50", TerminalFacts(isTerminal: true, columns: 50, hasColor: true, redraws: true)),
    ("linear-40", TerminalFacts(isTerminal: true, columns: 40)),
  ]

  private func rendered(_ name: String, _ facts: TerminalFacts) throws -> [String] {
    let text = try File.text("\(Self.folder)/\(name)/input.md")
    let variables = Variables(values: [
      "port": "8080", "name": "web-k3f", "seven": "8007", "n": "",
    ])
    let language: Language = name.hasSuffix("ko") ? .ko : .en
    let renderer = MarkdownRenderer(facts: facts, variables: variables, language: language)
    return renderer.lines(MarkdownReader.read(text, file: "input.md").0)
  }

  @Test("there are cases") func existence() {
    #expect(Self.cases.count >= 7)
  }

  @Test("a text looks as recorded, and stays inside the terminal", arguments: cases)
  func golden(name: String) throws {
    for output in Self.outputs {
      let lines = try rendered(name, output.facts)
      let path = "\(Self.folder)/\(name)/\(output.name).txt"
      let text = lines.map { $0 + "\n" }.joined()
      if getenv("DKLAB_RECORD") != nil { try File.replace(path, text) }
      #expect(text == (try? File.text(path)), "\(name) at \(output.name)")
      // A command is one line whatever the width: it is there to be copied.
      for line in lines where !line.contains("docker run") {
        #expect(line.displayWidth <= output.facts.columns, "\(name) at \(output.name): \(line)")
      }
    }
  }

  @Test(
    "what stands among sentences is one",
    arguments: [
      ("that is not it", "That is not it."), ("`vm` is a name", "`vm` is a name."),
      ("실제 값과 다릅니다", "실제 값과 다릅니다."), ("Really?", "Really?"), ("", ""),
    ])
  func sentence(_ text: String, _ sentence: String) {
    #expect(text.sentence == sentence)
  }

  @Test("the lines around a table's cells stand one below the other", arguments: cases)
  func frames(name: String) throws {
    for output in Self.outputs where output.facts.redraws {
      let framed = try rendered(name, output.facts).filter { line in
        line.first.map { "┌│├└".contains($0) } ?? false
      }
      guard framed.contains(where: { $0.hasPrefix("┌") }) else { continue }
      let rows = framed.filter { !$0.hasPrefix("│ A") }
      #expect(Set(rows.map(\.displayWidth)).count == 1, "\(name) at \(output.name)")
    }
  }

  @Test("a colour never reaches beyond its own words", arguments: cases)
  func colours(name: String) throws {
    let facts = TerminalFacts(isTerminal: true, columns: 40, hasColor: true, redraws: true)
    for line in try rendered(name, facts) where line.contains("\u{1B}[") {
      let lastCode = line.split(separator: "\u{1B}[").last { $0.first?.isNumber == true }
      #expect(lastCode?.hasPrefix("0m") == true, "\(line)")
    }
  }

  @Test("no folder holds files that no test reads", arguments: cases)
  func orphans(name: String) throws {
    let expected = ["input.md"] + Self.outputs.map { "\($0.name).txt" }
    #expect(try Directory.list("\(Self.folder)/\(name)") == expected.sorted())
  }
}
