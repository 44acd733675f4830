import Support

/// Regular expressions written by a lab's author.
enum Pattern {
  /// Throws when `source` is not a regular expression, with the place in it.
  static func validate(_ source: String) throws(DklabError) {
    do {
      _ = try Regex(source)
    } catch {
      let place = Self.place(of: error, in: source)
      let at = place.map { Self.words($0, in: source) } ?? Text("", ko: "")
      throw DklabError(
        .invalid, id: "lab.bad-regex",
        Text(
          "`\(source)` is not a regular expression: \(error)\(at.en)",
          ko: "`\(source)`은(는) 정규식이 아닙니다: \(Self.korean("\(error)"))\(at.ko)"),
        hint: Text(
          "a backslash in front makes a sign mean itself: `\\(`, `\\*`, `\\[`",
          ko: "기호 앞에 역슬래시를 쓰면 글자 그대로입니다: `\\(`, `\\*`, `\\[`"))
    }
  }

  /// How many characters of `source` stand before what is wrong, as the standard library's parser says
  /// in a property that only a mirror shows.
  private static func place(of error: any Error, in source: String) -> Int? {
    func child(_ label: String, of value: Any) -> Any? {
      Mirror(reflecting: value).children.first { $0.label == label }?.value
    }
    guard let location = child("location", of: error),
      let range = child("range", of: location) as? Range<String.Index>
    else { return nil }
    let offset = range.lowerBound.utf16Offset(in: source)
    return String(source.utf16.prefix(offset)).map(\.count)
  }

  private static func words(_ place: Int, in source: String) -> Text {
    let rest = source.dropFirst(place)
    guard !rest.isEmpty else { return Text(", at its end", ko: " (끝에서)") }
    return Text(
      ", at character \(place + 1), `\(rest.prefix(12))`",
      ko: " (\(place + 1)번째 글자 `\(rest.prefix(12))`에서)")
  }

  /// The parser's sentences in Korean, where they are common.
  private static func korean(_ problem: String) -> String {
    let quoted = problem.split(separator: "'", omittingEmptySubsequences: false)
    let sign = quoted.count > 1 ? quoted[1] : ""
    switch problem {
    case "expected '\(sign)'": return "`\(sign)`이(가) 빠졌습니다"
    case let text where text.hasPrefix("quantifier"): return "`\(sign)` 앞에 반복할 것이 없습니다"
    case let text where text.hasPrefix("closing"): return "`\(sign)`에 맞는 여는 괄호가 없습니다"
    case let text where text.hasPrefix("unknown character property"):
      return "`\(sign)`이라는 문자 속성은 없습니다"
    case "expected escape sequence": return "역슬래시 뒤에 아무것도 없습니다"
    default: return problem
    }
  }

  /// Whether `source` matches anywhere in `text`; `^` and `$` also match at line ends.
  static func found(_ source: String, in text: String) -> Bool {
    guard let regex = try? Regex(source).anchorsMatchLineEndings() else { return false }
    return text.firstMatch(of: regex) != nil
  }
}
