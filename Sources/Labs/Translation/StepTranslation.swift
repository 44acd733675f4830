import Documents
import Support

/// Lays the Korean blocks of one step over it.
struct StepTranslation {
  let file: String
  var step: Step
  let location: SourceLocation
  var diagnostics: [Diagnostic] = []
  private var translated: Set<String> = []

  private static let kinds =
    ["note", "hint", "debrief", "quiz", "answer", "messages"] + FenceKind.shown.sorted()

  init(file: String, step: Step, location: SourceLocation) {
    self.file = file
    self.step = step
    self.location = location
  }

  mutating func apply(_ blocks: [Block]) -> Step {
    var body: [Block] = []
    var placed: [String: Int] = [:]
    for block in blocks {
      switch block.kind {
      case .placeholder(let kind):
        let place = placed[kind, default: 0]
        placed[kind] = place + 1
        let all = step.fences(step.body.english).filter { $0.kind == kind }
        if place < all.count {
          body.append(Block(kind: .fence(all[place]), location: block.location))
        } else {
          report(
            "lab.placeholder",
            Text(
              "lab.md has only \(all.count) `\(kind)` fences in this step",
              ko: "lab.md의 이 단계에는 `\(kind)` 펜스가 \(all.count)개뿐입니다"), block.location)
        }
      case .fence(let fence): take(fence, block, &body)
      default: body.append(block)
      }
    }
    let commands = step.commands.count
    if placed["bash", default: 0] < commands {
      report(
        "lab.placeholder",
        Text(
          "\(placed["bash", default: 0]) of \(commands) `bash` fences are placed",
          ko: "`bash` 펜스 \(commands)개 중 \(placed["bash", default: 0])개만 놓였습니다"), location,
        hint: Text("write `[[bash]]` where each belongs", ko: "자리마다 `[[bash]]`를 씁니다"))
    }
    step.body.korean = body
    reportMissing()
    return step
  }

  private mutating func take(_ fence: Fence, _ block: Block, _ body: inout [Block]) {
    if fence.kind == "bash" || !Self.kinds.contains(fence.kind) {
      diagnostics += FenceKind.problems(fence, known: Self.kinds).prefix(1)
      return
    }
    if !fence.attributes.isEmpty {
      report(
        "lab.translation-mechanics",
        Text("attributes stand in lab.md only", ko: "속성은 lab.md에만 씁니다"), fence.location)
    }
    let id = fence.words.first ?? ""
    switch fence.kind {
    case "note":
      if step.notes.contains(where: { $0.words.first == id }) {
        translated.insert("note/\(id)")
        body.append(block)
      } else {
        extra(fence, step.notes.compactMap(\.words.first))
      }
    case "hint":
      guard let place = step.hints.firstIndex(where: { $0.id == id }) else {
        return extra(fence, step.hints.map(\.id))
      }
      let korean = prose(fence)
      step.hints[place].text.korean = korean
    case "debrief":
      if step.debrief == nil { return extra(fence, []) }
      let korean = prose(fence)
      step.debrief?.korean = korean
    case "answer":
      guard let place = step.answers.firstIndex(where: { $0.id == id }) else {
        return extra(fence, step.answers.map(\.id))
      }
      read(fence) { fields in fields.requiredString("ask") }.map { step.answers[place].ask.ko = $0 }
    case "quiz":
      guard let place = step.quizzes.firstIndex(where: { $0.id == id }) else {
        return extra(fence, step.quizzes.map(\.id))
      }
      var quiz = step.quizzes[place]
      read(fence) { fields in Self.overlay(&quiz, &fields) }
      step.quizzes[place] = quiz
    case "messages": messages(fence)
    default: body.append(block)
    }
    if fence.kind != "note", !FenceKind.isShown(fence.kind), fence.kind != "messages" {
      translated.insert(id.isEmpty ? fence.kind : "\(fence.kind)/\(id)")
    }
  }

