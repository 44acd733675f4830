import Support
import Testing

@testable import Labs

@Suite("Markdown")
struct MarkdownTests {
  private func kinds(_ text: String) -> [String] {
    MarkdownReader.read(text, file: "lab.md").0.map { block in
      switch block.kind {
      case .heading(let level, let text): "h\(level) \(text)"
      case .paragraph(let text): "p \(text)"
      case .list(let start, let items):
        "list \(start.map(String.init) ?? "-") "
          + items.map { Canonical.text($0) }.joined(separator: " / ")
      case .table(let header, let rows): "table \(header) \(rows)"
      case .quote(let blocks): "quote \(Canonical.text(blocks))"
      case .fence(let fence): "\(fence.kind) \(fence.words) \(fence.body)"
      case .placeholder(let kind): "[[\(kind)]]"
      case .rule: "rule"
      }
    }
  }

  @Test("is read block by block")
  func blocks() {
    #expect(
      kinds("# One\ntwo\nthree\n\n---\n<!-- no\nno -->\n> a\n> b\n\n[[bash]]") == [
        "h1 One", "p two\nthree", "rule", "quote a b", "[[bash]]",
      ])
  }

  @Test("knows lists, nested and numbered")
  func lists() {
    #expect(kinds("- a\n  b\n- c\n  - d\n\nafter") == ["list - a b / c\n\n- d", "p after"])
    #expect(kinds("3. a\n4. b") == ["list 3 a / b"])
  }

  @Test("knows tables, with bars in code and behind backslashes")
  func tables() {
    #expect(
      kinds("| a | b |\n|---|---|\n| `x|y` | p \\| q |\n| z |") == [
        "table [\"a\", \"b\"] [[\"`x|y`\", \"p | q\"], [\"z\", \"\"]]"
      ])
  }

  @Test("closes a fence only with as many marks, and keeps its body as it stands")
  func fences() {
    #expect(
      kinds("````bash one\n```\n  x\n````\n~~~text\na\n~~~") == [
        "bash [\"one\"] ```\n  x\n", "text [] a\n",
      ])
  }

  @Test("keeps the place of every block", arguments: [("a\n\nb", 3), ("- x\n- y\n\n\n# h", 5)])
  func places(_ text: String, _ line: Int) {
    #expect(MarkdownReader.read(text, file: "lab.md").0.last?.location.line == line)
  }

  @Test("never hangs or crashes, whatever it is given")
  func anything() {
    var random = SeededGenerator(seed: 7)
    let pieces = [
      "#", "```", "~~~", "- ", "1. ", "|", "|---|", "> ", "\n", " ", "a", "[[", "]]", "{#", "<!--",
      "`", "**", "\\",
    ]
    for _ in 0..<500 {
      let text = (0..<40).compactMap { _ in pieces.randomElement(using: &random) }.joined()
      let (blocks, _) = MarkdownReader.read(text, file: "x")
      let renderer = MarkdownRenderer(facts: .plain, variables: Variables(values: [:]))
      _ = renderer.lines(blocks)
      _ = Linter.lint(
        "---\nformat: 1\n---\n" + text, file: "x", translation: text, translationFile: "y")
    }
  }

  @Test("shows emphasis and code, and leaves names with underscores alone")
  func inline() {
    var colour = TerminalFacts.plain
    colour.hasColor = true
    func plain(_ text: String) -> String { InlineMarkdown.render(text, facts: .plain) }
    #expect(
      plain("a **b** `c_d` e_f_g [x](http://y) \\*z\\*") == "a b `c_d` e_f_g x (http://y) *z*")
    #expect(InlineMarkdown.render("`c`", facts: colour).contains("\u{1B}["))
    #expect(plain("``a`b``") == "`a`b`")
    #expect(plain("5 * 3 * 2") == "5 * 3 * 2")
  }
}
