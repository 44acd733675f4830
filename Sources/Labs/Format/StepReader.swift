import Documents
import Support

/// Reads one step: its heading, then each fence by its kind. Everything that is not mechanics is
/// the step's body, in order.
struct StepReader {
  let file: String
  /// The step before, which a step comes after unless it says otherwise.
  let previous: String?
  /// Its place in the lab, from 1.
  let number: Int
  var diagnostics: [Diagnostic] = []

  init(file: String, previous: String?, number: Int = 1) {
    self.file = file
    self.previous = previous
    self.number = number
  }

  mutating func read(_ heading: Block, _ blocks: [Block]) -> Step? {
    guard case .heading(_, let text) = heading.kind else { return nil }
    let head = StepHeading(text, at: heading.location, number: number, &diagnostics)
    var step = Step(
      id: head.id, title: Text(head.title, ko: head.title), minutes: head.minutes,
      after: head.after ?? previous.map { [$0] } ?? [], undoes: head.undoes,
      needsOwnEngine: head.needsOwnEngine, body: Prose(english: []),
      location: heading.location)
    for block in blocks {
      guard case .fence(let fence) = block.kind else {
        if case .placeholder(let kind) = block.kind { report(placeholder: kind, block.location) }
        diagnostics += NestedFences.problems(in: [block])
        for fence in NestedFences.mechanics(in: [block]) {
          // An empty one is told of once, too.
          guard !fence.body.trimmed.isEmpty else {
            step.unread[fence.kind, default: []].append(fence.words.first ?? "")
            continue
          }
          take(FenceKind.mended(fence), fence.location, into: &step, isShownAlready: true)
        }
        step.body.english.append(block)
        continue
      }
      diagnostics += FenceKind.problems(fence)
      take(FenceKind.mended(fence), block.location, into: &step)
    }
    return step
  }

  /// Takes what can be read of a fence, whatever is wrong with its info string.
  private mutating func take(
    _ fence: Fence, _ location: SourceLocation, into step: inout Step, isShownAlready: Bool = false
  ) {
    let isShown = FenceKind.isShown(fence.kind)
    let words = FenceKind.mechanics[fence.kind]?.words ?? 0
    // Without its id a fence is nothing.
    guard isShown || FenceKind.mechanics[fence.kind] != nil, fence.words.count >= words else {
      step.unread[fence.kind, default: []].append("")
      return
    }
    take(fence, into: &step)
    if !isShownAlready, isShown || ["bash", "note"].contains(fence.kind) {
      step.body.english.append(Block(kind: .fence(fence), location: location))
    }
  }

  private mutating func take(_ fence: Fence, into step: inout Step) {
    let script = Script(text: fence.body, location: fence.location)
    switch fence.kind {
    case "bash": step.commands.append(script)
    case "solution": step.ownSolution.append(script)
    case "setup": step.setup.append(script)
    case "undo": step.undo.append(script)
    case "alternative": step.alternatives.append(NamedScript(id: id(fence), script: script))
    case "wrong":
      if let wrong = wrong(fence, script) {
        step.wrongs.append(wrong)
      } else {
        step.unread["wrong", default: []].append(fence.words[0])
      }
    case "check": step.checks += sources(fence, &step)
    case "state": step.states += sources(fence, &step)
    case "hint": step.hints.append(hint(fence))
    case "answer":
      if let answer = answer(fence) { step.answers.append(answer) } else { lose(fence, &step) }
    case "quiz":
      let (quiz, problems) = QuizReader.read(fence, file: file)
      diagnostics += problems
      if let quiz { step.quizzes.append(quiz) } else { lose(fence, &step) }
    case "debrief":
      if step.debrief != nil {
        report(
          "lab.duplicate-id", Text("a second `debrief`", ko: "`debrief`가 또 있습니다"), fence)
      }
      step.debrief = prose(fence)
      step.debriefLocation = fence.location
    case "note": diagnostics += NestedFences.shownOnly(prose(fence).english, "a note", ko: "바로잡기")
    case "file":
      step.files.append(StepFile(path: path(fence), text: fence.body, mode: mode(fence)))
    default: break
    }
  }

  private mutating func sources(_ fence: Fence, _ step: inout Step) -> [CheckSource] {
    let read = CheckReader.read(fence, file: file)
    diagnostics += read.diagnostics
    step.unreadIDs += read.unreadIDs
    step.hasUnread = step.hasUnread || read.hasUnread
    return read.sources
  }

