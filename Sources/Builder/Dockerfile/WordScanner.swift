/// Unicode scalars read one after the other, with one of look-ahead. Scalars and not characters:
/// a combining accent after a quote must not hide the quote.
struct WordScanner {
  private let scalars: [Unicode.Scalar]
  private(set) var position = 0

  init(_ text: String) {
    scalars = Array(text.unicodeScalars)
  }

  /// The next scalar; nil at the end.
  var next: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

  /// What follows the next one.
  var second: Unicode.Scalar? { position + 1 < scalars.count ? scalars[position + 1] : nil }

  var isAtEnd: Bool { position >= scalars.count }

  /// What has not been read.
  var rest: String {
    var text = ""
    for scalar in scalars[position...] { text.unicodeScalars.append(scalar) }
    return text
  }

  /// Reads one.
  mutating func take() -> Unicode.Scalar? {
    guard let scalar = next else { return nil }
    position += 1
    return scalar
  }

  /// Reads as long as `isWanted`.
  @discardableResult
  mutating func take(while isWanted: (Unicode.Scalar) -> Bool) -> String {
    var view = String.UnicodeScalarView()
    while let scalar = next, isWanted(scalar) {
      view.append(scalar)
      position += 1
    }
    return String(view)
  }
}

extension Unicode.Scalar {
  /// What separates words.
  var isSpace: Bool { properties.isWhitespace }

  var isDigit: Bool { ("0"..."9").contains(self) }

  /// What a variable's name is made of.
  var isNameScalar: Bool {
    self == "_" || isDigit || properties.isAlphabetic
  }
}

extension String {
  mutating func append(_ scalar: Unicode.Scalar) {
    unicodeScalars.append(scalar)
  }

  /// Without white space at both ends.
  var trimmed: String {
    let scalars = unicodeScalars
    guard let first = scalars.firstIndex(where: { !$0.isSpace }),
      let last = scalars.lastIndex(where: { !$0.isSpace })
    else { return "" }
    return String(scalars[first...last])
  }

  /// The first word and what follows the white space after it.
  var splitAtSpace: (first: String, rest: String?) {
    let scalars = unicodeScalars
    guard let end = scalars.firstIndex(where: \.isSpace) else { return (self, nil) }
    let rest = scalars[end...].drop(while: \.isSpace)
    return (String(scalars[..<end]), String(rest))
  }

  /// Words between white space.
  var words: [String] {
    unicodeScalars.split(whereSeparator: \.isSpace).map { String($0) }
  }
}
