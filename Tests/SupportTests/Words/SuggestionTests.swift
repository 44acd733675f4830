import Testing

@testable import Support

struct SuggestionTests {
  @Test(
    "distance counts insertions, deletions, replacements and swaps",
    arguments: [
      ("", "", 0), ("", "abc", 3), ("abc", "abc", 0), ("abc", "abd", 1), ("abc", "acb", 1),
      ("kitten", "sitting", 3), ("한글", "한굴", 1), ("imgae", "image", 1),
    ])
  func distance(left: String, right: String, expected: Int) {
    #expect(Suggestion.distance(left, right) == expected)
    #expect(Suggestion.distance(right, left) == expected)
  }

  @Test(
    "the nearest word is proposed, and none when nothing is near",
    arguments: [
      ("imgaes", "images"), ("pss", "ps"), ("stpo", "stop"), ("xyzzy", nil), ("Run", "run"),
      ("a", nil), ("", nil), ("restrat", "restart"),
    ] as [(String, String?)])
  func nearest(word: String, expected: String?) {
    let known = ["run", "ps", "images", "stop", "start", "restart", "rm"]
    #expect(Suggestion.nearest(to: word, in: known) == expected)
  }

  @Test("a limit stops early")
  func limit() {
    #expect(Suggestion.distance("abcdef", "uvwxyz", limit: 2) == 3)
    #expect(Suggestion.distance("a", "abcdefgh", limit: 2) == 3)
  }
}
