import Support

/// What came of an answer.
package struct GivenAnswer: Sendable {
  package var step: Step
  package var quiz: Quiz?
  package var isRight: Bool
  /// Whether an earlier, right answer was kept because this one is wrong.
  package var keptEarlier: Bool
  /// How the kit judges it.
  package var verdict: Verdict?
}

/// A question of a step, in the order in which they are asked.
package enum Question: Sendable {
  case answer(Answer)
  case quiz(Quiz)

  package var id: String {
    switch self {
    case .answer(let answer): answer.id
    case .quiz(let quiz): quiz.id
    }
  }

  package var ask: Text {
    switch self {
    case .answer(let answer): answer.ask
    case .quiz(let quiz): quiz.ask
    }
  }
}

extension Step {
  /// Everything the step asks.
  package var questions: [Question] { answers.map(Question.answer) + quizzes.map(Question.quiz) }
}

extension LabSession {
  /// The options of a quiz as this student sees them: two neighbours do not see the same order, and
  /// one student always does.
  package func shuffled(_ options: [Quiz.Option], of quiz: Quiz) -> [Quiz.Option] {
    let seed = ((try? progress.fact("seed")) ?? nil).flatMap { UInt64($0) } ?? 0
    var random = SeededGenerator(seed: seed, purpose: "quiz/\(quiz.id)/\(options.count)")
    return options.shuffled(using: &random)
  }

  /// Takes an answer of the student. One that is no choice throws `lab.not-a-choice` and leaves
  /// everything as it was; a wrong one does not replace a right one.
  package func answer(_ id: String, _ text: String) throws -> GivenAnswer {
    let step = try stepAsking(id)
    if let quiz = step.quizzes.first(where: { $0.id == id }) {
      return try answer(quiz, of: step, text)
    }
    try progress.setAnswer(id, text)
    var answer = ["id": id, "text": text]
    answer["live"] = try liveValue(of: id, step)
    try note("answer", step.id, answer)
    let verdict = try check(step, waiting: false).verdicts.first { $0.check == id }
    return GivenAnswer(
      step: step, isRight: verdict?.passed ?? false, keptEarlier: false, verdict: verdict)
  }

  /// What would be right for `id` at this moment: numbers of processes and the like are others the
  /// next time, so whoever judges the answer later has to know.
  private func liveValue(of id: String, _ step: Step) throws -> String? {
    guard let check = try step.checks(variables).first(where: { $0.id == id }),
      let live = (check.predicate as? AnswerCheck)?.live,
      case .value(let value) = live.read(try observe([check]))
    else { return nil }
    return value.plain
  }

  private func answer(_ quiz: Quiz, of step: Step, _ text: String) throws -> GivenAnswer {
    let canonical = try canonical(text, for: quiz)
    let isRight = quiz.solution.accepts(canonical)
    let earlier = try progress.answers()[quiz.id]
    let keepsEarlier = !isRight && earlier.map { quiz.solution.accepts($0.text) } ?? false
    try note("answer", step.id, ["id": quiz.id, "text": canonical])
    if !keepsEarlier { try progress.setAnswer(quiz.id, canonical) }
    let verdict = try check(step, waiting: false).verdicts.first { $0.check == quiz.id }
    return GivenAnswer(
      step: step, quiz: quiz, isRight: isRight, keptEarlier: keepsEarlier, verdict: verdict)
  }

  private func canonical(_ text: String, for quiz: Quiz) throws -> String {
    switch quiz.solution {
    case .texts: text
    case .choices: try ChoiceReader(options: shuffled(quiz.choices, of: quiz)).canonical(text)
    case .groups:
      try ChoiceReader(
        options: shuffled(quiz.items, of: quiz), groups: quiz.groups
      ).canonical(text)
    }
  }

  /// The step that asks `id`.
  private func stepAsking(_ id: String) throws -> Step {
    if let step = lab.steps.first(where: { $0.questions.contains { $0.id == id } }) { return step }
    let known = lab.steps.flatMap { $0.questions.map(\.id) }
    let nearest = Suggestion.nearest(to: id, in: known).map {
      Text("did you mean `\($0)`?", ko: WrittenParticles.settle("`\($0)`을(를) 찾고 있습니까?"))
    }
    throw DklabError(
      .notFound, id: "lab.no-question",
      Text("lab `\(lab.id)` asks nothing called `\(id)`", ko: "`\(lab.id)` 실습에 `\(id)` 질문이 없습니다"),
      hint: nearest ?? (known.isEmpty ? nil : .list(of: known)))
  }
}
