import ArgumentParser
import Labs
import Support

/// The exit status of a look: 0 done, 1 something fails, 3 something comes first, 64 it cannot be
/// asked, 70 the kit's or the lab's fault. So no script can take an error for a student's failure.
enum LabExit {
  private static let askedWrongly: Set<String> = [
    "lab.not-found", "lab.none-started", "lab.not-started", "lab.no-step", "lab.no-question",
  ]

  static func status(_ report: StepReport) -> Int32 {
    if report.passes { return 0 }
    if report.hasErrors { return 70 }
    return report.verdicts.contains(where: \.failed) ? 1 : 3
  }

  /// Runs `body`; an error of it gets the status of its kind.
  static func judging<Result>(_ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch var error as DklabError {
      error.exitStatus = askedWrongly.contains(error.id) ? 64 : 70
      throw error
    } catch let error as SyscallError {
      throw DklabError(
        .internal, id: "lab.system", Text("\(error)", ko: "\(error)"), exitStatus: 70)
    }
  }
}

extension LabCommand {
  /// `dklab lab check`
  struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "check",
      abstract: "Check the current step, another, or all",
      discussion: "Exit status: 0 all right, 1 something fails, 3 something else comes first, "
        + "64 no such lab or step, 70 the kit or the lab itself is at fault.")

    @OptionGroup var selection: LabSelection
    @Flag(name: .shortAndLong, help: "All steps") var all = false
    @Argument(help: "The step", completion: LabCompletion.steps) var step: String?

    func run() throws { try LabExit.judging(check) }

    private func check() throws {
      let session = try selection.session()
      let view = StepView(session)
      guard !all else { return try checkAll(session, view) }
      let report = try session.check(try session.chosenStep(step), waiting: true)
      printLines(view.lines(report) + view.outcome(report))
      LabProgressText.keepPrompt(session, report)
      let status = LabExit.status(report)
      if status != 0 { throw ExitCode(status) }
    }

    private func checkAll(_ session: LabSession, _ view: StepView) throws {
      var worst: Int32 = 0
      for report in try session.checkAll() {
        printLines([""] + view.heading(report.step) + view.lines(report))
        if report.doneAt == nil || report.hasErrors { worst = max(worst, LabExit.status(report)) }
      }
      if worst != 0 { throw ExitCode(worst) }
    }
  }

  /// `dklab lab watch`
  struct Watch: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "watch", abstract: "Show the verdicts of the current step as they change",
      discussion: "Follows you from step to step; with a step given, ends when that one is done.")

    @OptionGroup var selection: LabSelection
    @Argument(help: "The step", completion: LabCompletion.steps) var step: String?

    func run() throws {
      try Labs.Watch(try selection.session(), step: step).run()
    }
  }
}