  private static func overlay(_ quiz: inout Quiz, _ fields: inout Fields) {
    quiz.ask.ko = fields.requiredString("ask")
    if quiz.why != nil { quiz.why?.ko = fields.requiredString("why") }
    overlay("choices", &quiz.choices, &fields)
    overlay("items", &quiz.items, &fields)
    overlay("groups", &quiz.groups, &fields)
  }

  private static func overlay(
    _ key: String, _ options: inout [Quiz.Option], _ fields: inout Fields
  ) {
    guard !options.isEmpty else { return }
    let texts = fields.texts(key) ?? []
    for place in options.indices {
      if let text = texts.first(where: { $0.key == options[place].id })?.text {
        options[place].text.ko = text
      } else {
        fields.report(
          "lab.missing-translation",
          Text(
            "`\(key)` lacks `\(options[place].id)`", ko: "`\(key)`에 `\(options[place].id)`이(가) 없습니다"
          ),
          at: fields.location(of: key))
      }
    }
    for text in texts where !options.contains(where: { $0.id == text.key }) {
      fields.report(
        "lab.extra-translation",
        Text(
          "`\(key)` has no `\(text.key)` in lab.md", ko: "lab.md의 `\(key)`에는 `\(text.key)`이(가) 없습니다"
        ),
        at: fields.location(of: key))
    }
  }

  private mutating func messages(_ fence: Fence) {
    read(fence) { [checks = step.checks] fields -> [(String, String)] in
      checks.compactMap { check in
        guard check.message != nil, let text = fields.string(check.id) else { return nil }
        return (check.id, text)
      }
    }?.forEach { id, text in
      for place in step.checks.indices where step.checks[place].id == id {
        step.checks[place].message?.ko = text
        translated.insert("message/\(id)")
      }
    }
  }

  @discardableResult
  private mutating func read<Result>(
    _ fence: Fence, _ body: (inout Fields) -> Result
  ) -> Result? {
    do {
      var fields = Fields(
        try fence.yaml(file), of: "`\(fence.kind)`", variables: Variables(values: [:]), raw: true)
      let result = body(&fields)
      fields.finish()
      diagnostics += fields.diagnostics
      return result
    } catch {
      diagnostics.append(Diagnostic(error, at: fence.location))
      return nil
    }
  }

  private mutating func prose(_ fence: Fence) -> [Block] {
    let (blocks, problems) = MarkdownReader.read(
      fence.body, file: file, firstLine: fence.bodyLine)
    diagnostics += problems
    return blocks
  }

  private mutating func reportMissing() {
    let wanted = TranslatableTexts.ids(of: step).filter { !translated.contains($0) }
    for id in wanted {
      report(
        "lab.missing-translation",
        Text("`\(step.id)/\(id)` is not translated", ko: "`\(step.id)/\(id)`의 번역이 없습니다"), location)
    }
  }

  private mutating func extra(_ fence: Fence, _ known: [String]) {
    let id = fence.words.first ?? ""
    report(
      "lab.extra-translation",
      Text(
        "lab.md has no \(fence.kind) `\(id)` here",
        ko: "lab.md의 이 단계에는 \(fence.kind) `\(id)`이(가) 없습니다"),
      fence.location,
      hint: Suggestion.nearest(to: id, in: known).map {
        Text("did you mean `\($0)`?", ko: "`\($0)`을(를) 쓰려고 했습니까?")
      })
  }

  private mutating func report(
    _ id: String, _ message: Text, _ location: SourceLocation, hint: Text? = nil
  ) {
    diagnostics.append(Diagnostic(id, message, hint: hint, at: location))
  }
}

extension TranslatableTexts {
  /// What a step's translation must have, without the step's own id in front.
  static func ids(of step: Step) -> [String] {
    step.notes.map { "note/\($0.words.first ?? "")" }
      + step.checks.filter { $0.message != nil }.map { "message/\($0.id)" }
      + step.hints.map { "hint/\($0.id)" } + step.answers.map { "answer/\($0.id)" }
      + step.quizzes.map { "quiz/\($0.id)" } + (step.debrief == nil ? [] : ["debrief"])
  }
}
