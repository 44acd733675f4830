import Support

/// Regular expressions written by a lab's author.
enum Pattern {
  /// Throws when `source` is not a regular expression.
  static func validate(_ source: String) throws {
    do {
      _ = try Regex(source)
    } catch {
      throw DklabError(
        .invalid, id: "lab.bad-regex",
        Text("`\(source)` is not a regular expression", ko: "`\(source)`은(는) 정규식이 아닙니다"))
    }
  }

  /// Whether `source` matches anywhere in `text`; `^` and `$` also match at line ends.
  static func found(_ source: String, in text: String) -> Bool {
    guard let regex = try? Regex(source).anchorsMatchLineEndings() else { return false }
    return text.firstMatch(of: regex) != nil
  }
}
