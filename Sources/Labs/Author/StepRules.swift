import Support

/// Rules about a step as a whole: ids are unique, references lead somewhere, and there is enough
/// of everything that makes it a lesson.
enum StepRules {
  static func check(_ lab: Lab) -> [Diagnostic] {
    var diagnostics = duplicates(
      lab.steps.map { ("{#\($0.id)", $0.location) }, "step", ko: "단계")
    var earlier: [String] = []
    // Where a step has no id of its own, or comes after one that there is not, it cannot be said what
    // comes after what.
    let all = lab.steps.map(\.id)
    let hasUnnamed = Set(all).count < all.count || all.contains { $0.hasPrefix("?") }
    let isUnclear = hasUnnamed || lab.steps.contains { !$0.after.allSatisfy(all.contains) }
    for step in lab.steps {
      for id in step.after where !earlier.contains(id) {
        diagnostics.append(
          lab.step(id) == nil || id.hasPrefix("?")
            ? reference(
              id, "an earlier step", ko: "앞선 단계", in: earlier, at: step.location, word: "after=")
            : unreachable(step, after: id))
      }
      let foundations = LabTestPlan.foundations(of: step, in: lab).map(\.id)
      for id in step.undoes where !foundations.contains(id) {
        guard !isUnclear || (!all.contains(id) && !hasUnnamed) else { continue }
        diagnostics.append(
          reference(
            id, "a step that this one comes after", ko: "이 단계보다 먼저 와야 하는 단계",
            in: foundations, at: step.location, word: "undoes="))
      }
      earlier.append(step.id)
      diagnostics += ids(step) + references(step) + counts(step, graded: lab.kind == .lab)
    }
    return diagnostics
  }

  /// A step after itself or after a later one could never be reached.
  private static func unreachable(_ step: Step, after id: String) -> Diagnostic {
    Diagnostic(
      "lab.after-circle",
      id == step.id
        ? Text("step `\(id)` comes after itself", ko: "`\(id)` 단계가 자기 자신 뒤에 옵니다")
        : Text(
          "step `\(step.id)` cannot be reached: `\(id)`, which it comes after, stands below it",
          ko: "`\(step.id)` 단계에 도달할 수 없습니다. 먼저 와야 할 `\(id)`이(가) 아래에 있습니다"),
      hint: Text("steps stand in the order in which they can be done", ko: "단계는 할 수 있는 순서대로 씁니다"),
      at: step.location, word: "after=")
  }

  private static func ids(_ step: Step) -> [Diagnostic] {
    let counted =
      (step.checks + step.states).map { ($0.id, $0.idLocation) }
      + step.answers.map { ($0.id, $0.location) } + step.quizzes.map { ($0.id, $0.location) }
    var diagnostics = duplicates(counted, "check", ko: "검사")
    for (id, location) in counted where !Identifier.isValid(id, dots: true) {
      diagnostics.append(.badID(id, at: location, word: id))
    }
    let scripts =
      step.wrongs.map { ($0.id, $0.script.location) }
      + step.alternatives.map { ($0.id, $0.script.location) }
    diagnostics += duplicates(scripts, "answer to play", ko: "풀이")
    diagnostics += duplicates(step.hints.map { ($0.id, $0.location) }, "hint", ko: "힌트")
    diagnostics += duplicates(
      step.notes.map { ($0.words.first ?? "", $0.location) }, "note", ko: "바로잡기")
    return diagnostics
  }

  private static func duplicates(
    _ ids: [(String, SourceLocation)], _ english: String, ko korean: String
  ) -> [Diagnostic] {
    var first: [String: SourceLocation] = [:]
    return ids.compactMap { word, location in
      let id = word.hasPrefix("{#") ? String(word.dropFirst(2)) : word
      guard let earlier = first[id] else {
        first[id] = location
        return nil
      }
      return Diagnostic(
        "lab.duplicate-id",
        Text(
          "a second \(english) `\(id)`; the first is on line \(earlier.line)",
          ko: "\(korean) `\(id)`이(가) 또 있습니다. 처음은 \(earlier.line)번째 줄입니다"),
        hint: Text("give one of them another `id`", ko: "한쪽에 다른 `id`를 줍니다"), at: location,
        word: word)
    }
  }

