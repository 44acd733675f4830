import Documents
import Support

/// Lays the Korean blocks of one step over it.
struct StepTranslation {
  let file: String
  var step: Step
  let location: SourceLocation
  var diagnostics: [Diagnostic] = []
  private var translated: Set<String> = []
  /// Texts that are not translated, as has been told.
  private(set) var missing: [String] = []

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
      case .placeholder(let written):
        let fences = step.fences(step.body.english)
        let kinds = Set(fences.map(\.kind)).subtracting(["note"])
        let kind =
          kinds.contains(written)
          ? written : Suggestion.nearest(to: written, in: kinds.sorted()) ?? written
        let place = placed[kind, default: 0]
        placed[kind] = place + 1
        let all = fences.filter { $0.kind == kind }
        if kind != written { report(unknownPlace: written, meant: kind, block.location) }
        if place < all.count {
          body.append(Block(kind: .fence(all[place]), location: block.location))
        } else if step.lost(kind).isEmpty {
          report(tooMany: kind, all.count, block.location)
        }
      case .fence(let fence):
        // One that stands here itself has been placed, if in the wrong way.
        if fence.kind == "bash" { placed["bash", default: 0] += 1 }
        take(fence, block, &body)
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
    let isProse = { (block: Block) in if case .fence = block.kind { false } else { true } }
    if step.body.english.contains(where: isProse), !body.contains(where: isProse) {
      report(
        "lab.missing-translation",
        Text("step `\(step.id)` has no prose", ko: "`\(step.id)` 단계에 글이 없습니다"), location)
    }
    step.body.korean = body
    reportMissing()
    return step
  }

  private mutating func report(unknownPlace kind: String, meant: String, _ location: SourceLocation)
  {
    report(
      "lab.placeholder",
      Text("lab.md has no `\(kind)` fence in this step", ko: "lab.md의 이 단계에는 `\(kind)` 펜스가 없습니다"),
      location, hint: .meant("[[\(meant)]]"))
  }

  private mutating func report(tooMany kind: String, _ count: Int, _ location: SourceLocation) {
    let message =
      switch count {
      case 0:
        Text("lab.md has no `\(kind)` fence in this step", ko: "lab.md의 이 단계에는 `\(kind)` 펜스가 없습니다")
      case 1:
        Text(
          "lab.md has only one `\(kind)` fence in this step",
          ko: "lab.md의 이 단계에는 `\(kind)` 펜스가 하나뿐입니다")
      default:
        Text(
          "lab.md has only \(count) `\(kind)` fences in this step",
          ko: "lab.md의 이 단계에는 `\(kind)` 펜스가 \(count)개뿐입니다")
      }
    report("lab.placeholder", message, location)
  }

  private mutating func take(_ fence: Fence, _ block: Block, _ body: inout [Block]) {
    if !Self.kinds.contains(fence.kind) {
      diagnostics +=
        FenceKind.isMechanics(fence.kind)
        ? [mechanics(fence)] : FenceKind.problems(fence, known: Self.kinds)
    }
    let fence = FenceKind.mended(fence, known: Self.kinds)
    guard Self.kinds.contains(fence.kind) else { return }
    let block = Block(kind: .fence(fence), location: block.location)
    if !fence.attributes.isEmpty {
      report(
        "lab.translation-mechanics",
        Text("attributes stand in lab.md only", ko: "속성은 lab.md에만 씁니다"), fence.location)
    }
    guard let id = id(fence) else { return }
    switch fence.kind {
    case "note":
      if fence.body.trimmed.isEmpty {
        diagnostics.append(TextRules.empty("a note", ko: "바로잡기", fence.location))
      }
      translated.insert("note/\(id)")
      body.append(block)
    case "hint":
      guard let place = step.hints.firstIndex(where: { $0.id == id }) else { return }
      let korean = prose(fence)
      step.hints[place].text.korean = korean
      if korean.isEmpty {
        diagnostics.append(TextRules.empty("hint `\(id)`", ko: "`\(id)` 힌트", fence.location))
      }
    case "debrief":
      let korean = prose(fence)
      step.debrief?.korean = korean
      if korean.isEmpty {
        diagnostics.append(TextRules.empty("the debrief", ko: "`debrief`", fence.location))
      }
    case "answer":
      guard let place = step.answers.firstIndex(where: { $0.id == id }) else { return }
      read(fence) { fields in fields.requiredString("ask") }.map { step.answers[place].ask.ko = $0 }
    case "quiz":
      guard let place = step.quizzes.firstIndex(where: { $0.id == id }) else { return }
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

  /// What has its place in lab.md alone.
  private func mechanics(_ fence: Fence) -> Diagnostic {
    Diagnostic(
      "lab.translation-mechanics",
      Text(
        "a `\(fence.kind)` fence stands in lab.md only", ko: "`\(fence.kind)` 펜스는 lab.md에만 씁니다"),
      hint: fence.kind == "bash"
        ? Text("`[[bash]]` stands for it here", ko: "여기서는 그 자리에 `[[bash]]`를 씁니다") : nil,
      at: fence.location)
  }

  /// The id of the text that a fence translates; nil when there is no such text, which is told, with the
  /// one that was probably meant, for which it is then taken.
  private mutating func id(_ fence: Fence) -> String? {
    let known: [String]
    switch fence.kind {
    case "note": known = step.notes.compactMap(\.words.first)
    case "hint": known = step.hints.map(\.id)
    case "answer": known = step.answers.map(\.id)
    case "quiz": known = step.quizzes.map(\.id)
    case "debrief": known = step.debrief == nil ? [] : [""]
    default: return ""
    }
    let id = fence.kind == "debrief" ? "" : fence.words.first ?? ""
    if known.contains(id) { return id }
    // What could not be read in lab.md may well have its translation.
    let lost = step.lost(fence.kind)
    if lost.contains(id) || lost.contains("") { return nil }
    let open = known.filter { !translated.contains("\(fence.kind)/\($0)") }
    let meant = Suggestion.nearest(to: id, in: open)
    extra(fence, id, meant)
    return meant
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
    let ids = fields.entry(key)?.mapping?.compactMap(\.key.text) ?? []
    let missing = options.map(\.id).filter { !ids.contains($0) }
    let extra = ids.filter { id in !options.contains { $0.id == id } }
    let slips = extra.compactMap { Suggestion.nearest(to: $0, in: missing) }
    for place in options.indices {
      if let text = texts.first(where: { $0.key == options[place].id })?.text {
        options[place].text.ko = text
      } else if missing.contains(options[place].id), !slips.contains(options[place].id) {
        fields.report(
          "lab.missing-translation",
          Text(
            "`\(key)` lacks `\(options[place].id)`", ko: "`\(key)`에 `\(options[place].id)`이(가) 없습니다"
          ),
          at: fields.location(of: key))
      }
    }
    for id in extra {
      fields.report(
        "lab.extra-translation",
        Text(
          "`\(key)` has no `\(id)` in lab.md", ko: "lab.md의 `\(key)`에는 `\(id)`이(가) 없습니다"
        ), hint: Suggestion.nearest(to: id, in: missing).map(Text.meant),
        at: fields.location(of: key), word: id)
    }
  }

  private mutating func messages(_ fence: Fence) {
    let found = read(fence) { [checks = step.checks, lost = step.unreadIDs] fields in
      // The message of a check that could not be read is not one too many.
      for id in lost { _ = fields.node(id) }
      return checks.compactMap { check -> (id: String, text: String?)? in
        guard check.message != nil, fields.entry(check.id) != nil else {
          if check.message != nil { _ = fields.node(check.id) }
          return nil
        }
        return (check.id, fields.words(check.id))
      }
    }
    // An empty one has been told, and so has what is wrong with all of them.
    let all = step.checks.filter { $0.message != nil }.map { (id: $0.id, text: String?.none) }
    for (id, text) in found ?? all {
      translated.insert("message/\(id)")
      for place in step.checks.indices where step.checks[place].id == id {
        step.checks[place].message?.ko = text ?? ""
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
      let result = fields.reading(body)
      diagnostics += step.isUnsure && fence.kind == "messages" ? [] : fields.diagnostics
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
    missing = TranslatableTexts.ids(of: step).filter {
      !translated.contains($0) && !(step.isUnsure && $0.hasPrefix("message/"))
    }
    for id in missing {
      report(
        "lab.missing-translation",
        Text("`\(step.id)/\(id)` is not translated", ko: "`\(step.id)/\(id)`의 번역이 없습니다"), location)
    }
  }

  private mutating func extra(_ fence: Fence, _ id: String, _ meant: String?) {
    let name = id.isEmpty ? "`\(fence.kind)`" : "\(fence.kind) `\(id)`"
    report(
      "lab.extra-translation",
      Text("lab.md has no \(name) here", ko: "lab.md의 이 단계에는 \(name)이(가) 없습니다"),
      id.isEmpty ? fence.location : fence.location(of: id), hint: meant.map(Text.meant))
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
