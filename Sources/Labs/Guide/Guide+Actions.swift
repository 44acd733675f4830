import Glibc
import Linux
import Support

/// What the commands of the guide do.
extension Guide {
  func answer(_ request: GuideRequest, _ session: LabSession, _ step: Step) throws {
    let view = StepView(session, facts: facts, language: language)
    switch request {
    case .end: break
    case .changed: try celebrate(session, step, view)
    case .line(let line): try run(line, session)
    case .unknown(let word): sayUnknown(word)
    case .command(let command, let rest):
      switch command {
      case .leave: break
      case .check: try check(session, step, view)
      case .hint: desk.show(try HintText.lines(session, step, view))
      case .quiz: try quiz(session, step, view)
      case .shell: try shell(session)
      case .run: try run(rest.isEmpty ? desk.line("$ ") : rest, session)
      case .next: try next(session, step, view)
      case .back: try move(to: session.preceding(step), session, view)
      case .goto: try goto(rest, session, step, view)
      case .show: desk.show(view.lines(step))
      case .status: desk.show(try LabProgressText.lines(session, facts: facts, language: language))
      case .debrief: desk.show(try DebriefText.lines(session, step, view))
      case .undo: try undo(session, step)
      case .solve: try solve(session, step, view)
      case .labs: _ = try choose()
      case .help: desk.show(KeyLine.help(language, facts, words: desk is LineDesk))
      }
    }
  }

  private var goOn: Text {
    desk is KeyDesk
      ? StepView.goOnByKey : Text("`next` goes on.", ko: "`다음`이나 `next`로 다음 단계로 갑니다.")
  }

  private func sayUnknown(_ word: String) {
    let near = GuideCommand.nearest(to: word)
    say(
      Text(
        "`\(word)` is nothing I know"
          + (near.map { "; did you mean `\($0)`?" } ?? "; `help` lists it all"),
        ko: "`\(word)`은(는) 모르는 말입니다. "
          + (near.map { "`\($0)`을(를) 찾고 있습니까?" } ?? "`도움말`이나 `help`로 목록을 볼 수 있습니다.")))
  }

  private func check(_ session: LabSession, _ step: Step, _ view: StepView) throws {
    let report = try session.check(step, waiting: true)
    desk.show(view.lines(report) + view.outcome(report, goOn: goOn))
  }

  /// The step has become done, or another one is current, by what was done elsewhere.
  private func celebrate(_ session: LabSession, _ step: Step, _ view: StepView) throws {
    guard shownStep == step.id else { return try move(to: step, session, view) }
    let report = try session.check(step, waiting: false)
    guard report.passes else { return }
    desk.show(view.lines(report) + view.outcome(report, goOn: goOn))
  }

  private func quiz(_ session: LabSession, _ step: Step, _ view: StepView) throws {
    guard !step.questions.isEmpty else {
      return say(Text("This step asks nothing.", ko: "이 단계에는 질문이 없습니다."))
    }
    let report = try session.check(step, waiting: false)
    let open = Set(report.verdicts.filter { !$0.passed }.map(\.check))
    let asked = step.questions.filter { open.contains($0.id) }
    for question in asked.isEmpty ? step.questions : asked {
      guard try ask(question, session, view) else { break }
    }
    let after = try session.check(step, waiting: false)
    if after.isNewlyDone || (after.passes && !report.passes) {
      desk.show(view.outcome(after, goOn: goOn))
    }
  }

  /// Asks until there is an answer. False when the student would rather do something else.
  private func ask(_ question: Question, _ session: LabSession, _ view: StepView) throws -> Bool {
    desk.show(view.question(question))
    while true {
      let isSingle = question.isSingleChoice
      let given = isSingle ? desk.choice("> ") : desk.line("> ")
      guard let given, !given.isEmpty else { return false }
      if isSingle, ["q", "Q"].contains(KoreanKeyboard.latin(given)) { return false }
      do {
        let outcome = try session.answer(question.id, given)
        desk.show(view.lines(outcome))
        return true
      } catch let error as DklabError where error.id == "lab.not-a-choice" {
        desk.show(ErrorReport(program: "lab", facts: facts, language: language).lines(for: error))
      }
    }
  }

  private func shell(_ session: LabSession) throws {
    guard !isInShell else {
      return say(
        Text(
          "You are in the lab's shell already: leave the guide with `q`.",
          ko: "이미 실습 셸 안입니다. `q`로 안내를 나가면 셸로 돌아갑니다."))
    }
    desk.show(LabShell.introduction(language, facts))
    try desk.child {
      do {
        try LabShell(session).run()
      } catch {
        try? writeAll(2, "dklab: \(error)\n")
        _exit(126)
      }
    }
  }

  private func run(_ line: String?, _ session: LabSession) throws {
    guard let line, !line.isEmpty else { return }
    session.instance.commandLog.note(line: line, folder: session.bench.folder)
    try desk.child { Bash.become(line, folder: session.bench.folder, session.environment) }
  }

