import Support

/// One block of a Markdown text and where it begins. Text inside blocks keeps its inline marks
/// (emphasis, code, links); the renderer reads those.
package struct Block: Sendable, Hashable {
  /// What kind of block it is.
  package indirect enum Kind: Sendable, Hashable {
    case heading(level: Int, text: String)
    case paragraph(String)
    case list(start: Int?, items: [[Block]])
    case table(header: [String], rows: [[String]])
    case quote([Block])
    case fence(Fence)
    /// `[[bash]]` in a translation: the next such fence of the same step in lab.md.
    case placeholder(String)
    case rule
  }

  package var kind: Kind
  package var location: SourceLocation
}

/// A fenced block: the words of its info string, and its body as it stands.
package struct Fence: Sendable, Hashable {
  /// The first word, which says what the fence is for; empty without an info string.
  package var kind: String
  /// The words after it that are not attributes.
  package var words: [String]
  package var attributes: [String: String]
  package var body: String
  package var location: SourceLocation
  /// How many characters right of `location` each attribute and each word stands.
  var offsets: [String: Int] = [:]

  /// Where the attribute or word `name` of the info string stands.
  func location(of name: String) -> SourceLocation {
    var place = location
    place.column += offsets[name] ?? 0
    return place
  }

  /// The line of the file on which the body begins.
  var bodyLine: Int { location.line + 1 }

  /// The body pushed down by empty lines, so that a parser counts the lines of the file.
  var bodyInPlace: String { String(repeating: "\n", count: bodyLine - 1) + body }
}
