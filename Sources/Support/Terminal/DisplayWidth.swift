import Glibc

/// How many cells of a terminal a text takes.
///
/// Hangul is two cells a syllable, composed or not (conjoining jamo, as macOS writes file names);
/// emoji sequences are two; combining marks and colour codes are none.
package enum DisplayWidth {
  /// Whether ambiguous characters (box drawing, ①, ☆) take two cells: `DKLAB_AMBIGUOUS_WIDTH=2`.
  package static let ambiguousIsWide =
    getenv("DKLAB_AMBIGUOUS_WIDTH").map { String(cString: $0) } == "2"

  /// The cells of one character as a reader sees it.
  package static func of(
    _ character: Character, ambiguousIsWide: Bool = DisplayWidth.ambiguousIsWide
  ) -> Int {
    if let ascii = character.asciiValue { return ascii < 0x20 || ascii == 0x7F ? 0 : 1 }
    let scalars = character.unicodeScalars
    let total = scalars.reduce(0) { $0 + of($1, ambiguousIsWide: ambiguousIsWide) }
    guard scalars.count > 1 else { return total }
    // A sequence drawn as one picture: ZWJ, skin tone, flag, or a picture asked for by U+FE0F.
    let isPicture = scalars.contains { scalar in
      scalar == "\u{FE0F}" || scalar == "\u{200D}"
        || (0x1F3FB...0x1F3FF).contains(scalar.value) || (0x1F1E6...0x1F1FF).contains(scalar.value)
    }
    return isPicture && scalars.contains(where: \.properties.isEmoji) ? 2 : total
  }

  private static func of(_ scalar: Unicode.Scalar, ambiguousIsWide: Bool) -> Int {
    switch scalar.value {
    case ..<0x20, 0x7F..<0xA0: return 0
    case ..<0x7F: return 1
    case 0xAD: return 1
    // Vowels and final consonants join the cell pair of the initial consonant.
    case 0x1160...0x11FF, 0xD7B0...0xD7FF: return 0
    default: break
    }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format, .control, .lineSeparator, .paragraphSeparator:
      return 0
    default: break
    }
    if EastAsianWidth.contains(scalar, in: EastAsianWidth.wide)
      || scalar.properties.isEmojiPresentation
    {
      return 2
    }
    if ambiguousIsWide, EastAsianWidth.contains(scalar, in: EastAsianWidth.ambiguous) { return 2 }
    return 1
  }
}

extension StringProtocol {
  /// The cells of the text on one line. Colour codes (`ESC [ … m`) take none.
  package var displayWidth: Int { displayWidth(ambiguousIsWide: DisplayWidth.ambiguousIsWide) }

  /// The same, with the width of ambiguous characters given.
  package func displayWidth(ambiguousIsWide: Bool) -> Int {
    if utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) { return utf8.count }
    return cells(ambiguousIsWide: ambiguousIsWide).reduce(0) { $0 + $1.width }
  }

  /// The text's characters with their widths; a whole colour code is one piece of no width.
  func cells(
    ambiguousIsWide: Bool = DisplayWidth.ambiguousIsWide
  ) -> [(text: String, width: Int)] {
    var result: [(text: String, width: Int)] = []
    var rest = self[...]
    while let character = rest.popFirst() {
      guard character == "\u{1B}", rest.first == "[" else {
        let width = DisplayWidth.of(character, ambiguousIsWide: ambiguousIsWide)
        result.append((String(character), width))
        continue
      }
      rest.removeFirst()
      var code = "\u{1B}["
      while let next = rest.popFirst() {
        code.append(next)
        if next.isLetter || next == "~" { break }
      }
      result.append((code, 0))
    }
    return result
  }
}
