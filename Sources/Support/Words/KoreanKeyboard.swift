/// The two-set Korean keyboard (KS X 5002): which Latin keys a text was typed with. Somebody who
/// presses the key `c` with Korean switched on has typed `ㅊ`, and means `c` all the same.
package enum KoreanKeyboard {
  /// `text` as the keys say it: `ㅊ` is `c`, `초` is `ch`, `ㅛ` is `y`. An input method may hand
  /// over single letters, whole syllables or conjoining jamo; all of them are understood. Full-width
  /// letters and digits become plain ones; everything else stays.
  package static func latin(_ text: some StringProtocol) -> String {
    text.unicodeScalars.reduce(into: "") { $0 += keys(of: $1) }
  }

  private static let initials = "r R s e E f a q Q t T d w W c z x v g".split(separator: " ")
  private static let vowels = "k o i O j p u P h hk ho hl y n nj np nl b m ml l"
    .split(separator: " ")
  private static let finals = "r R rt s sw sg e f fr fa fq ft fx fv fg a q qt t T d w c z x v g"
    .split(separator: " ")
  /// ㄱ to ㅎ as they stand alone: initials and finals in one alphabet.
  private static let letters =
    "r R rt s sw sg e E f fr fa fq ft fx fv fg a q Q qt t T d w W c z x v g"
    .split(separator: " ")

  private static func keys(of scalar: Unicode.Scalar) -> String {
    let value = Int(scalar.value)
    func key(_ table: [Substring], _ index: Int) -> String { String(table[index]) }
    switch value {
    case 0xAC00...0xD7A3:
      let syllable = value - 0xAC00
      let final = syllable % 28
      return key(initials, syllable / 588) + key(vowels, syllable % 588 / 28)
        + (final == 0 ? "" : key(finals, final - 1))
    case 0x3131...0x314E: return key(letters, value - 0x3131)
    case 0x314F...0x3163: return key(vowels, value - 0x314F)
    case 0x1100...0x1112: return key(initials, value - 0x1100)
    case 0x1161...0x1175: return key(vowels, value - 0x1161)
    case 0x11A8...0x11C2: return key(finals, value - 0x11A8)
    case 0xFF01...0xFF5E: return Unicode.Scalar(UInt32(value - 0xFEE0)).map { String($0) } ?? ""
    case 0x3000: return " "
    default: return String(scalar)
    }
  }
}
