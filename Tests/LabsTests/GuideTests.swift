import Support
import Testing

@testable import Labs

@Suite("The guide's keys and words") struct GuideTests {
  @Test("every command has a key of its own, and the same key counts in Korean")
  func keys() {
    let keys = GuideCommand.allCases.map(\.key)
    #expect(Set(keys).count == keys.count)
    for command in GuideCommand.allCases {
      #expect(GuideCommand(key: command.key) == command)
      guard let korean = command.koreanKey else { continue }
      #expect(KoreanKeyboard.latin(korean) == String(command.key))
    }
    #expect(GuideCommand.check.koreanKey == "ㅊ" && GuideCommand.next.koreanKey == "ㅜ")
    #expect(GuideCommand(key: "k") == nil)
  }

  @Test(
    "a typed word is understood in both languages and on both keyboards",
    arguments: [
      ("check", GuideCommand.check), ("검사", .check), ("c", .check), ("ㅊ", .check),
      ("촏차", .check), ("answer", .quiz), ("NEXT", .next), ("다음", .next), ("quit", .leave),
      ("끝", .leave), ("?", .help), ("쉘", .shell),
    ])
  func words(_ word: String, _ command: GuideCommand) {
    #expect(GuideCommand(word: word) == command)
  }

  @Test("a mistyped word is no command, and the nearest one is named")
  func typos() {
    #expect(GuideCommand(word: "hnt") == nil)
    #expect(GuideCommand.nearest(to: "hnt") == "hint")
    #expect(GuideCommand.nearest(to: "ㅗㅑㅜ") == "hint")
    #expect(GuideCommand.nearest(to: "xyzzy") == nil)
  }

  @Test(
    "the line of keys fits every terminal, and keeps check, help and the place to the last",
    arguments: [20, 30, 40, 50, 80, 120], [Language.en, .ko])
  func line(_ columns: Int, _ language: Language) {
    for shown in [nil, 37] as [Int?] {
      for asks in [true, false] {
        let state = GuideState(place: "day44 1/7 0/6", isDone: !asks, asks: asks)
        let facts = TerminalFacts(isTerminal: true, columns: columns, hasColor: true, redraws: true)
        let text = KeyLine(state: state, shown: shown, language: language).text(facts)
        #expect(text.displayWidth < columns, "\(text)")
        guard columns >= 40 else { continue }
        #expect(text.contains("day44 1/7 0/6") && text.contains("?"), "\(text)")
      }
    }
  }

  @Test("at 80 columns every key has its word")
  func wide() {
    let state = GuideState(place: "day44 1/7 0/6", asks: true)
    let facts = TerminalFacts(isTerminal: true, columns: 80, redraws: true)
    #expect(
      KeyLine(state: state, language: .ko).text(facts)
        == "day44 1/7 0/6  c 검사  h 힌트  a 질문  s 셸  n 다음  b 이전  ? 도움말  q 끝")
  }

  @Test("a drawn block writes only the lines that changed")
  func redrawing() {
    var written: [String] = []
    var block = RedrawnBlock()
    block.write = { written.append($0) }
    let facts = TerminalFacts(isTerminal: true, columns: 40, redraws: true)
    block.draw(["one", "two", "three"], facts, rows: 24)
    block.draw(["one", "two", "three"], facts, rows: 24)
    #expect(written.count == 1)
    block.draw(["one", "zwei", "three"], facts, rows: 24)
    #expect(written[1].contains("zwei") && !written[1].contains("one"))
    #expect(written[1].contains("\u{1B}[3A") && written[1].contains("\u{1B}[?2026h"))
    block.draw(["one"], facts, rows: 24)
    #expect(written[2].contains("\u{1B}[J") && !written[2].contains("one"))
    block.draw((1...30).map { "line \($0)" }, facts, rows: 10)
    #expect(written[3].contains("… +22") && !written[3].contains("line 9"))
    block.leave()
    #expect(written[4] == "\u{1B}[?25h")
  }

  @Test("a block on a terminal of another size begins on an empty screen, and is drawn whole")
  func resized() {
    var written: [String] = []
    var block = RedrawnBlock()
    block.write = { written.append($0) }
    let facts = TerminalFacts(isTerminal: true, columns: 40, redraws: true)
    block.draw(["one", "two"], facts, rows: 24)
    block.resize()
    block.draw(["one", "two"], facts, rows: 12)
    #expect(written.count == 3 && written[1] == "\u{1B}[H\u{1B}[2J")
    #expect(written[2].contains("one") && written[2].contains("two"))
    #expect(!written[2].contains("\u{1B}[2A"))
    // A first drawing has nothing to wipe.
    #expect(!written[0].contains("\u{1B}[2J"))
  }

  @Test(
    "yes is yes on both keyboards, and nothing else is",
    arguments: [
      ("y", true), ("YES", true), ("예", true), ("ㅛ", true), ("", false), ("n", false), ("ㅜ", false),
      ("yes please", false), ("아니요", false),
    ])
  func yes(_ text: String, _ isYes: Bool) {
    #expect(YesNo.isYes(text) == isYes)
  }
}
