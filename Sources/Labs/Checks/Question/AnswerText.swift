import Support

/// A student's answer as it is compared: what does not matter is taken away. Quotes and backticks
/// around it, blanks, full-width letters and digits as Korean and Japanese keyboards write them, and
/// a full stop at the end are no part of an answer.
enum AnswerText {
  static func plain(_ answer: String) -> String {
    var text = String(String.UnicodeScalarView(answer.unicodeScalars.map(narrow))).trimmed
    let marks: Set<Character> = ["\"", "'", "`", "“", "”", "‘", "’"]
    while text.count > 1, let first = text.first, let last = text.last, marks.contains(first),
      marks.contains(last)
    {
      text = text.dropFirst().dropLast().trimmed
    }
    return text.count > 1 && text.hasSuffix(".") ? String(text.dropLast()) : text
  }

  /// The half-width form of a full-width letter, digit or sign (Unicode block FF00).
  private static func narrow(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    switch scalar.value {
    case 0xFF01...0xFF5E: Unicode.Scalar(scalar.value - 0xFEE0) ?? scalar
    case 0x3000, 0xA0: " "
    default: scalar
    }
  }

  /// Words for `same` and `different` that students write.
  static func relation(_ answer: String) -> String {
    switch answer.lowercased().filter({ !$0.isWhitespace }) {
    case "same", "thesame", "같음", "같다", "같아요", "같습니다", "동일": "same"
    case "different", "diff", "differs", "notthesame", "다름", "다르다", "달라요", "다릅니다": "different"
    case let other: other
    }
  }

  /// The digits of an answer that has other things around one number.
  static func onlyNumber(_ answer: String) -> String? {
    let numbers = answer.split { !($0.isASCII && $0.isNumber) }
    return numbers.count == 1 && numbers[0].count < answer.count ? String(numbers[0]) : nil
  }
}
