import Testing

@testable import Support

struct ProgressLineTests {
  private final class Recorder {
    var text = ""
    var time: UInt64 = 0
  }

  private func progress(_ facts: TerminalFacts, total: Int64?, _ recorder: Recorder) -> ProgressLine
  {
    ProgressLine(
      "layer", total: total, facts: facts, write: { recorder.text += $0 }, now: { recorder.time })
  }

  @Test("a terminal gets one line, drawn at most ten times a second")
  func terminal() {
    let recorder = Recorder()
    var line = progress(
      TerminalFacts(isTerminal: true, columns: 60, redraws: true), total: 100, recorder)
    for step in 0..<100 as Range<Int64> {
      line.update(step)
      recorder.time += 10_000_000
    }
    #expect(recorder.text.split(separator: "\r").count == 10)
    line.finish("done")
    #expect(recorder.text.hasSuffix("\rlayer: done\u{1B}[K\n"))
    #expect(recorder.text.count { $0 == "\n" } == 1)
  }

  @Test("the bar fits the terminal and shows the share done")
  func drawing() {
    let facts = TerminalFacts(isTerminal: true, columns: 60, redraws: true)
    let line = progress(facts, total: 2_000_000, Recorder())
    let bar = String(repeating: "=", count: 18) + ">" + String(repeating: " ", count: 17)
    #expect(line.line(1_000_000) == "layer  [\(bar)]  50%  1MB/2MB")
    #expect(line.line(5_000_000).contains("100%") && line.line(0).contains("[>"))
    let items = ProgressLine("files", total: 4, unit: .items, facts: facts, write: { _ in })
    #expect(items.line(2).hasSuffix("  50%  2/4"))
    for columns in [1, 12, 20, 30, 200] {
      let narrow = progress(
        TerminalFacts(isTerminal: true, columns: columns, redraws: true), total: 10, Recorder())
      #expect(narrow.line(5).displayWidth <= max(10, columns - 1))
    }
    #expect(progress(facts, total: nil, Recorder()).line(1500) == "layer  1.5kB")
  }

  @Test("anything else gets a line at the start and one at the end")
  func plain() {
    let recorder = Recorder()
    var line = progress(.plain, total: 10, recorder)
    line.update(5)
    line.finish("done")
    #expect(recorder.text == "layer\nlayer: done\n")
  }
}
