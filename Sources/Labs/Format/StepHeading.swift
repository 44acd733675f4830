import Support

/// `## Title {#id after=a,b minutes=5}`, taken apart.
struct StepHeading {
  var title: String
  var id: String
  /// nil when nothing is said; empty for `after=none`.
  var after: [String]?
  var minutes: Int?
  /// Earlier steps whose work it takes away.
  var undoes: [String] = []

  /// Whether it is about this kit's own engine, so that it cannot be done on another.
  var needsOwnEngine = false

  private static let attributes = ["after", "engine", "minutes", "undoes"]

  /// A heading without an id is reported and gets one that no author can write, so that what
  /// belongs to the step is read all the same.
  init(
    _ text: String, at location: SourceLocation, number: Int,
    _ diagnostics: inout [Diagnostic]
  ) {
    guard text.hasSuffix("}"), let brace = text.lastIndex(of: "{"),
      text[brace...].hasPrefix("{#")
    else {
      diagnostics.append(
        Diagnostic(
          "lab.step-id",
          Text("a step needs an id: `## Title {#id}`", ko: "단계에는 id가 필요합니다: `## 제목 {#id}`"),
          at: location))
      title = text
      id = "?\(number)"
      return
    }
    title = text[..<brace].trimmed
    let info = InfoString(text[brace...].dropFirst(2).dropLast())
    id = info.words.first ?? ""
    if !Identifier.isValid(id) || info.words.count != 1 {
      diagnostics.append(
        Diagnostic(
          "lab.bad-id", Text("`\(id)` is not an id", ko: "`\(id)`은(는) id로 쓸 수 없습니다"), at: location))
    }
    for key in info.attributes.keys.sorted() where !Self.attributes.contains(key) {
      diagnostics.append(
        Diagnostic(
          "lab.unknown-key", Text("a step has no attribute `\(key)`", ko: "단계에는 `\(key)` 속성이 없습니다"),
          hint: Suggestion.nearest(to: key, in: Self.attributes).map {
            Text("did you mean `\($0)`?", ko: "`\($0)`을(를) 쓰려고 했습니까?")
          } ?? .list(of: Self.attributes), at: location))
    }
    after = info.attributes["after"].map { list in
      list == "none" ? [] : list.split(separator: ",").map(String.init)
    }
    undoes = info.attributes["undoes"]?.split(separator: ",").map(String.init) ?? []
    needsOwnEngine = info.attributes["engine"] == "dklab"
    if let engine = info.attributes["engine"], !needsOwnEngine {
      diagnostics.append(
        Diagnostic(
          "lab.wrong-kind",
          Text(
            "`engine=` takes only `dklab`, not `\(engine)`",
            ko: "`engine=`에는 `dklab`만 옵니다. `\(engine)`은(는) 쓸 수 없습니다"), at: location))
    }
    minutes = info.attributes["minutes"].flatMap { Int($0) }
    if let written = info.attributes["minutes"], minutes == nil {
      diagnostics.append(
        Diagnostic(
          "lab.wrong-kind",
          Text(
            "`minutes=` takes a whole number, not `\(written)`",
            ko: "`minutes=`에는 정수가 옵니다. `\(written)`은(는) 쓸 수 없습니다"), at: location))
    }
  }
}
