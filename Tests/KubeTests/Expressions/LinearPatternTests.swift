import Testing

@testable import Kube

@Suite("Patterns")
struct LinearPatternTests {
  @Test(
    "what stands in a text is found",
    arguments: [
      ("^a+b$", "aaab", ["aaab"]), ("a|ab", "ab", ["a"]), ("(ab|a)c?", "abc ac", ["abc", "ac"]),
      ("a*?b", "aab", ["aab"]), ("a{2,3}", "aaaaa", ["aaa", "aa"]), ("a{2}?", "aaa", ["aa"]),
      ("[^a-c]+", "abxyc", ["xy"]), (#"\d+"#, "a12b٣", ["12"]), (#"\w+"#, "é_1", ["_1"]),
      ("(?i)ab[c-d]", "xABD", ["ABD"]), ("(?i:a)b", "AB Ab", ["Ab"]), (".", "\n한", ["한"]),
      ("(?s).", "\n", ["\n"]), ("(?m)^b$", "a\nb\nc", ["b"]), ("[[:alpha:]-]+", "1a-b2", ["a-b"]),
      (#"\bon\b"#, "upon on", ["on"]), (#"[\]\\]"#, "a]", ["]"]), ("[]a]+", "b]a", ["]a"]),
      (#"\pL+"#, "1한글2", ["한글"]), (#"\Q.*\E"#, "a.*", [".*"]), (#"a\x41\x{42}"#, "aAB", ["aAB"]),
      ("(?P<x>a)(?:b)", "ab", ["ab"]), ("a{,2}", "a{,2}", ["a{,2}"]), ("", "ab", ["", "", ""]),
      ("(a*)*b", "aab", ["aab"]), ("^$", "", [""]), ("x", "abc", []), ("^b", "ab", []),
      (#"[^\d\s]+"#, "1 a", ["a"]), ("(a|b|)c", "c ac", ["c", "ac"]),
    ] as [(String, String, [String])])
  func finds(pattern: String, text: String, found: [String]) throws {
    let pattern = try #require(LinearPattern(pattern))
    #expect(pattern.all(in: text) == found)
    #expect(pattern.isIn(text) == !found.isEmpty)
  }

  @Test(
    "what is no pattern, or too large a one, is refused",
    arguments: [
      "(", ")", "[", "a**", "*", "[b-a]", #"\1"#, "(?=a)", "(?<!a)", "a{3,2}", "a{1001}", #"\"#,
      "(a{1000}){1000}", #"\p{Nothing}"#, "[[:nothing:]]", String(repeating: "(", count: 4000),
      "(?z)a",
    ])
  func refuses(pattern: String) {
    #expect(LinearPattern(pattern) == nil)
  }

  @Test("no pattern takes longer than the text is long")
  func linear() throws {
    let text = String(repeating: "a", count: 2000) + "!"
    for pattern in ["^(a+)+$", "^(a|aa)*$", "(a*)*(a*)*b", "^(a?){50}a{50}$"] {
      #expect(try !#require(LinearPattern(pattern)).isIn(text))
    }
  }
}
