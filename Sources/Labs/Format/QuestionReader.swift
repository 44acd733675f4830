import Documents
import Support

/// Makes checks of `answer` and `quiz` fences once the variables are known.
enum QuestionReader {
  /// The check of an answer, nil when something is wrong with it.
  static func check(
    _ answer: Answer, _ variables: Variables
  ) -> (check: Check?, diagnostics: [Diagnostic]) {
    var fields = Fields(answer.source, of: "`answer`", variables: variables)
    let (live, comparison) = fields.reading { fields in
      let found = Self.comparison(&fields)
      if !fields.has("equals"), found.comparison == nil || found.comparison?.value.isNull == true {
        fields.report(
          "lab.missing-key",
          Text("`answer` needs `equals` or a comparison", ko: "`answer`에 `equals`나 비교가 필요합니다"))
      }
      return found
    }
    guard fields.diagnostics.isEmpty else { return (nil, fields.diagnostics) }
    let ask = Text(variables.fill(answer.ask.en), ko: variables.fill(answer.ask.ko))
    let predicate = AnswerCheck(key: answer.id, ask: ask, live: live, comparison: comparison)
    return (check(answer.id, predicate, answer.location), [])
  }

  /// What an `answer` may say.
  static func comparison(_ fields: inout Fields) -> (live: LiveValue?, comparison: Comparison?) {
    _ = fields.requiredString("ask")
    let equals = fields.node("equals")
    fields.shape.note("equals", .schema(LiveValue.schema))
    return (equals.flatMap { LiveValue($0, &fields) }, Comparison(&fields))
  }

  static func check(_ quiz: Quiz, _ variables: Variables) -> Check {
    let ask = Text(variables.fill(quiz.ask.en), ko: variables.fill(quiz.ask.ko))
    let predicate = QuizCheck(key: quiz.id, ask: ask, solution: quiz.solution)
    return check(quiz.id, predicate, quiz.location)
  }

  private static func check(
    _ id: String, _ predicate: any Predicate, _ location: SourceLocation
  ) -> Check {
    Check(id: id, predicate: predicate, deadline: .zero, needs: [], location: location)
  }
}

extension Step {
  /// Everything that counts, with a student's values filled in. The linter has seen to it that
  /// nothing is dropped; should something be, its absence is an error, not a pass.
  package func checks(_ variables: Variables) throws -> [Check] {
    try checks.map { try Self.made(CheckReader.check($0, variables)) }
      + answers.map { answer in
        let (check, diagnostics) = QuestionReader.check(answer, variables)
        guard let check else { throw diagnostics[0].error }
        return check
      } + quizzes.map { QuestionReader.check($0, variables) }
  }

  /// The states that hints ask about.
  package func states(_ variables: Variables) throws -> [Check] {
    try states.map { try Self.made(CheckReader.check($0, variables)) }
  }

  private static func made(_ result: (Check?, Fields)) throws -> Check {
    guard let check = result.0 else { throw result.1.diagnostics[0].error }
    return check
  }
}
