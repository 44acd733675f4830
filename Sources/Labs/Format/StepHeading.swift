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
    let brace = text.hasSuffix("}") ? text.lastIndex(of: "{") : nil
    let inside = brace.map { text[$0...].dropFirst().dropLast() } ?? ""
    let info = InfoString(inside.first == "#" ? inside.dropFirst() : inside)
    if inside.first != "#" {
      // `{start}` is an id that lacks only its mark.
      let bare = info.words.first.flatMap { Identifier.isValid($0) ? $0 : nil }
      diagnostics.append(
        Diagnostic(
          "lab.step-id",
          Text("a step needs an id: `## Title {#id}`", ko: "단계에는 id가 필요합니다: `## 제목 {#id}`"),
          hint: bare.map { .meant("{#\($0)}") }, at: location,
          word: brace.map { String(text[$0...]) }))
      title = bare.flatMap { _ in brace.map { text[..<$0].trimmed } } ?? text
      id = bare ?? "?\(number)"
      if bare == nil { return }
    } else {
      title = brace.map { text[..<$0].trimmed } ?? text
      id = info.words.first ?? ""
      if !Identifier.isValid(id) {
        diagnostics.append(.badID(id, at: location, word: "{#\(id)"))
        // What belongs to the step is read all the same.
        if id.isEmpty { id = "?\(number)" }
      } else if let extra = info.words.dropFirst().first {
        diagnostics.append(
          Diagnostic(
            "lab.bad-id",
            Text(
              "`\(extra)` has no place behind the id `\(id)`",
              ko: "id `\(id)` 뒤에 `\(extra)`은(는) 쓸 수 없습니다"
            ),
            hint: Text(
              "only `key=value`, and lists without blanks: `after=a,b`",
              ko: "`키=값`만 씁니다. 목록에는 빈칸을 넣지 않습니다: `after=a,b`"), at: location, word: extra))
      }
    }
    if title.isEmpty {
      diagnostics.append(
        Diagnostic(
          "lab.empty", Text("step `\(id)` has no title", ko: "`\(id)` 단계에 제목이 없습니다"), at: location))
    }
    for key in info.attributes.keys.sorted() where !Self.attributes.contains(key) {
      diagnostics.append(
        Diagnostic(
          "lab.unknown-key", Text("a step has no attribute `\(key)`", ko: "단계에는 `\(key)` 속성이 없습니다"),
          hint: Suggestion.nearest(to: key, in: Self.attributes).map(Text.meant)
            ?? .list(of: Self.attributes), at: location, word: key + "="))
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
            ko: "`engine=`에는 `dklab`만 옵니다. `\(engine)`은(는) 쓸 수 없습니다"), at: location,
          word: "engine="))
    }
    minutes = info.attributes["minutes"].flatMap { Int($0) }
    if let written = info.attributes["minutes"], minutes ?? 0 < 1 {
      minutes = nil
      diagnostics.append(
        Diagnostic(
          "lab.wrong-kind",
          Text(
            "`minutes=` takes a whole number from 1, not `\(written)`",
            ko: "`minutes=`에는 1 이상의 정수가 옵니다. `\(written)`은(는) 쓸 수 없습니다"), at: location,
          word: "minutes="))
    }
  }
}
