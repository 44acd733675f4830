/// The words after a fence's marks or in a heading's braces: `wrong reversed expect=published
/// when="a and b"`. Quotes hold words together.
struct InfoString {
  var words: [String] = []
  var attributes: [String: String] = [:]
  /// Attributes given twice.
  var repeated: [String] = []
  /// How many characters into the text each attribute and each word begins.
  var offsets: [String: Int] = [:]

  init(_ text: some StringProtocol) {
    for (token, offset) in Self.placed(text) {
      guard let equals = token.firstIndex(of: "="), equals != token.startIndex else {
        words.append(token)
        offsets[token] = offsets[token] ?? offset
        continue
      }
      let key = String(token[..<equals])
      if attributes[key] != nil { repeated.append(key) }
      attributes[key] = String(token[token.index(after: equals)...])
      offsets[key] = offset
    }
  }

  /// Splits at blanks outside double quotes, and drops the quotes.
  static func tokens(_ text: some StringProtocol) -> [String] {
    placed(text).map(\.token)
  }

  private static func placed(_ text: some StringProtocol) -> [(token: String, offset: Int)] {
    var tokens: [(String, Int)] = []
    var current = ""
    var quoted = false
    var start: Int?
    for (offset, character) in text.enumerated() {
      if character == "\"" {
        quoted.toggle()
        start = start ?? offset
      } else if character.isWhitespace, !quoted {
        if let start { tokens.append((current, start)) }
        (current, start) = ("", nil)
      } else {
        current.append(character)
        start = start ?? offset
      }
    }
    if let start { tokens.append((current, start)) }
    return tokens
  }
}
