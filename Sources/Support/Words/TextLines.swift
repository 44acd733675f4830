// Texts cut by bytes. What `split` of the standard library does by grapheme clusters takes twenty times as
// long, and a line feed or an ASCII blank is never part of another scalar in UTF-8.

extension Substring {
  /// The lines, without the line feeds between them; a carriage return stays at the end of its line.
  package var lines: [Substring] {
    utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map {
      Substring($0)
    }
  }

  /// What stands between blanks, tabs and line ends.
  package var words: [Substring] {
    utf8.split { $0 == UInt8(ascii: " ") || (9...13).contains($0) }.map { Substring($0) }
  }
}

extension String {
  /// As of its whole.
  package var lines: [Substring] { self[...].lines }

  /// As of its whole.
  package var words: [Substring] { self[...].words }

  /// Where `word` stands in the text, byte for byte, from left to right and without overlap. An empty one
  /// stands nowhere.
  package func places(of word: String) -> [Range<String.Index>] {
    let (text, wanted) = (utf8, Array(word.utf8))
    guard let first = wanted.first else { return [] }
    var found: [Range<String.Index>] = []
    var start = text.startIndex
    while let place = text[start...].firstIndex(of: first) {
      guard let end = text.index(place, offsetBy: wanted.count, limitedBy: text.endIndex) else {
        break
      }
      if text[place..<end].elementsEqual(wanted) {
        found.append(place..<end)
        start = end
      } else {
        start = text.index(after: place)
      }
    }
    return found
  }
}