  /// A question that cannot be read is known by its id all the same.
  private func lose(_ fence: Fence, _ step: inout Step) {
    step.unread[fence.kind, default: []].append(fence.words[0])
    step.unreadIDs.append(fence.words[0])
  }

  private mutating func wrong(_ fence: Fence, _ script: Script) -> WrongAnswer? {
    guard let expect = fence.attributes["expect"] else {
      // An empty one has been told.
      if fence.offsets["expect"] == nil {
        report(
          "lab.missing-key",
          Text("a `wrong` fence needs `expect=`", ko: "`wrong` 펜스에 `expect=`가 필요합니다"),
          hint: Text(
            "the id of the check that has to catch it", ko: "이 오답을 잡아야 할 검사의 id를 적습니다"), fence)
      }
      return nil
    }
    let from = fence.attributes["from"]
    if let from, from != "solution", from != "start" {
      report(
        "lab.unknown-value",
        Text("`from=` cannot be `\(from)`", ko: "`from=`에 `\(from)`은(는) 쓸 수 없습니다"),
        hint: .list(of: ["solution", "start"]), fence, at: "from")
    }
    return WrongAnswer(
      id: id(fence), script: script, expect: expect, afterSolution: from == "solution",
      cause: fence.attributes["cause"], expectLocation: fence.location(of: "expect"),
      causeLocation: fence.location(of: "cause"), says: fence.attributes["says"])
  }

  private mutating func hint(_ fence: Fence) -> Hint {
    let written = fence.attributes["when"] ?? ""
    var conditions: [Hint.Condition] = []
    // Of words too many behind the id it has been told that they belong to a value.
    if fence.words.count == 1 {
      do { conditions = try Hint.conditions(written) } catch {
        diagnostics.append(
          Diagnostic(
            "lab.bad-condition", error.message, hint: error.advice, at: fence.location(of: "when"),
            word: error.word))
      }
    }
    let text = prose(fence)
    diagnostics += NestedFences.shownOnly(text.english, "a hint", ko: "힌트")
    return Hint(
      id: id(fence), text: text, when: conditions, example: fence.attributes["example"],
      location: fence.location, whenLocation: fence.location(of: "when"),
      exampleLocation: fence.location(of: "example"))
  }

  private mutating func answer(_ fence: Fence) -> Answer? {
    do {
      let node = try fence.yaml(file)
      // Where keys are misspelled, the question is judged later, with the variables.
      var fields = Fields(
        node, of: "`answer`", variables: Variables(values: [:]), raw: true)
      let ask = fields.requiredString("ask")
      return Answer(
        id: id(fence), ask: Text(ask, ko: ask), source: node, location: fence.location)
    } catch {
      diagnostics.append(Diagnostic(error, at: fence.location))
      return nil
    }
  }

  private mutating func prose(_ fence: Fence) -> Prose {
    let (blocks, problems) = MarkdownReader.read(
      fence.body, file: file, firstLine: fence.bodyLine)
    diagnostics += problems
    return Prose(english: blocks)
  }

  private mutating func id(_ fence: Fence) -> String {
    let id = fence.words.first ?? ""
    if !Identifier.isValid(id) {
      diagnostics.append(.badID(id, at: fence.location(of: id)))
    }
    return id
  }

  private mutating func path(_ fence: Fence) -> String {
    let path = fence.words.first ?? ""
    if path.hasPrefix("/") || path.split(separator: "/").contains("..") {
      report(
        "lab.bad-path",
        Text("`\(path)` leads out of the student's folder", ko: "`\(path)`은(는) 학생 폴더를 벗어납니다"),
        fence,
        at: path)
    }
    return path
  }

  private mutating func mode(_ fence: Fence) -> UInt32 {
    guard let text = fence.attributes["mode"] else { return 0o644 }
    if let mode = UInt32(text, radix: 8), mode <= 0o777 { return mode }
    report(
      "lab.wrong-kind", Text("`mode=` takes `755` and the like", ko: "`mode=`에는 `755`처럼 씁니다"),
      fence,
      at: "mode")
    return 0o644
  }

  private mutating func report(placeholder kind: String, _ location: SourceLocation) {
    diagnostics.append(
      Diagnostic(
        "lab.placeholder",
        Text("`[[\(kind)]]` belongs into a translation", ko: "`[[\(kind)]]`은(는) 번역 파일에만 씁니다"),
        at: location))
  }

  private mutating func report(
    _ id: String, _ message: Text, hint: Text? = nil, _ fence: Fence, at name: String = ""
  ) {
    diagnostics.append(Diagnostic(id, message, hint: hint, at: fence.location(of: name)))
  }
}
