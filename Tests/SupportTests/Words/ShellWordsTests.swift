import Testing

@testable import Support

struct ShellWordsTests {
  @Test(
    "a line is split as a shell splits it",
    arguments: [
      ("", []), ("  a  b\tc\n", ["a", "b", "c"]), ("'a b' \"c d\"", ["a b", "c d"]),
      ("a'b'\"c\"d", ["abcd"]), ("a\\ b", ["a b"]), (#""a\"b\\c\d""#, [#"a"b\c\d"#]),
      ("'a\\b'", ["a\\b"]), ("'' \"\"", ["", ""]), ("a # comment\nb", ["a", "b"]), ("a#b", ["a#b"]),
      ("echo \"$HOME\" '*'", ["echo", "$HOME", "*"]), ("a\\\nb", ["ab"]), ("a\\", ["a\\"]),
    ])
  func splits(line: String, words: [String]) throws {
    #expect(try ShellWords.split(line) == words)
  }

  @Test("a missing quote is an error", arguments: ["'a", "\"a", "a\"b\\", "a '"])
  func unclosed(line: String) {
    #expect(throws: DklabError.self) { try ShellWords.split(line) }
  }

  @Test(
    "quoting is minimal and splits back to the same word",
    arguments: [
      "", "a", "a b", "it's", "$x", "a\nb", "한글", "--name=web", "*", "~", "\\", "\"", "#",
    ])
  func quotes(word: String) throws {
    #expect(try ShellWords.split("x " + ShellWords.quote(word)) == ["x", word])
  }

  @Test("plain words are not quoted")
  func plain() {
    #expect(ShellWords.join(["run", "-p", "80:80", "한글", "a b", ""]) == "run -p 80:80 한글 'a b' ''")
  }
}
