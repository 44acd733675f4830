import Engine
import Support

/// Going from one step to another.
extension LabSession {
  /// A fresh lab that stands at the start of `step`, with the student's values and the order of
  /// their choices, and where files of the student's own were put aside.
  package func restarted(at step: Step) throws -> (session: LabSession, kept: String?) {
    try restart(at: step, keepingFolder: CurrentLab.instance(of: lab) != nil)
  }

  /// Takes the current step back to its start, and makes it one that is not done: by the lab's own
  /// commands where it has some, else by starting anew there.
  package func undone(_ step: Step) throws -> (session: LabSession, kept: String?) {
    guard !step.undo.isEmpty else { return try restarted(at: step) }
    try note("undo", step.id)
    for script in step.undo { try play(script, recorded: false) }
    try progress.reopen(step)
    return (self, nil)
  }

  /// What came of the reference solution: the verdicts, and what the commands said that failed.
  package struct Solved {
    package var report: StepReport
    package var complaint: [String]
  }

  /// Solves `step` and looks at it.
  package func solved(_ step: Step) throws -> Solved {
    let said = try solve(step)
    let report = try check(step, waiting: true)
    return Solved(report: report, complaint: CommandOutput.telling(said))
  }

  /// The step after `step`; nil at the end of the lab.
  package func following(_ step: Step) -> Step? {
    lab.steps.dropFirst(number(of: step)).first
  }

  /// The step before `step`; nil at its beginning.
  package func preceding(_ step: Step) -> Step? {
    let place = number(of: step) - 2
    return place >= 0 ? lab.steps[place] : nil
  }
}
