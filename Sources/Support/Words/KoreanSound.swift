/// How a word ends when a Korean reads it aloud.
enum KoreanSound: Equatable {
  case consonant, vowel, rieul

  static func final(of text: String) -> KoreanSound {
    let scalars = significant(text)
    guard let last = scalars.last else { return .vowel }
    switch last.value {
    case 0xAC00...0xD7A3: return hangul(final: (last.value - 0xAC00) % 28)
    case 0x11A8...0x11C2: return hangul(final: last.value - 0x11A7)
    case 0x3131...0x314E: return last.value == 0x3139 ? .rieul : .consonant
    case 0x30...0x39: return digit(last.value - 0x30)
    default: break
    }
    let letters = scalars.reversed().prefix { $0.isASCII && $0.properties.isAlphabetic }
    return letters.isEmpty ? .vowel : latin(String(String.UnicodeScalarView(letters.reversed())))
  }

  /// The text without what is not read at its end: quotes, brackets and what they hold.
  private static func significant(_ text: String) -> ArraySlice<Unicode.Scalar> {
    var rest = Array(text.unicodeScalars)[...]
    while let last = rest.last {
      if last == ")" || last == "]", let open = opening(of: last, in: rest), open > rest.startIndex
      {
        rest = rest[..<open]
      } else if !last.properties.isAlphabetic, last.properties.numericType == nil {
        rest.removeLast()
      } else {
        break
      }
    }
    return rest
  }

  private static func opening(
    of close: Unicode.Scalar, in scalars: ArraySlice<Unicode.Scalar>
  ) -> Int? {
    scalars.lastIndex(of: close == ")" ? "(" : "[")
  }

  private static func hangul(final: UInt32) -> KoreanSound {
    final == 0 ? .vowel : final == 8 ? .rieul : .consonant
  }

  /// 영 일 이 삼 사 오 육 칠 팔 구; a final 0 is also 십, 백, 천, 만: all consonants.
  private static func digit(_ digit: UInt32) -> KoreanSound {
    switch digit {
    case 1, 7, 8: .rieul
    case 0, 3, 6: .consonant
    default: .vowel
    }
  }

  private static func latin(_ word: String) -> KoreanSound {
    let lower = Array(word.lowercased())
    let isSpelled =
      word.count == 1 || !lower.contains { "aeiouy".contains($0) }
      || (word.count <= 4 && word == word.uppercased())
    guard let last = lower.last, !isSpelled else { return letterName(lower.last ?? "a") }
    let before = lower.dropLast()
    let two = String(lower.suffix(2))
    if let exception = exceptions[word.lowercased()] { return exception }
    if last == "l" || two == "le" { return .rieul }
    if last == "m" || last == "n" || two == "ng" || two == "ck" { return .consonant }
    if ["me", "ne"].contains(two), let sound = before.dropLast().last, isVowel(sound) {
      return .consonant
    }
    // A short vowel and one of these is closed in Korean: web 웹, app 앱, git 깃, exec 엑섹.
    let sound = before.last { $0 != last }
    if "bptkc".contains(last), let sound, isVowel(sound), before.last == sound || two.first == last
    {
      return .consonant
    }
    return .vowel
  }

  private static func isVowel(_ letter: Character) -> Bool { "aeiou".contains(letter) }

  /// 엘 엠 엔 알; the names of all other letters end in a vowel.
  private static func letterName(_ letter: Character) -> KoreanSound {
    switch letter {
    case "l", "r": .rieul
    case "m", "n": .consonant
    default: .vowel
    }
  }

  /// Frequent words whose Korean reading does not follow the rules above.
  private static let exceptions: [String: KoreanSound] = [
    "template": .consonant, "pipe": .vowel, "update": .vowel, "note": .vowel, "mysql": .rieul,
    "root": .vowel, "route": .vowel, "boot": .vowel, "rollout": .consonant, "out": .consonant,
    "loop": .vowel, "group": .consonant, "cube": .vowel, "pub": .vowel, "unit": .consonant,
    "mode": .vowel, "one": .consonant, "done": .consonant, "yaml": .rieul, "bit": .vowel,
    "byte": .vowel, "site": .vowel, "suite": .vowel, "wait": .vowel, "state": .vowel,
    "daemonset": .consonant, "book": .consonant, "hook": .consonant,
  ]
}
