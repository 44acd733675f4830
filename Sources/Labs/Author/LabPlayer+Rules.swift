import Support

/// The rules that a step is held to.
extension LabPlayer {
  func solution(_ step: Step, _ session: LabSession) throws -> Text? {
    if let passing = try passesBefore(step, session) { return passing }
    for hint in step.hints where hint.example == nil {
      if let failure = try unfit(hint, step, session) { return failure }
    }
    let said = try session.solve(step)
    if let failure = try unsolved(step, session, said: said, by: step.solution.first?.location) {
      return failure
    }
    if let failure = try undoesOthers(step, session) { return failure }
    return try acceptsWrongQuiz(step, session)
  }

  func alternative(
    _ alternative: NamedScript, _ step: Step, _ session: LabSession
  ) throws -> Text? {
    let outcome = try session.play(alternative.script)
    for quiz in step.quizzes { try session.progress.setAnswer(quiz.id, quiz.solution.reference) }
    return try unsolved(step, session, said: outcome.output, by: alternative.script.location)
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
    if let error = error(in: report, of: step) { return error }
    let ids = report.verdicts.filter(\.passed).map(\.check)
    guard let first = ids.first else { return nil }
    let passing = ids.map { "`\($0)`" }.joined(separator: ", ")
    return Complaint.text(
      at: step.place(of: first),
      Text("\(passing) passes with nothing done", ko: "아무것도 하지 않아도 통과합니다: \(passing)"),
      hint: Text(
        "ask for what the step changes", ko: "이 단계에서 바뀌는 것을 검사합니다"))
  }

  /// (b) and (c) After a right answer everything must pass.
  func unsolved(
    _ step: Step, _ session: LabSession, said: String, by place: SourceLocation?
  ) throws -> Text? {
    let report = try session.check(step, waiting: true)
    if report.passes { return nil }
    if let error = error(in: report, of: step) { return error }
    let lines = report.verdicts.filter { !$0.passed }.map(VerdictText.summary)
    return Complaint.text(
      at: place ?? step.location,
      Text(
        "these commands do not solve step `\(step.id)`:\n"
          + lines.map(\.en).joined(separator: "\n"),
        ko: "이 명령으로는 `\(step.id)` 단계가 풀리지 않습니다:\n"
          + lines.map(\.ko).joined(separator: "\n")),
      said: said,
      hint: Text(
        "mend the commands, or the check if it asks for something else",
        ko: "명령을 고치거나, 검사가 다른 것을 요구하면 검사를 고칩니다"))
  }

  /// (f) What the solution takes away of earlier steps is just what the step says it undoes.
  private func undoesOthers(_ step: Step, _ session: LabSession) throws -> Text? {
    for earlier in session.foundations(of: step) {
      let failed = session.look(at: [earlier]).verdicts[earlier.id]?.filter(\.failed) ?? []
      // What is numbered anew is the engine's: Docker gives a network that is made again other addresses,
      // and ours the same.
      let broken = failed.filter { verdict in
        session.docker == nil || !earlier.answers.contains { $0.id == verdict.check }
      }
      let says = step.undoes.contains(earlier.id)
      guard says == broken.isEmpty else { continue }
      let text =
        says
        ? Text(
          "`undoes=\(earlier.id)`, and the solution leaves all of that step as it is",
          ko: "`undoes=\(earlier.id)`이라고 했지만 풀이는 그 단계를 그대로 둡니다")
        : Text(
          "the solution breaks `\(broken[0].check)` of step `\(earlier.id)`: say "
            + "`undoes=\(earlier.id)` in the heading",
          ko: "풀이가 `\(earlier.id)` 단계의 `\(broken[0].check)` 검사를 깨뜨립니다. 제목에 "
            + "`undoes=\(earlier.id)`을(를) 적으세요")
      return Complaint.text(at: step.location, text)
    }
    return nil
  }

