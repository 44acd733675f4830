import Testing

@testable import Support

@Suite("Texts cut by bytes")
struct TextLinesTests {
  @Test(
    "lines are what stands between line feeds, empty ones too, and keep their carriage returns",
    arguments: [
      ("", [""]), ("a", ["a"]), ("a\n", ["a", ""]), ("\n\n", ["", "", ""]),
      ("가나\n\u{1F468}\u{200D}\u{1F469}\n다", ["가나", "\u{1F468}\u{200D}\u{1F469}", "다"]),
      ("a\r\nb", ["a\r", "b"]), ("a\u{2028}b", ["a\u{2028}b"]),
    ])
  func lines(_ text: String, _ expected: [String]) {
    #expect(text.lines.map(String.init) == expected)
    #expect(Substring("x" + text).dropFirst().lines.map(String.init) == expected)
  }

  @Test(
    "words are what stands between blanks",
    arguments: [
      ("", []), (" \t\r\n", []), ("a", ["a"]), ("  가 나\n다\t라 ", ["가", "나", "다", "라"]),
      ("a\u{A0}b\u{3000}c", ["a\u{A0}b\u{3000}c"]),
    ])
  func words(_ text: String, _ expected: [String]) {
    #expect(text.words.map(String.init) == expected)
  }

  @Test(
    "places are found from left to right, without overlap",
    arguments: [
      ("web1 web10 web1", "web1", [0, 5, 11]), ("aaaa", "aa", [0, 2]), ("aab", "ab", [1]),
      ("가나가나", "나", [3, 9]), ("abc", "abcd", []), ("abc", "", []), ("", "a", []), ("xa", "a", [1]),
    ])
  func places(_ text: String, _ word: String, _ expected: [Int]) {
    let found = text.places(of: word)
    #expect(found.map { text.utf8.distance(from: text.startIndex, to: $0.lowerBound) } == expected)
    #expect(found.allSatisfy { text[$0] == word })
  }
}