  private static func references(_ step: Step) -> [Diagnostic] {
    // Where checks could not be read, what refers to them may well be right.
    let counted = step.checkIDs + step.unreadIDs
    let all = counted + step.states.map(\.id)
    func isUnknown(_ id: String, in known: [String]) -> Bool {
      !known.contains(id) && !step.isUnsure
    }
    var diagnostics: [Diagnostic] = []
    for check in step.checks + step.states {
      for id in check.needs where isUnknown(id, in: counted) || id == check.id {
        diagnostics.append(
          reference(
            id, "a check of this step", ko: "이 단계의 검사", in: counted, at: check.needsLocation))
      }
    }
    for wrong in step.wrongs {
      if isUnknown(wrong.expect, in: counted) {
        diagnostics.append(
          reference(
            wrong.expect, "a check of this step", ko: "이 단계의 검사", in: counted,
            at: wrong.expectLocation))
      }
      if let cause = wrong.cause, !CauseCatalog.ids.contains(cause) {
        diagnostics.append(
          reference(
            cause, "a cause", ko: "원인", in: CauseCatalog.ids.sorted(), at: wrong.causeLocation))
      }
    }
    for hint in step.hints {
      for condition in hint.when where isUnknown(condition.id, in: all) {
        diagnostics.append(
          reference(
            condition.id, "a check or state of this step", ko: "이 단계의 검사나 상태", in: all,
            at: hint.whenLocation))
      }
      let wrongs = step.wrongs.map(\.id) + step.lost("wrong")
      if let example = hint.example, !wrongs.contains(example), !wrongs.contains("") {
        diagnostics.append(
          reference(
            example, "a wrong answer of this step", ko: "이 단계의 오답", in: wrongs,
            at: hint.exampleLocation))
      }
    }
    return diagnostics + circles(step)
  }

  /// `needs` that lead back to where they began can never be judged.
  private static func circles(_ step: Step) -> [Diagnostic] {
    let needs = Dictionary(step.checks.map { ($0.id, $0.needs) }) { first, _ in first }
    return step.checks.compactMap { check in
      guard needsItself(check.id, needs) else { return nil }
      return Diagnostic(
        "lab.needs-circle",
        Text("`\(check.id)` needs itself in the end", ko: "`\(check.id)`은(는) 결국 자신을 필요로 합니다"),
        at: check.needsLocation)
    }
  }

  private static func needsItself(_ id: String, _ needs: [String: [String]]) -> Bool {
    var seen: Set<String> = []
    var open = needs[id] ?? []
    while let next = open.popLast() {
      if next == id { return true }
      if seen.insert(next).inserted { open += needs[next] ?? [] }
    }
    return false
  }

  private static func counts(_ step: Step, graded: Bool) -> [Diagnostic] {
    var diagnostics: [Diagnostic] = []
    let name = step.id.hasPrefix("?") ? step.title.en : step.id
    func need(_ id: String, _ english: String, ko korean: String) {
      diagnostics.append(
        Diagnostic(
          id, Text("step `\(name)` \(english)", ko: "`\(name)` 단계\(korean)"),
          at: step.location))
    }
    // What could not be read is there all the same.
    let hasUnread = step.hasUnread || !step.unreadIDs.isEmpty || !step.lost("check").isEmpty
    let hints = step.hints.count + step.lost("hint").count
    let wrongs = step.wrongs.count + step.lost("wrong").count
    if step.checkIDs.isEmpty, !hasUnread {
      need("lab.no-checks", "checks nothing", ko: "에 검사가 없습니다")
    }
    let onlyQuizzes = step.checks.isEmpty && step.answers.isEmpty && !hasUnread
    if !onlyQuizzes, step.solution.isEmpty {
      need("lab.no-solution", "has no commands and no solution", ko: "에 명령도 풀이도 없습니다")
    }
    guard graded else { return diagnostics }
    // The worked solution is a rung too, where there is one.
    if hints < (onlyQuizzes ? 3 : 2) {
      onlyQuizzes
        ? need("lab.few-hints", "has fewer than three hints", ko: "의 힌트가 셋보다 적습니다")
        : need("lab.few-hints", "has fewer than two hints", ko: "의 힌트가 둘보다 적습니다")
    }
    if !onlyQuizzes, wrongs < 2 {
      need("lab.few-wrong", "has fewer than two wrong answers", ko: "의 오답이 둘보다 적습니다")
    }
    return diagnostics
  }

  /// That `id`, which stands somewhere behind `location`, leads nowhere. `word` is what to mark instead
  /// of it.
  static func reference(
    _ id: String, _ english: String, ko korean: String, in known: [String],
    at location: SourceLocation, word: String? = nil
  ) -> Diagnostic {
    Diagnostic(
      "lab.unknown-reference",
      Text("`\(id)` is not \(english)", ko: "`\(id)`은(는) \(korean)이(가) 아닙니다"),
      hint: Suggestion.nearest(to: id, in: known).map(Text.meant) ?? list(known, like: id),
      at: location, word: word ?? id)
  }

  /// What there is, or of much what is of the same family.
  private static func list(_ known: [String], like id: String) -> Text? {
    guard known.count > 20 else { return known.isEmpty ? nil : .list(of: known) }
    let family = known.filter { $0.hasPrefix(id.prefix { $0 != "." } + ".") }
    return family.isEmpty
      ? Text("the page of the lab format lists them", ko: "실습 파일 형식 문서에 목록이 있습니다")
      : .list(of: family)
  }
}
