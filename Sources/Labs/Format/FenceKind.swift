import Support

/// The kinds of fences, and what their info strings may say.
enum FenceKind {
  /// Shown to the student and never run.
  static let shown: Set<String> = [
    "output", "text", "console", "dockerfile", "yaml", "json", "ini", "html", "python", "go", "c",
    "diff",
  ]

  /// The mechanics: how many words follow the kind, and which attributes are known.
  static let mechanics: [String: (words: Int, attributes: Set<String>)] = [
    "bash": (0, []), "solution": (0, []), "alternative": (1, []),
    "wrong": (1, ["expect", "from", "cause", "says"]), "check": (0, []), "state": (0, []),
    "hint": (1, ["when", "example"]), "answer": (1, []), "quiz": (1, []), "note": (1, []),
    "debrief": (0, []), "file": (1, ["mode"]), "setup": (0, []), "undo": (0, []),
  ]

  static func isShown(_ kind: String) -> Bool { shown.contains(kind) }

  /// What is wrong with the info string itself.
  static func problems(_ fence: Fence, known: [String]? = nil) -> [Diagnostic] {
    let kinds = known ?? (Array(shown) + Array(mechanics.keys)).sorted()
    guard kinds.contains(fence.kind) else { return [unknown(fence, kinds)] }
    guard let shape = mechanics[fence.kind] else { return [] }
    var problems: [Diagnostic] = []
    if fence.words.count != shape.words {
      let wanted =
        shape.words == 0
        ? Text("a `\(fence.kind)` fence has no id", ko: "`\(fence.kind)` 펜스에는 id를 쓰지 않습니다")
        : Text("a `\(fence.kind)` fence has one id", ko: "`\(fence.kind)` 펜스에는 id가 하나 있습니다")
      problems.append(
        Diagnostic(
          "lab.fence-words", wanted,
          hint: shape.words == 0
            ? nil : Text("such as ```\(fence.kind) name", ko: "예: ```\(fence.kind) 이름"),
          at: fence.location))
    }
    for key in fence.attributes.keys.sorted() where !shape.attributes.contains(key) {
      let near = Suggestion.nearest(to: key, in: shape.attributes)
      problems.append(
        Diagnostic(
          "lab.unknown-key",
          Text(
            "a `\(fence.kind)` fence has no attribute `\(key)`",
            ko: "`\(fence.kind)` 펜스에는 `\(key)` 속성이 없습니다"),
          hint: near.map { Text("did you mean `\($0)`?", ko: "`\($0)`을(를) 쓰려고 했습니까?") }
            ?? (shape.attributes.isEmpty ? nil : .list(of: shape.attributes.sorted())),
          at: fence.location(of: key)))
    }
    return problems
  }

  private static func unknown(_ fence: Fence, _ kinds: [String]) -> Diagnostic {
    guard !fence.kind.isEmpty else {
      return Diagnostic(
        "lab.unknown-fence", Text("a fence needs a kind", ko: "펜스에는 종류를 써야 합니다"),
        hint: Text("`text` for plain text", ko: "일반 텍스트는 `text`"), at: fence.location)
    }
    return Diagnostic(
      "lab.unknown-fence", Text("unknown fence `\(fence.kind)`", ko: "알 수 없는 펜스 `\(fence.kind)`"),
      hint: Suggestion.nearest(to: fence.kind, in: kinds).map {
        Text("did you mean `\($0)`?", ko: "`\($0)`을(를) 쓰려고 했습니까?")
      } ?? .list(of: kinds), at: fence.location)
  }

  static func misplaced(_ fence: Fence, _ place: String, ko korean: String) -> Diagnostic {
    let known = isShown(fence.kind) || mechanics[fence.kind] != nil
    guard known else {
      return problems(fence)[0]
    }
    return Diagnostic(
      "lab.misplaced-fence",
      Text(
        "a `\(fence.kind)` fence has no place in \(place)",
        ko: "`\(fence.kind)` 펜스는 \(korean)에 둘 수 없습니다"),
      hint: Text("it belongs into a step, at the margin", ko: "단계 안, 줄의 맨 앞에서 시작해야 합니다"),
      at: fence.location)
  }
}
