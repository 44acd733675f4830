import Linux
import Support

/// `mistakes.md` beside lab.md: what students really get wrong, as real commands, each with the
/// cause that the explanation has to name. A heading of the second level is the id of a step; below
/// it stand `wrong` fences.
struct MistakeReader {
  private let lab: Lab
  private let file: String
  private var mistakes: [(step: Step, wrong: WrongAnswer)] = []
  private var diagnostics: [Diagnostic] = []

  private init(_ lab: Lab, file: String) {
    self.lab = lab
    self.file = file
  }

  /// The mistakes of `lab`, each with the step it is made in; none when it has no such file. Throws the
  /// first thing that is wrong with them.
  static func read(_ lab: Lab) throws -> [(step: Step, wrong: WrongAnswer)] {
    let (mistakes, problems) = try all(lab)
    if let problem = problems.first(where: { $0.severity == .error }) { throw problem.error }
    return mistakes
  }

  /// Everything that is wrong with the mistakes of `lab`.
  static func problems(_ lab: Lab) throws -> [Diagnostic] { try all(lab).1 }

  private static func all(
    _ lab: Lab
  ) throws -> ([(step: Step, wrong: WrongAnswer)], [Diagnostic]) {
    let path = lab.folder + "/mistakes.md"
    guard File.exists(path) else { return ([], []) }
    let text = try SourceText.read(path)
    var reader = MistakeReader(lab, file: path)
    reader.read(text)
    let lines = SourceLines(text)
    return (reader.mistakes, reader.diagnostics.map(lines.placing))
  }

  private mutating func read(_ text: String) {
    let (blocks, problems) = MarkdownReader.read(text, file: file, firstLine: 1)
    diagnostics += problems
    var step: Step?
    // Below a heading that is no step all fences belong to nothing; the heading has been told.
    var isLost = false
    for block in blocks {
      switch block.kind {
      case .heading(2, let text):
        let id = Self.id(text)
        step = lab.step(id)
        isLost = step == nil
        guard isLost else { continue }
        let known = lab.steps.map(\.id)
        let near = Suggestion.nearest(to: id, in: known)
        step = near.flatMap(lab.step)
        isLost = step == nil
        diagnostics.append(
          Diagnostic(
            "lab.unknown-reference",
            Text("`\(id)` is no step of the lab", ko: "`\(id)`은(는) 실습의 단계가 아닙니다"),
            hint: near.map(Text.meant) ?? .list(of: known), at: block.location, word: id))
      case .fence(let fence):
        if let step { take(fence, step) } else if !isLost { reportHomeless(fence) }
      default: diagnostics += NestedFences.problems(in: [block])
      }
    }
    if mistakes.isEmpty, diagnostics.isEmpty {
      diagnostics.append(
        Diagnostic(
          "lab.no-mistakes", Text("there is no mistake in it", ko: "실수가 하나도 없습니다"),
          hint: Self.form, at: SourceLocation(file: file, line: 1, column: 1)))
    }
  }

  /// `## start`, or `## Title {#start}` as in lab.md.
  private static func id(_ heading: String) -> String {
    let text = heading.trimmed
    guard text.hasSuffix("}"), let brace = text.lastIndex(of: "{") else { return text }
    return String(text[brace...].dropFirst().drop { $0 == "#" }.prefix { !" }".contains($0) })
  }

  private static let form = Text(
    "a heading `## STEP`, and below it ```wrong ID expect=CHECK cause=CAUSE",
    ko: "`## 단계` 제목 아래에 ```wrong ID expect=검사 cause=원인")

  private mutating func reportHomeless(_ fence: Fence) {
    diagnostics.append(
      Diagnostic(
        "lab.misplaced-fence",
        Text("this stands below no step", ko: "어느 단계의 것인지 알 수 없습니다"),
        hint: Text("write the step's id above it: `## STEP`", ko: "위에 단계의 id를 씁니다: `## 단계`"),
        at: fence.location))
  }

  private mutating func take(_ fence: Fence, _ step: Step) {
    diagnostics += FenceKind.problems(fence)
    let fence = FenceKind.mended(fence)
    guard FenceKind.mechanics[fence.kind] != nil else { return }
    guard fence.kind == "wrong" else {
      diagnostics.append(
        Diagnostic(
          "lab.bad-mistake",
          Text(
            "a `\(fence.kind)` fence is no mistake", ko: "`\(fence.kind)` 펜스는 실수가 아닙니다"),
          hint: Self.form, at: fence.location))
      return
    }
    guard let id = fence.words.first else { return }
    if !Identifier.isValid(id) { diagnostics.append(.badID(id, at: fence.location(of: id))) }
    if mistakes.contains(where: { $0.step.id == step.id && $0.wrong.id == id }) {
      diagnostics.append(
        Diagnostic(
          "lab.duplicate-id",
          Text(
            "step `\(step.id)` has a mistake `\(id)` already",
            ko: "`\(step.id)` 단계에 `\(id)` 실수가 이미 있습니다"
          ), at: fence.location(of: id)))
    }
    let script = Script(text: fence.body, location: fence.location)
    if let empty = TextRules.empty(script, "wrong \(id)") { diagnostics.append(empty) }
    let expect = required(
      "expect", fence, "a check of this step", ko: "이 단계의 검사",
      step.hasUnread ? nil : step.checkIDs + step.unreadIDs)
    let cause = required("cause", fence, "a cause", ko: "원인", CauseCatalog.ids.sorted())
    let from = fence.attributes["from"]
    if let from, from != "solution", from != "start" {
      diagnostics.append(
        Diagnostic(
          "lab.unknown-value",
          Text("`from=` cannot be `\(from)`", ko: "`from=`에 `\(from)`은(는) 쓸 수 없습니다"),
          hint: .list(of: ["solution", "start"]), at: fence.location(of: "from")))
    }
    let variables = VariableRules.sample(lab)
    for reference in Interpolation.references(in: fence.body)
    where variables[reference.name] == nil {
      diagnostics.append(.undeclared(reference.name, in: variables, at: fence.location))
    }
    mistakes.append(
      (
        step,
        WrongAnswer(
          id: id, script: script, expect: expect ?? "", afterSolution: from == "solution",
          cause: cause, expectLocation: fence.location(of: "expect"),
          causeLocation: fence.location(of: "cause"), says: fence.attributes["says"])
      ))
  }

  /// The attribute `key`, which has to be one of `known`, where that is known.
  private mutating func required(
    _ key: String, _ fence: Fence, _ english: String, ko korean: String, _ known: [String]?
  ) -> String? {
    guard let value = fence.attributes[key] else {
      // An empty one has been told.
      if fence.offsets[key] == nil {
        diagnostics.append(
          Diagnostic(
            "lab.missing-key",
            Text("a mistake needs `\(key)=`", ko: "실수에는 `\(key)=`이(가) 필요합니다"),
            hint: Text("\(english)", ko: "\(korean)을(를) 적습니다"), at: fence.location))
      }
      return nil
    }
    if let known, !known.contains(value) {
      diagnostics.append(
        StepRules.reference(
          value, english, ko: korean, in: known, at: fence.location(of: key)))
    }
    return value
  }
}
