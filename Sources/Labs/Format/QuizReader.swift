import Documents
import Support

/// Reads the YAML of a `quiz` fence.
enum QuizReader {
  static func read(_ fence: Fence, file: String) -> (Quiz?, [Diagnostic]) {
    do {
      let node = try fence.yaml(file)
      var fields = Fields(
        node, of: "`quiz`", variables: Variables(values: [:]), raw: true)
      let quiz = fields.reading {
        Self.quiz(&$0, id: fence.words.first ?? "", location: fence.location)
      }
      return (quiz, fields.diagnostics)
    } catch {
      return (nil, [Diagnostic(error, at: fence.location)])
    }
  }

  static func quiz(_ fields: inout Fields, id: String, location: SourceLocation) -> Quiz {
    let ask = fields.requiredString("ask")
    let why = fields.words("why")
    let choices = options("choices", &fields)
    let items = options("items", &fields)
    let groups = options("groups", &fields)
    let kinds = [choices, items].filter { !$0.isEmpty }.count
    if kinds > 1 || choices.count == 1 || (items.isEmpty != groups.isEmpty) {
      fields.report(
        "lab.quiz-choices",
        Text(
          "a quiz has two `choices` or more, or `items` and `groups`, or neither",
          ko: "퀴즈에는 `choices`가 둘 이상 있거나, `items`와 `groups`가 함께 있거나, 둘 다 없어야 합니다"),
        at: fields.location(of: choices.isEmpty ? "items" : "choices"))
    }
    return Quiz(
      id: id, ask: Text(ask, ko: ask), choices: choices, items: items,
      groups: groups, why: why.map { Text($0, ko: $0) },
      solution: solution(&fields, choices, items, groups), location: location)
  }

  private static func options(_ key: String, _ fields: inout Fields) -> [Quiz.Option] {
    (fields.texts(key) ?? []).map { Quiz.Option(id: $0.key, text: Text($0.text, ko: $0.text)) }
  }

  private static func solution(
    _ fields: inout Fields, _ choices: [Quiz.Option], _ items: [Quiz.Option],
    _ groups: [Quiz.Option]
  ) -> Quiz.Solution {
    if !items.isEmpty {
      let pairs = fields.texts("answer") ?? []
      for item in items where !pairs.contains(where: { $0.key == item.id }) {
        unknown(item.id, "`\(item.id)` has no group", ko: "`\(item.id)`의 그룹이 없습니다", &fields)
      }
      for pair in pairs {
        require(pair.key, among: items, &fields)
        require(pair.text, among: groups, &fields)
      }
      return .groups(Dictionary(pairs.map { ($0.key, $0.text) }) { first, _ in first })
    }
    _ = fields.required("answer")
    let answers = fields.strings("answer") ?? []
    guard !choices.isEmpty else { return .texts(answers) }
    for answer in answers { require(answer, among: choices, &fields) }
    return .choices(answers)
  }

  private static func require(
    _ id: String, among options: [Quiz.Option], _ fields: inout Fields
  ) {
    guard !options.contains(where: { $0.id == id }) else { return }
    unknown(
      id, "`\(id)` is none of the choices", ko: "`\(id)`은(는) 보기에 없습니다", &fields,
      hint: Suggestion.nearest(to: id, in: options.map(\.id)).map(Text.meant)
        ?? .list(of: options.map(\.id)), word: id)
  }

  private static func unknown(
    _ id: String, _ english: String, ko korean: String, _ fields: inout Fields, hint: Text? = nil,
    word: String? = nil
  ) {
    fields.report(
      "lab.quiz-answer", Text(english, ko: korean), hint: hint,
      at: fields.location(of: "answer"), word: word)
  }
}
