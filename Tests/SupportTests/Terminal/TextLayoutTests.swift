import Testing

@testable import Support

struct TextLayoutTests {
  @Test(
    "padding counts cells",
    arguments: [
      ("ab", 5, Alignment.left, "ab   "), ("ab", 5, .right, "   ab"), ("ab", 5, .center, " ab  "),
      ("한글", 6, .left, "한글  "), ("한글", 6, .right, "  한글"), ("toolong", 3, .left, "toolong"),
    ])
  func padding(text: String, width: Int, alignment: Alignment, expected: String) {
    #expect(text.padded(to: width, alignment) == expected)
  }

  @Test(
    "cutting never leaves half a character and never exceeds the width",
    arguments: [
      ("abcdef", 6, "abcdef"), ("abcdef", 4, "abc…"), ("한글이름", 5, "한글…"), ("한글이름", 4, "한…"),
      ("한글", 1, "…"), ("abc", 0, ""), ("👨‍👩‍👧x", 2, "…"),
      ("\u{1B}[31mabcdef\u{1B}[0m", 4, "\u{1B}[31mabc\u{1B}[0m…"),
    ])
  func truncation(text: String, width: Int, expected: String) {
    #expect(text.truncated(to: width) == expected)
    #expect(text.truncated(to: width).displayWidth <= width)
  }

  @Test(
    "lines break at spaces, long words inside, and Korean words stay whole",
    arguments: [
      ("the quick brown fox", 10, ["the quick", "brown fox"]),
      ("a  b", 10, ["a  b"]), ("abcdefghij", 4, ["abcd", "efgh", "ij"]),
      ("컨테이너가 없습니다", 12, ["컨테이너가", "없습니다"]),
      ("日本語日本語", 8, ["日本語日", "本語"]),
      ("one\n\ntwo", 20, ["one", "", "two"]), ("", 10, [""]),
      ("x abcdefgh", 4, ["x", "abcd", "efgh"]),
    ])
  func wrapping(text: String, width: Int, expected: [String]) {
    #expect(text.wrapped(to: width) == expected)
  }

  @Test("continuation lines are indented and still fit")
  func indentation() {
    let lines = "one two three four five".wrapped(to: 12, indent: "  ")
    #expect(lines == ["one two", "  three four", "  five"])
  }

  @Test("a colour that is on at a line's end is switched off there, and on again after the indent")
  func colours() {
    let text = "a \u{1B}[36mcode span\u{1B}[0m end"
    #expect(
      text.wrapped(to: 7, indent: "> ") == [
        "a \u{1B}[36mcode\u{1B}[0m", "> \u{1B}[36mspan\u{1B}[0m", "> end",
      ])
  }

  @Test(
    "tabs stand at every eighth cell",
    arguments: [("a\tb", "a       b"), ("한글\tb", "한글    b"), ("\t", "        "), ("ab", "ab")])
  func tabs(_ text: String, _ expected: String) {
    #expect(text.expandingTabs() == expected)
  }

  @Test("a line takes as many rows as the terminal breaks it into")
  func rows() {
    #expect("".rows(in: 10) == 1 && "0123456789".rows(in: 10) == 1)
    #expect("0123456789a".rows(in: 10) == 2 && "한글한글한".rows(in: 4) == 3)
  }
}
