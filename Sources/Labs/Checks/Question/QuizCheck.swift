import Documents
import Support

/// The check that a `quiz` fence makes.
struct QuizCheck: Predicate {
  let key: String
  let ask: Text
  let solution: Quiz.Solution

  var sentence: Text { ask }

  func judge(_ snapshot: Snapshot) -> Finding {
    guard let answer = snapshot.answers[key]?.trimmed, !answer.isEmpty else {
      return .fail(MissingAnswer.failure(key, ask, look: "lab quiz"))
    }
    let given = Text("`\(answer)`", ko: "`\(answer)`")
    if solution.accepts(answer) || solution.accepts(AnswerText.plain(answer)) {
      return .pass(found: given)
    }
    return .fail(
      Failure(
        expected: ask, found: given,
        causes: [Cause("answer.wrong", "think again", ko: "다시 생각해 보세요", isAdvice: true)],
        look: "lab quiz"))
  }
}