  private func next(_ session: LabSession, _ step: Step, _ view: StepView) throws {
    if try session.progress.doneSteps()[step.id] == nil {
      let report = try session.check(step, waiting: true)
      if !report.passes {
        desk.show(view.lines(report))
        let question = Text(
          "This step is not done. Go on all the same?", ko: "이 단계는 아직 끝나지 않았습니다. 그래도 넘어갈까요?")
        guard desk.confirm(question(language)) else { return }
      }
    }
    let isDone = try session.progress.doneSteps()[step.id] != nil
    let debrief = isDone ? session.debriefOnce(step).map { view.debriefing($0) + [""] } : nil
    guard let following = session.following(step) else {
      return desk.show((debrief ?? []) + (try FinishText.lines(session, view)))
    }
    try move(to: following, session, view, after: debrief ?? [])
  }

  private func move(
    to step: Step?, _ session: LabSession, _ view: StepView, after lines: [String] = []
  ) throws {
    guard let step else {
      return say(Text("This is the first step.", ko: "여기가 첫 단계입니다."))
    }
    let rebuilt = try session.enter(step)
    shownStep = step.id
    desk.show(lines + view.rebuilt(rebuilt) + view.lines(step))
    LabProgressText.keepPrompt(session)
  }

  private func goto(
    _ rest: String, _ session: LabSession, _ step: Step, _ view: StepView
  ) throws {
    var name = rest
    if name.isEmpty {
      desk.show(try LabProgressText.lines(session, facts: facts, language: language))
      name = desk.line(Text("Which step? ", ko: "어느 단계로 갈까요? ")(language)) ?? ""
    }
    guard !name.isEmpty else { return }
    let wanted = try session.step(KoreanKeyboard.latin(name))
    let done = try session.progress.doneSteps()
    let missing = session.foundations(of: wanted).filter { done[$0.id] == nil }
    guard !missing.isEmpty else { return try move(to: wanted, session, view) }
    let numbers = missing.map { "\(session.number(of: $0))" }.joined(separator: ", ")
    let question = Text(
      "It builds on steps that are not done (\(numbers)). Begin anew there, with these solved for you?",
      ko: "먼저 해야 할 단계(\(numbers))가 남아 있습니다. 그 단계들을 대신 풀어 두고 거기서 새로 시작할까요?")
    guard agreed(question, try session.atStake(at: wanted)) else { return }
    restart(try session.restarted(at: wanted), wanted)
  }

  /// Whether the student agrees to lose `stake`.
  private func agreed(_ question: Text, _ stake: Text?) -> Bool {
    if let stake {
      say(Text("This throws away: \(stake.en).", ko: "이렇게 하면 없어집니다: \(stake.ko)."))
    }
    return desk.confirm(question(language))
  }

  private func undo(_ session: LabSession, _ step: Step) throws {
    let question = Text("Take this step back to its start?", ko: "이 단계를 처음 상태로 되돌릴까요?")
    guard agreed(question, try session.atStake(undoing: step)) else { return }
    restart(try session.undone(step), step)
  }

  private func restart(_ new: (session: LabSession, kept: String?), _ step: Step) {
    let session = new.session
    self.session = session
    shownStep = step.id
    desk.watch([
      session.bench.directory, session.bench.folder, session.instance.engine.directory,
    ])
    let kept = new.kept.map { path in
      ["", Text("Your files are in \(path).", ko: "작업하던 파일은 \(path)에 있습니다.")(language)]
    }
    desk.show(StepView(session, facts: facts, language: language).lines(step) + (kept ?? []))
  }

  private func solve(_ session: LabSession, _ step: Step, _ view: StepView) throws {
    let question = Text("Have this step solved for you?", ko: "이 단계를 대신 풀어 줄까요?")
    guard desk.confirm(question(language)) else { return }
    desk.show(view.lines(step.solution))
    let solved = try session.solved(step)
    guard !solved.report.passes else {
      return desk.show(view.lines(solved.report) + view.outcome(solved.report, goOn: goOn))
    }
    desk.show(solved.complaint)
    let again = Text(
      "This did not work on what was there. Take the step back to its start, and solve it from there?",
      ko: "지금 있는 상태에서는 풀리지 않습니다. 단계를 처음 상태로 되돌리고 거기서 풀까요?")
    guard agreed(again, try session.atStake(undoing: step)) else { return }
    let new = try session.undone(step)
    restart(new, step)
    _ = try new.session.solve(step)
    try check(new.session, step, StepView(new.session, facts: facts, language: language))
  }
}

extension Question {
  /// Whether one key is enough of an answer.
  var isSingleChoice: Bool {
    guard case .quiz(let quiz) = self, case .choices(let ids) = quiz.solution else { return false }
    return ids.count == 1 && quiz.choices.count < 10
  }
}
