import Support

/// A document that follows an instruction: `<<EOF`, `<<-EOF` (leading tabs removed), `<<"EOF"`
/// (nothing expanded), `3<<EOF` (another descriptor).
package struct Heredoc: Sendable, Hashable {
  package var name: String
  package var descriptor: Int
  /// Variables in it are expanded (the name was not quoted).
  package var expands: Bool
  /// Leading tabs of its lines are removed.
  package var removesTabs: Bool
  /// As it stands in the file.
  package var content = ""

  /// The heredoc that `word` announces; nil when it announces none.
  init?(_ word: String) {
    var scanner = WordScanner(word)
    let digits = scanner.take(while: \.isDigit)
    guard scanner.take() == "<", scanner.take() == "<" else { return nil }
    removesTabs = scanner.next == "-"
    if removesTabs { _ = scanner.take() }
    scanner.take(while: \.isSpace)
    let rest = scanner.rest
    guard !rest.isEmpty, !rest.contains("<") else { return nil }
    var plain = WordExpander()
    plain.keepsUnset = true
    var raw = plain
    raw.keepsQuotes = true
    guard let words = try? plain.words(rest), words.count == 1,
      let quoted = try? raw.words(rest), quoted.count == 1
    else { return nil }
    name = words[0]
    descriptor = Int(digits) ?? 0
    func quotes(_ text: String) -> Int { text.unicodeScalars.count { $0 == "'" || $0 == "\"" } }
    expands = quotes(words[0]) == quotes(quoted[0])
  }

  /// All that `line` announces, in order.
  static func announced(in line: String) -> [Heredoc] {
    guard line.contains("<<") else { return [] }
    var expander = WordExpander()
    expander.keepsQuotes = true
    expander.keepsEscapes = true
    expander.keepsUnset = true
    // Quotes that are not closed are the shell's business.
    guard let words = try? expander.words(line) else { return [] }
    return words.compactMap { Heredoc($0) }
  }

  /// The content as it is used, leading tabs removed where that was asked for.
  package var text: String {
    guard removesTabs else { return content }
    return content.utf8.split(separator: 0x0A, omittingEmptySubsequences: false).map { line in
      String(decoding: line.drop { $0 == 0x09 }, as: UTF8.self)
    }.joined(separator: "\n")
  }
}
