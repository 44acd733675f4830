/// What programs print, made fit for a sentence: escape sequences of terminals (ECMA-48) and other
/// control characters are taken out, and lines end as files have them.
extension String {
  /// The text without anything that would move a cursor or change a colour.
  var printable: String {
    var result = String.UnicodeScalarView()
    var rest = unicodeScalars[...]
    while let scalar = rest.popFirst() {
      switch scalar {
      case "\u{1B}": Self.dropEscape(&rest)
      case "\n", "\t": result.append(scalar)
      case "\0"..<" ", "\u{7F}"..<"\u{A0}": continue
      default: result.append(scalar)
      }
    }
    return String(result)
  }

  /// The same in one line of at most 200 characters: for names that somebody else has chosen.
  package var oneLine: String {
    String(
      printable.map { $0.isNewline || $0 == "\t" ? " " : $0 }.filter { character in
        // Marks that turn the direction of what follows.
        character.unicodeScalars.allSatisfy {
          !(0x202A...0x202E).contains($0.value) && !(0x2066...0x2069).contains($0.value)
        }
      }.prefix(200))
  }

  /// Drops the rest of an escape sequence: CSI up to its final byte, OSC up to BEL or ST.
  private static func dropEscape(_ rest: inout Substring.UnicodeScalarView) {
    switch rest.popFirst() {
    case "[":
      while let scalar = rest.popFirst(), !("@"..."~").contains(scalar) {}
    case "]":
      while let scalar = rest.popFirst(), scalar != "\u{07}" {
        if scalar == "\u{1B}" {
          _ = rest.popFirst()
          return
        }
      }
    case "(", ")": _ = rest.popFirst()
    default: return
    }
  }
}
