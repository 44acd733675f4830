import ArgumentParser
import Labs
import Support

extension LabCommand {
  /// `dklab lab show`
  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "show", abstract: "Show a step: the current one, or by number or id")

    @OptionGroup var selection: LabSelection
    @Argument(help: "The step", completion: LabCompletion.steps) var step: String?

    func run() throws {
      let session = try selection.session()
      printLines(StepView(session).lines(try session.chosenStep(step)))
    }
  }

  /// `dklab lab debrief`
  struct Debrief: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "debrief", abstract: "Show again what a done step has taught")

    @OptionGroup var selection: LabSelection
    @Argument(help: "The step", completion: LabCompletion.steps) var step: String?

    func run() throws {
      let session = try selection.session()
      printLines(
        try DebriefText.lines(session, try session.chosenStep(step), StepView(session)))
    }
  }

  /// `dklab lab next`
  struct Next: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "next", abstract: "Go on to the next step")

    @OptionGroup var selection: LabSelection
    @Flag(name: .long, help: "Go on even if the step is not done") var skip = false

    func run() throws {
      let session = try selection.session()
      let view = StepView(session)
      let current = try session.chosenStep(nil)
      var done = try session.progress.doneSteps()
      if done[current.id] == nil, !skip {
        let report = try session.check(current, waiting: true)
        guard report.passes else {
          printLines(view.lines(report))
          print(
            Text(
              "This step comes first; `lab next --skip` goes on all the same.",
              ko: "이 단계를 먼저 마쳐야 합니다. 그래도 넘어가려면 `lab next --skip`을 칩니다.")())
          throw ExitCode(LabExit.status(report))
        }
        done = try session.progress.doneSteps()
      }
      if done[current.id] != nil, let debrief = session.debriefOnce(current) {
        printLines(view.debriefing(debrief) + [""])
      }
      let steps = session.lab.steps.dropFirst(session.number(of: current))
      guard let following = steps.first(where: { skip || done[$0.id] == nil }) else {
        return printLines(try FinishText.lines(session, view))
      }
      let rebuilt = try session.enter(following)
      printLines(view.rebuilt(rebuilt) + view.lines(following))
      LabProgressText.keepPrompt(session)
    }
  }

  /// `dklab lab goto 3`
  struct GoTo: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "goto",
      abstract: "Start the lab anew at a step, with the steps it builds on already solved",
      discussion:
        "Only that step is open again: what was done elsewhere stays on record, and files of your "
        + "own are put aside. Containers go, so it asks first; without a terminal, say --yes.")

    @OptionGroup var selection: LabSelection
    @OptionGroup var agreement: LabAgreement
    @Argument(help: "The step, by number or id", completion: LabCompletion.steps) var step: String

    func run() throws {
      let session = try selection.session()
      let step = try session.step(step)
      try session.refuseRestartElsewhere()
      try agreement.require(try session.atStake(at: step))
      printStart(of: step, try session.restarted(at: step))
    }
  }

  /// `dklab lab undo`
  struct Undo: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "undo", abstract: "Take the current step back to its start",
      discussion:
        "Steps that were done stay done. Containers go, and those that the step builds on are made "
        + "again, so it asks first; without a terminal, say --yes.")

    @OptionGroup var selection: LabSelection
    @OptionGroup var agreement: LabAgreement

    func run() throws {
      let session = try selection.session()
      let step = try session.chosenStep(nil)
      if step.undo.isEmpty { try session.refuseRestartElsewhere() }
      try agreement.require(try session.atStake(undoing: step))
      printStart(of: step, try session.undone(step))
    }
  }

  /// `dklab lab solve`
  struct Solve: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "solve", abstract: "Have the current step solved for you")

    @OptionGroup var selection: LabSelection
    @OptionGroup var agreement: LabAgreement
    @Argument(help: "The step", completion: LabCompletion.steps) var step: String?

    func run() throws {
      let session = try selection.session()
      let step = try session.chosenStep(step)
      printLines(StepView(session).lines(step.solution))
      var solved = try session.solved(step)
      if !solved.report.passes {
        // What was there is in the way of the solution, as a name that is taken is.
        printLines([""] + solved.complaint)
        if step.undo.isEmpty { try session.refuseRestartElsewhere() }
        try agreement.require(
          try session.atStake(undoing: step),
          state: Text(
            "the solution was tried on what was there, and nothing was taken back",
            ko: "풀이는 지금 있는 상태에서 해 보았지만 아무것도 되돌리지 않았습니다"))
        let new = try session.undone(step)
        print(
          Text(
            "This did not work on what was there: the step was taken back to its start, and is "
              + "solved from there.",
            ko: "지금 있는 상태에서는 풀리지 않아, 단계를 처음 상태로 되돌리고 거기서 풉니다.")())
        printKept(new.kept)
        solved = try new.session.solved(step)
        let view = StepView(new.session)
        if !solved.report.passes { printLines(solved.complaint) }
        return try end(view, solved.report)
      }
      try end(StepView(session), solved.report)
    }

    private func end(_ view: StepView, _ report: StepReport) throws {
      printLines([""] + view.lines(report) + view.outcome(report))
      LabProgressText.keepPrompt(view.session, report)
      if !report.passes { throw ExitCode(report.hasErrors ? 70 : 1) }
    }
  }
}

/// Shows a step at its start, and where files of the student's own are.
private func printStart(of step: Step, _ new: (session: LabSession, kept: String?)) {
  printLines(StepView(new.session).lines(step))
  printKept(new.kept)
  LabProgressText.keepPrompt(new.session)
}

/// Where files of the student's own were put aside.
private func printKept(_ kept: String?) {
  guard let kept else { return }
  print("\n" + Text("Your files are in \(kept).", ko: "작업하던 파일은 \(kept)에 있습니다.")())
}
