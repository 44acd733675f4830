import Testing

@testable import Support

struct BorderedTableTests {
  private let table = BorderedTable(
    header: ["lab", "제목", "n"], rows: [["day44", "첫 컨테이너", "3"], ["day45", "image", "12"]],
    alignments: [.left, .left, .right])

  @Test("the frame closes, whatever the cells hold")
  func frame() {
    let facts = TerminalFacts(isTerminal: true, columns: 80, redraws: true)
    #expect(
      table.lines(for: facts) == [
        "┌───────┬─────────────┬────┐", "│ lab   │ 제목        │  n │",
        "├───────┼─────────────┼────┤", "│ day44 │ 첫 컨테이너 │  3 │",
        "│ day45 │ image       │ 12 │", "└───────┴─────────────┴────┘",
      ])
  }

  @Test("a table too wide for the terminal wraps its widest column")
  func narrow() {
    let facts = TerminalFacts(isTerminal: true, columns: 25, redraws: true)
    let lines = table.lines(for: facts)
    #expect(lines.allSatisfy { $0.displayWidth == 25 })
    #expect(lines.contains { $0.contains("컨테이너") } && lines.count == 7)
  }

  @Test("pipes and accessible mode get plain columns")
  func plain() {
    #expect(
      table.lines(for: .plain) == [
        "lab     제목          n", "day44   첫 컨테이너   3", "day45   image         12",
      ])
  }
}
