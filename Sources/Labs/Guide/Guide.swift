// `dklab lab` alone: one place from which a lab can be read, done and understood. The guide itself
// does nothing that a verb of `dklab lab` does not do; it only spares the student their names.
//
// Next: Guide+Actions.swift for what the commands do, KeyDesk.swift and LineDesk.swift for the two
// ways in which a student is asked.

import Engine
import Linux
import Support

/// Leads a student through labs.
package final class Guide {
  let root: DataRoot
  let language: Language
  let desk: any GuideDesk
  /// Whether this process runs in the lab's own shell, so that another would be one too many.
  let isInShell: Bool
  var session: LabSession?
  /// The step whose text the student has seen last.
  var shownStep = ""

  /// `usesKeys` where the terminal takes single keys and can be drawn on.
  package init(root: DataRoot, usesKeys: Bool, language: Language = .current) throws {
    self.root = root
    self.language = language
    isInShell = LabShell.current != nil
    let labs = root.path + "/labs"
    try Directory.make(labs)
    desk = usesKeys ? try KeyDesk(language) : LineDesk(language)
  }

  var facts: TerminalFacts { TerminalFacts(of: 1) }

  func say(_ text: Text) {
    let words = language == .ko ? WrittenParticles.settle(text.ko) : text.en
    let room = max(20, min(facts.columns, 100) - 2)
    desk.show(InlineMarkdown.render(words, facts: facts).wrapped(to: room))
  }

  /// Runs until the student leaves. `lab` is where to begin; else the lab they are in, else they
  /// choose one.
  package func run(_ lab: Lab?) throws {
    if let lab {
      try begin(lab)
    } else if let current = currentLab(),
      LabSession.isStarted(current, root: root, instance: CurrentLab.instance(of: current))
    {
      try begin(current)
    } else if try !choose() {
      return
    }
    while let session {
      let request = try self.request(session)
      if request == .end || request == .command(.leave, "") { return sayGoodbye(session) }
      guard !session.isStale, let step = try session.currentStep() else {
        // Reset or begun anew in another shell: what was open here is no more.
        try begin(session.lab)
        continue
      }
      do {
        try answer(request, session, step)
        if session.isStale, self.session === session { try begin(session.lab) }
      } catch let error as DklabError {
        desk.show(ErrorReport(program: "lab", facts: facts, language: language).lines(for: error))
      }
    }
  }

  /// The lab the student is in. One that can no longer be read is told of and not held on to.
  private func currentLab() -> Lab? {
    do {
      return try CurrentLab.find(root: root)
    } catch {
      desk.show(
        ErrorReport(program: "lab", facts: facts, language: language).lines(for: error))
      return nil
    }
  }

  private func request(_ session: LabSession) throws -> GuideRequest {
    guard !session.isStale else { return .changed }
    let step = try session.currentStep() ?? session.lab.steps[0]
    let state = try self.state(session, step)
    return desk.request(state) {
      // A step that has just become done deserves more than a number, and another step its text.
      guard !session.isStale, (try? session.currentStep())??.id == step.id,
        let seen = try? self.state(session, step), seen.isDone == state.isDone
      else { return nil }
      return seen
    }
  }

  private func sayGoodbye(_ session: LabSession) {
    say(
      Text(
        "Everything stays as it is; `dklab lab` goes on here (\(session.lab.id)).",
        ko: "한 일은 그대로 남습니다. `dklab lab`을 치면 \(session.lab.id)의 이 자리에서 이어집니다."))
  }

  /// Starts `lab`, or goes on with it.
  func begin(_ lab: Lab) throws {
    let instance = CurrentLab.instance(of: lab)
    let isNew = !LabSession.isStarted(lab, root: root, instance: instance)
    try LabImages.require(lab, root: root)
    let session = try LabSession(lab, root: root, instance: instance)
    if instance == nil { try CurrentLab.set(lab, root: root) }
    self.session = session
    desk.watch([
      session.bench.directory, session.bench.folder, session.instance.engine.directory,
    ])
    let view = StepView(session, facts: facts, language: language)
    let step = try session.currentStep() ?? lab.steps[0]
    shownStep = step.id
    let before = isNew ? view.introduction() + [""] : resumed(session, view)
    desk.show(before + view.lines(step))
  }

  private func resumed(_ session: LabSession, _ view: StepView) -> [String] {
    let done = (try? session.progress.doneSteps().count) ?? 0
    let words = Text(
      "Going on with \(session.lab.id): \(done) of \(session.lab.steps.count) steps done.",
      ko: "\(session.lab.id) 실습을 이어서 합니다. \(session.lab.steps.count)단계 중 \(done)단계를 마쳤습니다.")
    return words(language).wrapped(to: max(20, facts.columns - 2)) + [""]
  }

  /// Has the student choose a lab. False when they do not want one.
  func choose() throws -> Bool {
    let labs = try LabCatalog.labs()
    desk.show(LabList.lines(labs, root: root, facts: facts, language: language, numbered: true))
    while true {
      let prompt = Text(
        "Which lab? (number, Enter leaves) ", ko: "어느 실습을 할까요? (번호, 그냥 Enter는 나가기) ")
      // A single key names no lab behind the ninth.
      let typed = labs.count > 9 ? desk.line(prompt(language)) : desk.choice(prompt(language))
      guard let answer = typed, !answer.isEmpty else { return false }
      let word = KoreanKeyboard.latin(answer).trimmed
      if word == "q" { return false }
      if let number = Int(word), labs.indices.contains(number - 1) {
        try begin(labs[number - 1])
        return true
      }
      if let lab = labs.first(where: { $0.id == word }) {
        try begin(lab)
        return true
      }
      say(
        Text(
          "`\(answer)` is none of the labs: a number from 1 to \(labs.count)",
          ko: "`\(answer)`은(는) 목록에 없습니다. 1부터 \(labs.count)까지의 번호를 고르세요"))
    }
  }

  /// Where the student is, for the line of keys and the prompt.
  private func state(_ session: LabSession, _ step: Step) throws -> GuideState {
    let report = try session.check(step, waiting: false)
    let passed = report.verdicts.filter(\.passed).count
    let answers = Set(step.questions.map(\.id))
    return GuideState(
      place: "\(session.lab.id) \(session.number(of: step))/\(session.lab.steps.count) "
        + (report.passes ? Text("done", ko: "완료")(language) : "\(passed)/\(report.verdicts.count)"),
      isDone: report.passes,
      asks: report.verdicts.contains { !$0.passed && answers.contains($0.check) })
  }
}
