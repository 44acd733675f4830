import Documents
import Support

/// One score as Gradescope's autograder wants it: results.json
/// (gradescope-autograders.readthedocs.io, "Autograder Specifications").
package enum Gradescope {
  /// The document. An error of ours has no score: Gradescope then asks a person.
  package static func document(_ score: Score, language: Language = .current) -> JSONValue {
    let result = score.result
    var object: JSONObject = [
      "output": .string(summary(score, language)), "output_format": "text",
      "visibility": "visible", "stdout_visibility": "hidden",
    ]
    guard result.outcome == .graded else {
      if result.outcome == .refused { object["score"] = 0 }
      return .object(object)
    }
    object["score"] = .number(Double(score.points) / 100)
    object["execution_time"] = .number(result.seconds)
    object["tests"] = .array(score.steps.flatMap { tests(of: $0, score, language) })
    return .object(object)
  }

  /// The document for who has handed in nothing that could be a submission.
  package static func document(
    nothing error: DklabError, language: Language = .current
  ) -> JSONValue {
    let hint = error.hint.map { "\n" + $0(language) } ?? ""
    return [
      "score": 0, "output": .string(error.message(language) + hint), "output_format": "text",
      "visibility": "visible", "stdout_visibility": "hidden",
    ]
  }

  /// A step is a test with its points; its checks are told below it.
  private static func tests(
    of step: Score.StepScore, _ score: Score, _ language: Language
  ) -> [JSONValue] {
    let checks = score.result.checks.filter { $0.step == step.step }
    let open = checks.filter { !$0.isHidden }
    let failedHidden = checks.filter { $0.isHidden && $0.verdict != .pass }.count
    var lines = open.map { check in
      let mark = check.verdict == .pass ? "ok  " : "FAIL"
      let why = check.causes.first?.text ?? check.found
      return "\(mark) \(check.sentence(language))"
        + (check.verdict == .pass ? "" : why.map { "\n     \($0(language))" } ?? "")
    }
    if failedHidden > 0 {
      lines.append(
        Text("\(failedHidden) further checks failed", ko: "그 밖의 검사 \(failedHidden)개 실패")(language))
    }
    return [
      [
        "name": .string("\(score.result.lab): \(step.step)"),
        "score": .number(Double(step.points) / 100),
        "max_score": .number(Double(step.maximum) / 100), "visibility": "visible",
        "status": .string(step.passed == step.checks ? "passed" : "failed"),
        "output": .string(lines.joined(separator: "\n")),
      ]
    ]
  }

  private static func summary(_ score: Score, _ language: Language) -> String {
    var lines = [
      Text(
        "Your work was done again in a fresh sandbox and judged there.",
        ko: "제출한 작업을 새 격리 환경에서 다시 실행하여 검사했습니다.")(language)
    ]
    if let reason = score.result.reason { lines.append(reason(language)) }
    if score.daysLate > 0 {
      lines.append(
        Text(
          "\(score.daysLate) days late: \(Scoring.text(score.latePenalty)) points less",
          ko: "\(score.daysLate)일 늦음: \(Scoring.text(score.latePenalty))점 감점")(language))
    }
    return lines.joined(separator: "\n")
  }
}
