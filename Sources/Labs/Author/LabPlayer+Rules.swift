import Support

/// The rules that a step is held to.
extension LabPlayer {
  func solution(_ step: Step, _ session: LabSession) throws -> Text? {
    if let passing = try passesBefore(step, session) { return passing }
    for hint in step.hints where hint.example == nil {
      if let failure = try unfit(hint, step, session) { return failure }
    }
    try session.solve(step)
    if let failure = try unsolved(step, session) { return failure }
    if let failure = try undoesOthers(step, session) { return failure }
    return try acceptsWrongQuiz(step, session)
  }

  func alternative(
    _ alternative: NamedScript, _ step: Step, _ session: LabSession
  ) throws -> Text? {
    let outcome = try session.play(alternative.script)
    for quiz in step.quizzes { try session.progress.setAnswer(quiz.id, quiz.solution.reference) }
    return try unsolved(step, session, said: outcome.output)
  }

  func wrong(_ wrong: WrongAnswer, _ step: Step, _ session: LabSession) throws -> Text? {
    if wrong.afterSolution { try session.solve(step) }
    let outcome = try session.play(wrong.script)
    if let failure = try uncaught(wrong, step, session, said: outcome.output) { return failure }
    for hint in step.hints where hint.example == wrong.id {
      if let failure = try unfit(hint, step, session) { return failure }
    }
    return nil
  }

  func mistake(_ wrong: WrongAnswer, _ step: Step, _ session: LabSession) throws -> Text? {
    if wrong.afterSolution { try session.solve(step) }
    let outcome = try session.play(wrong.script)
    return try uncaught(wrong, step, session, said: outcome.output)
  }

  /// (a) With nothing done no check may pass, for it would prove nothing; nor be in error.
  private func passesBefore(_ step: Step, _ session: LabSession) throws -> Text? {
    let report = try session.check(step, waiting: false)
    if let error = error(in: report) { return error }
    let passing = report.verdicts.filter(\.passed).map { "`\($0.check)`" }.joined(separator: ", ")
    guard !passing.isEmpty else { return nil }
    return Text(
      "\(passing) passes with nothing done", ko: "아무것도 하지 않아도 통과합니다: \(passing)")
  }

  /// (b) and (c) After a right answer everything must pass.
  func unsolved(_ step: Step, _ session: LabSession, said: String = "") throws -> Text? {
    let report = try session.check(step, waiting: true)
    if report.passes { return nil }
    let lines = report.verdicts.filter { !$0.passed }.map(VerdictText.summary)
    let output = said.isEmpty ? "" : "\n" + said.trimmed
    return Text(
      lines.map(\.en).joined(separator: "\n") + output,
      ko: lines.map(\.ko).joined(separator: "\n") + output)
  }

  /// (f) What the solution takes away of earlier steps is just what the step says it undoes.
  private func undoesOthers(_ step: Step, _ session: LabSession) throws -> Text? {
    for earlier in session.foundations(of: step) {
      let broken = session.look(at: [earlier]).verdicts[earlier.id]?.filter(\.failed) ?? []
      let says = step.undoes.contains(earlier.id)
      guard says == broken.isEmpty else { continue }
      return says
        ? Text(
          "`undoes=\(earlier.id)`, and the solution leaves all of that step as it is",
          ko: "`undoes=\(earlier.id)`이라고 했지만 풀이는 그 단계를 그대로 둡니다")
        : Text(
          "the solution breaks `\(broken[0].check)` of step `\(earlier.id)`: say "
            + "`undoes=\(earlier.id)` in the heading",
          ko: "풀이가 `\(earlier.id)` 단계의 `\(broken[0].check)` 검사를 깨뜨립니다. 제목에 "
            + "`undoes=\(earlier.id)`을(를) 적으세요")
    }
    return nil
  }

  /// (d) The named check must fail, with the named cause.
  func uncaught(
    _ wrong: WrongAnswer, _ step: Step, _ session: LabSession, said: String
  ) throws -> Text? {
    let report = try session.check(step, waiting: false, settling: true)
    guard let verdict = report.verdicts.first(where: { $0.check == wrong.expect }) else {
      return Text("there is no check `\(wrong.expect)`", ko: "`\(wrong.expect)` 검사가 없습니다")
    }
    guard let failure = verdict.failure else {
      let summary = VerdictText.summary(verdict)
      return Text(
        "`\(wrong.expect)` should fail: \(summary.en)\n\(said.trimmed)",
        ko: "`\(wrong.expect)` 검사가 실패해야 합니다: \(summary.ko)\n\(said.trimmed)")
    }
    // Why something is wrong is told in the words of our own engine.
    guard session.docker == nil else { return nil }
    if let says = wrong.says.map(session.variables.fillExactly),
      !VerdictText.summary(verdict).en.replacing("`", with: "").contains(says)
    {
      let summary = VerdictText.summary(verdict)
      return Text(
        "`\(wrong.expect)` does not say `\(says)`: \(summary.en)",
        ko: "`\(wrong.expect)` 설명에 `\(says)`이(가) 없습니다: \(summary.ko)")
    }
    guard let cause = wrong.cause, !failure.causes.contains(where: { $0.id == cause }) else {
      return nil
    }
    let named = failure.causes.map(\.id).joined(separator: ", ")
    return Text(
      "`\(wrong.expect)` names \(named.isEmpty ? "no cause" : named), not \(cause): "
        + VerdictText.summary(verdict).en,
      ko: "`\(wrong.expect)`의 원인은 \(cause)이(가) 아니라 \(named.isEmpty ? "없음" : named)입니다")
  }

  /// (e) The hint's condition must hold in its example.
  private func unfit(_ hint: Hint, _ step: Step, _ session: LabSession) throws -> Text? {
    guard !hint.when.isEmpty else { return nil }
    let holding = try session.holding(step)
    guard !hint.fits(holding) else { return nil }
    let list = holding.sorted().joined(separator: ", ")
    return Text(
      "hint `\(hint.id)` does not fit its example, where these hold: \(list)",
      ko: "`\(hint.id)` 힌트가 예시 상황에 맞지 않습니다. 이때 참인 것: \(list)")
  }

  /// Every other choice of a quiz must be refused.
  private func acceptsWrongQuiz(_ step: Step, _ session: LabSession) throws -> Text? {
    for quiz in step.quizzes {
      for answer in quiz.wrongAnswers where quiz.solution.accepts(answer) {
        return Text(
          "quiz `\(quiz.id)` accepts `\(answer)`", ko: "`\(quiz.id)` 퀴즈가 `\(answer)`을(를) 받아들입니다")
      }
    }
    return nil
  }

  private func error(in report: StepReport) -> Text? {
    report.verdicts.first { $0.word == "error" }.map(VerdictText.summary)
  }
}
