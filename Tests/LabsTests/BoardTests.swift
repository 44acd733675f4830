import Linux
import Support
import Testing

@testable import Labs

@Suite("The board of a course")
struct BoardTests {
  private static let minute: Int64 = 60_000_000_000

  private func report(
    _ student: String, _ step: String, failing: [String], done: Int = 1
  ) -> BoardReport {
    BoardReport(
      student: student, lab: "day44", step: step, done: done, steps: 7, failing: failing, time: 1)
  }

  @Test("shows those first who have been stuck longest, and counts their tries")
  func order() {
    var board = Board()
    board.take(report("b", "layer", failing: ["proof"]), now: 2 * Self.minute)
    board.take(report("a", "first", failing: ["page", "image"]), now: 4 * Self.minute)
    board.take(report("c", "keep", failing: []), now: 5 * Self.minute)
    board.take(report("b", "layer", failing: ["proof"]), now: 9 * Self.minute)
    let lines = board.lines(now: 10 * Self.minute, language: .en)
    #expect(lines.count == 4)
    #expect(lines[1].hasPrefix("b") && lines[1].contains("8 min") && lines[1].hasSuffix("2"))
    #expect(lines[2].hasPrefix("a") && lines[2].contains("page, image"))
    #expect(lines[3].hasPrefix("c") && lines[3].contains("1/7"))
  }

  @Test("begins to count anew at the next step, and stops when a step is done")
  func moves() throws {
    var board = Board()
    board.take(report("a", "first", failing: ["page"]), now: 1)
    board.take(report("a", "again", failing: ["rm"]), now: 7)
    #expect(board.entries.count == 1)
    #expect(board.entries.first?.since == 7 && board.entries.first?.tries == 1)
    board.take(report("A", "again", failing: [], done: 2), now: 9)
    #expect(board.entries.count == 1 && board.entries.first?.report.done == 2)
    #expect(!board.lines(now: 9, language: .en)[1].contains("min"))
  }

  @Test("says on which check many hang, in both languages")
  func crowds() {
    var board = Board()
    for name in ["a", "b", "c"] {
      board.take(report(name, "layer", failing: ["proof"]), now: 1)
    }
    board.take(report("d", "layer", failing: ["other"]), now: 1)
    #expect(board.lines(now: 1, language: .en).last == "3 are stuck on day44 layer/proof")
    #expect(board.lines(now: 1, language: .ko).last == "3명이 day44 layer/proof에서 막혀 있습니다")
  }

  @Test("takes terminal escapes out of what strangers say")
  func escapes() {
    var board = Board()
    board.take(report("a", "\u{1B}[2J", failing: ["\u{1B}]0;x\u{7}"]), now: 1)
    #expect(!board.lines(now: 1).joined().contains("\u{1B}"))
  }

  @Test("is kept in the course's folder")
  func kept() throws {
    let folder = "/tmp/dklab-board-\(UInt32.random(in: 0 ... .max))"
    try Directory.make(folder)
    defer { try? Directory.removeTree(folder) }
    #expect(try Board(course: folder) == Board())
    var board = Board()
    board.take(report("a", "first", failing: ["page"]), now: 1)
    try board.store(course: folder)
    #expect(try Board(course: folder) == board)
  }
}
