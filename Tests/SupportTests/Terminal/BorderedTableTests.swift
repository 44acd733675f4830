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

  private func wide(_ columns: Int) -> [String] {
    let table = BorderedTable(
      header: ["piece", "meaning", "n"],
      rows: [
        ["docker/getting-started", "the image, of which the container is made", "3"],
        ["-d", "백그라운드에서 실행하고 프롬프트를 바로 돌려줍니다", "12"],
      ])
    return table.lines(for: TerminalFacts(isTerminal: true, columns: columns, redraws: true))
  }

  @Test("a table too wide for the terminal wraps its widest columns", arguments: [50, 60, 70])
  func narrow(_ columns: Int) {
    let lines = wide(columns)
    #expect(lines.allSatisfy { $0.displayWidth == columns }, "\(lines)")
    #expect(lines.first?.hasPrefix("┌") == true && lines.count > 6)
  }

  @Test(
    "where hardly a word would fit into a column, each row is a short list", arguments: [24, 36])
  func list(_ columns: Int) {
    let lines = wide(columns)
    #expect(lines.allSatisfy { $0.displayWidth <= columns && !$0.contains("│") }, "\(lines)")
    #expect(lines.first == "docker/getting-started" && lines.contains("  n: 12"))
    #expect(lines.contains { $0.hasPrefix("  meaning: ") }, "\(lines)")
  }

  @Test("pipes and accessible mode get plain columns")
  func plain() {
    #expect(
      table.lines(for: .plain) == [
        "lab     제목          n", "day44   첫 컨테이너   3", "day45   image         12",
      ])
  }
}
