// Checking: look, judge, take down. A look that finds something about to change waits for it:
//
// - up to each failing check's deadline, for what may still come true;
// - until a container that has only just been started has either ended or shown that it stays
//   (`docker run -d … true` and a check at once must not pass on one try and fail on the next).
//
// What goes wrong on the way is an error verdict, and nothing is taken down for it.
//
// Next: LabSession+Look.swift, Progress.swift.

import Engine
import Glibc
import Linux
import Support

extension LabSession {
  /// Causes that time does not heal: there is no use in waiting then.
  private static let lasting: Set<String> = [
    "container.never-created", "container.removed", "container.auto-removed",
    "container.similar-name", "container.stopped", "container.not-started", "container.paused",
    "container.command-not-found", "container.not-executable", "container.create-failed",
    "container.exited", "container.name-taken", "container.other-engine",
    "port.not-published", "port.reversed", "port.other-host-port", "port.other-container-port",
    "port.other-address", "port.in-use", "port.not-running", "answer.missing", "answer.wrong",
    "image.missing", "image.misspelled", "image.other-tag", "file.missing", "file.mode",
    "kube.no-cluster", "kube.stopped", "kube.other-namespace", "kube.no-namespace",
    "kube.similar-name", "kube.other-kind", "kube.not-deleted", "kube.owned", "kube.replicas",
    "kube.scaled-down", "kube.paused", "kube.quota", "kube.create-refused", "kube.job-failed",
    "kube.config-missing", "kube.image", "kube.no-selector", "kube.selector", "kube.port",
    "kube.no-object", "kube.ordered", "kube.unschedulable",
  ]

  /// A container that has run for this long is taken to stay, in milliseconds.
  private static let settled: Int64 = 300

  /// Looks at `step` and takes the outcome down. With `waiting`, waits for what may still come true;
  /// with `settling`, only for containers that were started a moment ago; with `trusting`, such a
  /// container is known to stay.
  package func check(
    _ step: Step, waiting: Bool, settling: Bool? = nil, trusting: Bool = false
  ) throws -> StepReport {
    let begun = monotonicMilliseconds()
    while true {
      let look = look(at: [step])
      let elapsed = monotonicMilliseconds() - begun
      // A restart policy can keep a container young for ever.
      if settling ?? waiting, elapsed < 4 * Self.settled, let (pid, rest) = look.youngest {
        _ = waitForAnyEnd(of: [pid], milliseconds: Int32(clamping: rest))
        continue
      }
      if waiting,
        Self.mayStillCome(look.checks[step.id] ?? [], look.verdicts[step.id] ?? [], elapsed)
      {
        _ = waitForAnyEnd(of: [], milliseconds: 50)
        continue
      }
      let report = record(look, step, trusting: trusting)
      // Somebody asked for this look; what `watch` sees in between is nobody else's business.
      if waiting { BoardReport.send(report, self) }
      return report
    }
  }

  /// One look at all steps.
  package func checkAll() throws -> [StepReport] {
    let look = look(at: lab.steps)
    return lab.steps.map { record(look, $0) }
  }

  /// Whether waiting may help one of `checks`, `elapsed` milliseconds after the first look.
  static func mayStillCome(
    _ checks: [Check], _ verdicts: [Verdict], _ elapsed: Int64
  ) -> Bool {
    zip(checks, verdicts).contains { check, verdict in
      guard check.deadline.milliseconds > elapsed, let failure = verdict.failure else {
        return false
      }
      return !failure.causes.contains { lasting.contains($0.id) }
    }
  }

  /// Takes down what a look says of `step`. What cannot be taken down is no verdict.
  private func record(_ look: Look, _ step: Step, trusting: Bool = false) -> StepReport {
    var verdicts = look.verdicts[step.id] ?? []
    do {
      try progress.note(answers: verdicts.filter(\.passed).map(\.check))
      // While a container is so young that its end may be a moment away, nothing is for good.
      let isNewlyDone =
        try (trusting || look.youngest == nil)
        && progress.record(verdicts, of: step.id, since: look.changes[step.id] ?? [:])
      let done = try progress.doneSteps()
      return StepReport(
        step: step, verdicts: verdicts, doneAt: done[step.id], isNewlyDone: isNewlyDone,
        brokenSince: try broken(step, verdicts, done, look), awayAt: try progress.putAway()[step.id]
      )
    } catch {
      let reason = (error as? DklabError)?.message ?? Text("\(error)", ko: "\(error)")
      verdicts = verdicts.map { verdict in
        Verdict(
          check: verdict.check, sentence: verdict.sentence,
          kind: .error(
            Text(
              "the result could not be saved: \(reason.en)",
              ko: "결과를 저장할 수 없습니다: \(reason.ko)")))
      }
      return StepReport(
        step: step, verdicts: verdicts, doneAt: nil, isNewlyDone: false, brokenSince: [:])
    }
  }

  /// Which checks of a done step fail again, since when. A step that a later one is there to undo
  /// is no longer watched once that one is under way.
  private func broken(
    _ step: Step, _ verdicts: [Verdict], _ done: [String: Int64], _ look: Look
  ) throws -> [String: Int64] {
    guard done[step.id] != nil, verdicts.contains(where: \.failed) else { return [:] }
    for later in lab.steps where later.undoes.contains(step.id) {
      if try isUnderWay(later, look) { return [:] }
    }
    var broken: [String: Int64] = [:]
    for verdict in verdicts where verdict.failed {
      broken[verdict.check] = try progress.brokenSince(step.id, verdict.check)
    }
    return broken
  }

  /// Whether the student works at `step`, or has: it was entered, or one of its checks passes or
  /// did. A student who reads ahead and types its commands is at it, too.
  private func isUnderWay(_ step: Step, _ look: Look) throws -> Bool {
    if try progress.milestone(step.id) != nil { return true }
    if try progress.fact("entered:\(step.id)") != nil { return true }
    if try progress.hasMilestones(step.id) { return true }
    let verdicts = look.verdicts[step.id] ?? self.look(at: [step]).verdicts[step.id] ?? []
    return verdicts.contains(where: \.passed)
      || verdicts.contains { $0.failure?.causes.contains { $0.id == "journal.failed" } ?? false }
  }

  /// Which checks and states of `step` hold now, for the choice of hints.
  func holding(_ step: Step) throws -> Set<String> {
    let checks = try step.checks(variables)
    let states = try step.states(variables)
    var snapshot = try observe(checks + states)
    snapshot.reference = reference(step)
    let verdicts =
      Evaluation.verdicts(for: checks, in: snapshot)
      + (states.isEmpty ? [] : Evaluation.verdicts(for: states, in: snapshot))
    return Set(verdicts.filter(\.passed).map(\.check))
  }
}
