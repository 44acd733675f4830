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

  static func isMechanics(_ kind: String) -> Bool { mechanics[kind] != nil }

  /// What people write for kinds of ours.
  private static let otherNames = [
    "sh": "bash", "shell": "bash", "zsh": "bash", "docker": "dockerfile", "yml": "yaml",
    "txt": "text", "plain": "text", "py": "python", "golang": "go", "checks": "check",
    "hints": "hint", "mistake": "wrong", "test": "check", "question": "quiz",
  ]

  /// The kind that was probably meant by `kind`.
  private static func meant(_ kind: String, _ kinds: [String]) -> String? {
    Suggestion.nearest(to: kind, in: kinds)
      ?? otherNames[kind.lowercased()].flatMap { kinds.contains($0) ? $0 : nil }
  }

  /// `fence` with what `problems` has told put right where it is clear what was meant, so that one
  /// slip is not told again as something that is missing.
  static func mended(_ fence: Fence, known: [String]? = nil) -> Fence {
    var fence = fence
    let kinds = known ?? allKinds
    if !kinds.contains(fence.kind) {
      fence.kind = fence.kind.isEmpty ? "text" : meant(fence.kind, kinds) ?? fence.kind
    }
    guard let shape = mechanics[fence.kind] else { return fence }
    for (key, value) in fence.attributes where !shape.attributes.contains(key) {
      guard let near = Suggestion.nearest(to: key, in: shape.attributes),
        fence.attributes[near] == nil
      else { continue }
      fence.attributes[key] = nil
      fence.attributes[near] = value
      fence.offsets[near] = fence.offsets[key]
    }
    fence.attributes = fence.attributes.filter { !$0.value.trimmed.isEmpty }
    return fence
  }

  private static var allKinds: [String] { (Array(shown) + Array(mechanics.keys)).sorted() }

  /// What is wrong with the info string itself.
  static func problems(_ fence: Fence, known: [String]? = nil) -> [Diagnostic] {
    let kinds = known ?? allKinds
    guard kinds.contains(fence.kind) else { return [unknown(fence, kinds)] }
    guard let shape = mechanics[fence.kind] else { return [] }
    var problems: [Diagnostic] = []
    if fence.words.count != shape.words { problems.append(miscounted(fence, shape)) }
    for (key, value) in fence.attributes.sorted(by: { $0.key < $1.key })
    where shape.attributes.contains(key) && value.trimmed.isEmpty {
      problems.append(
        Diagnostic(
          "lab.empty", Text("`\(key)=` is empty", ko: "`\(key)=`이(가) 비어 있습니다"),
          at: fence.location(of: key)))
    }
    for key in fence.attributes.keys.sorted() where !shape.attributes.contains(key) {
      let near = Suggestion.nearest(to: key, in: shape.attributes)
      problems.append(
        Diagnostic(
          "lab.unknown-key",
          Text(
            "a `\(fence.kind)` fence has no attribute `\(key)`",
            ko: "`\(fence.kind)` 펜스에는 `\(key)` 속성이 없습니다"),
          hint: near.map(Text.meant)
            ?? (shape.attributes.isEmpty ? nil : .list(of: shape.attributes.sorted())),
          at: fence.location(of: key)))
    }
    return problems
  }

  /// That there are too few words behind the kind, or too many.
  private static func miscounted(
    _ fence: Fence, _ shape: (words: Int, attributes: Set<String>)
  ) -> Diagnostic {
    let wanted =
      shape.words == 0
      ? Text("a `\(fence.kind)` fence has no id", ko: "`\(fence.kind)` 펜스에는 id를 쓰지 않습니다")
      : Text("a `\(fence.kind)` fence has one id", ko: "`\(fence.kind)` 펜스에는 id가 하나 있습니다")
    guard fence.words.count > shape.words else {
      return Diagnostic(
        "lab.fence-words", wanted,
        hint: Text("such as ```\(fence.kind) name", ko: "예: ```\(fence.kind) 이름"),
        at: fence.location)
    }
    let extra = fence.words[shape.words]
    let place = fence.offsets[extra] ?? 0
    let key = fence.attributes.keys.filter { fence.offsets[$0] ?? 0 < place }
      .max { fence.offsets[$0] ?? 0 < fence.offsets[$1] ?? 0 }
    return Diagnostic(
      "lab.fence-words",
      Text("\(wanted.en), and `\(extra)` is too much", ko: "\(wanted.ko). `\(extra)`은(는) 쓸 수 없습니다"),
      hint: key.map {
        Text(
          "a value with blanks stands in straight quotes: `\($0)=\"…\"`",
          ko: "빈칸이 든 값은 곧은 따옴표로 쌉니다: `\($0)=\"…\"`")
      }, at: fence.location(of: extra))
  }

  private static func unknown(_ fence: Fence, _ kinds: [String]) -> Diagnostic {
    guard !fence.kind.isEmpty else {
      return Diagnostic(
        "lab.unknown-fence", Text("a fence needs a kind", ko: "펜스에는 종류를 써야 합니다"),
        hint: Text("`text` for plain text", ko: "일반 텍스트는 `text`"), at: fence.location)
    }
    return Diagnostic(
      "lab.unknown-fence", Text("unknown fence `\(fence.kind)`", ko: "알 수 없는 펜스 `\(fence.kind)`"),
      hint: meant(fence.kind, kinds).map(Text.meant) ?? .list(of: kinds), at: fence.location,
      word: fence.kind)
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
