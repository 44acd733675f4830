/// Words as a POSIX shell splits and quotes them, without expansions.
package enum ShellWords {
  /// The words of `line`: spaces separate; single quotes keep everything, double quotes all but a
  /// backslash before `"`, `\`, `$` or a backtick; `#` at the start of a word begins a comment.
  /// A missing quote is an error.
  package static func split(_ line: String) throws -> [String] {
    var words: [String] = []
    var word: String?
    var rest = line[...]
    while let character = rest.popFirst() {
      switch character {
      case " ", "\t", "\n", "\r\n":
        if let complete = word { words.append(complete) }
        word = nil
      case "#" where word == nil:
        rest = rest.drop { !$0.isNewline }
      case "'":
        guard let end = rest.firstIndex(of: "'") else { throw unclosed("'", line) }
        word = (word ?? "") + rest[..<end]
        rest = rest[rest.index(after: end)...]
      case "\"":
        word = try (word ?? "") + doubleQuoted(&rest, line)
      case "\\":
        let next = rest.popFirst()
        if next == "\n" { continue }
        word = (word ?? "") + (next.map(String.init) ?? "\\")
      default:
        word = (word ?? "") + String(character)
      }
    }
    if let complete = word { words.append(complete) }
    return words
  }

  private static func doubleQuoted(_ rest: inout Substring, _ line: String) throws -> String {
    var text = ""
    while let character = rest.popFirst() {
      switch character {
      case "\"": return text
      case "\\":
        guard let next = rest.popFirst() else { throw unclosed("\"", line) }
        if next == "\n" { continue }
        text += "\"\\$`".contains(next) ? String(next) : "\\\(next)"
      default: text.append(character)
      }
    }
    throw unclosed("\"", line)
  }

  private static func unclosed(_ quote: Character, _ line: String) -> DklabError {
    DklabError(
      .invalid, id: "shell.quote",
      Text("unclosed \(quote) in: \(line)", ko: "닫히지 않은 \(quote): \(line)"))
  }

  /// `word` so that a shell reads it as this one word.
  package static func quote(_ word: String) -> String {
    let isPlain = word.utf8.allSatisfy { byte in
      byte >= 0x80 || (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
        || (0x61...0x7A).contains(byte) || "_-./:=@%+,".utf8.contains(byte)
    }
    if isPlain, !word.isEmpty { return word }
    return "'" + word.replacing("'", with: "'\\''") + "'"
  }

  /// The words as one line a shell splits into them again.
  package static func join(_ words: [String]) -> String {
    words.map(quote).joined(separator: " ")
  }
}