  /// (d) The named check must fail, with the named cause.
  func uncaught(
    _ wrong: WrongAnswer, _ step: Step, _ session: LabSession, said: String
  ) throws -> Text? {
    let report = try session.check(step, waiting: false, settling: true)
    guard let verdict = report.verdicts.first(where: { $0.check == wrong.expect }) else {
      return Complaint.text(
        at: wrong.expectLocation,
        Text("there is no check `\(wrong.expect)`", ko: "`\(wrong.expect)` 검사가 없습니다"))
    }
    guard let failure = verdict.failure else {
      if verdict.word == "error" { return error(in: report, of: step) }
      let summary = VerdictText.summary(verdict)
      return Complaint.text(
        at: wrong.script.location,
        Text(
          "`\(wrong.expect)` should fail: \(summary.en)",
          ko: "`\(wrong.expect)` 검사가 실패해야 합니다: \(summary.ko)"),
        said: said, hint: Self.advice(verdict, report))
    }
    // Why something is wrong is told in the words of our own engine.
    guard session.docker == nil else { return nil }
    if let says = wrong.says.map(session.variables.fillExactly),
      !VerdictText.summary(verdict).en.replacing("`", with: "").contains(says)
    {
      let summary = VerdictText.summary(verdict)
      return Complaint.text(
        at: wrong.script.location,
        Text(
          "`\(wrong.expect)` does not say `\(says)`: \(summary.en)",
          ko: "`\(wrong.expect)` 설명에 `\(says)`이(가) 없습니다: \(summary.ko)"))
    }
    guard let cause = wrong.cause, !failure.causes.contains(where: { $0.id == cause }) else {
      return nil
    }
    let named = failure.causes.map(\.id).joined(separator: ", ")
    return Complaint.text(
      at: wrong.causeLocation,
      Text(
        "`\(wrong.expect)` names \(named.isEmpty ? "no cause" : named), not \(cause): "
          + VerdictText.summary(verdict).en,
        ko: "`\(wrong.expect)`의 원인은 \(cause)이(가) 아니라 \(named.isEmpty ? "없음" : named)입니다: "
          + VerdictText.summary(verdict).ko),
      said: said,
      hint: failure.causes.first.map { first in
        Text("`cause=\(first.id)`, if that is right", ko: "그것이 맞다면 `cause=\(first.id)`(으)로 적습니다")
      })
  }

  /// What to do about a wrong answer that the check named for it lets through.
  private static func advice(_ verdict: Verdict, _ report: StepReport) -> Text {
    if case .blocked(let waits) = verdict.kind, let first = waits.first {
      return Text(
        "a check that waits for another is blocked: `expect=\(first)`",
        ko: "다른 검사를 기다리는 검사는 막혀 있습니다. `expect=\(first)`(으)로 적습니다")
    }
    guard let failing = report.verdicts.first(where: \.failed) else {
      return Text(
        "this way is right, or the checks look at too little",
        ko: "이 방법이 맞거나, 검사가 충분히 보지 않습니다")
    }
    return Text(
      "`\(failing.check)` does fail: `expect=\(failing.check)`, or look at more in "
        + "`\(verdict.check)`",
      ko: "`\(failing.check)` 검사는 실패합니다. `expect=\(failing.check)`(으)로 적거나, "
        + "`\(verdict.check)` 검사가 더 많이 보게 합니다")
  }

  /// (e) The hint's condition must hold in its example.
  private func unfit(_ hint: Hint, _ step: Step, _ session: LabSession) throws -> Text? {
    guard !hint.when.isEmpty else { return nil }
    let holding = try session.holding(step)
    guard !hint.fits(holding) else { return nil }
    let list = holding.sorted().map { "`\($0)`" }.joined(separator: ", ")
    let holds =
      list.isEmpty
      ? Text("where nothing holds", ko: "이때는 참인 것이 없습니다")
      : Text("where these hold: \(list)", ko: "이때 참인 것: \(list)")
    let example = hint.example.map { "`\($0)`" }
    return Complaint.text(
      at: hint.whenLocation,
      Text(
        "hint `\(hint.id)` does not fit its example"
          + (example.map { " \($0)" } ?? ", the step's start") + ", \(holds.en)",
        ko: "`\(hint.id)` 힌트가 예시 상황(\(example ?? "단계의 시작"))에 맞지 않습니다. \(holds.ko)"),
      hint: Text(
        "`example=` names the wrong answer that the hint is for",
        ko: "`example=`에 이 힌트가 필요한 오답을 적습니다"))
  }

  /// Every other choice of a quiz must be refused.
  private func acceptsWrongQuiz(_ step: Step, _ session: LabSession) throws -> Text? {
    for quiz in step.quizzes {
      for answer in quiz.wrongAnswers where quiz.solution.accepts(answer) {
        return Complaint.text(
          at: quiz.location,
          Text(
            "quiz `\(quiz.id)` accepts `\(answer)`", ko: "`\(quiz.id)` 퀴즈가 `\(answer)`을(를) 받아들입니다"))
      }
    }
    return nil
  }

  /// The first verdict that says that kit or lab is at fault.
  private func error(in report: StepReport, of step: Step) -> Text? {
    report.verdicts.first { $0.word == "error" }.map { verdict in
      Complaint.text(at: step.place(of: verdict.check), VerdictText.summary(verdict))
    }
  }
}
