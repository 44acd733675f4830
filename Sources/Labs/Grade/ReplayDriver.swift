import Engine
import Glibc
import Linux
import Support

/// Goes a plan in a sandbox, from outside, and keeps what the looks have found.
final class ReplayDriver {
  private let sandbox: GradeSandbox
  private let lab: Lab
  private let submission: Submission
  private let variables: Variables
  private let judge: SubmissionJudge
  /// When the whole has to be over, on the monotonic clock.
  private let deadline: Int64
  private let outputLimit: Int
  private var names = Correspondence()
  private var answers: [String: (text: String, live: String?)] = [:]
  private var ignored: Set<Int64> = []
  private var last: Int64 = 0
  private var found: [String: GradedCheck] = [:]
  private(set) var observations: [Observation] = []

  private static let lookReserve: Int64 = 8000

  init(
    sandbox: GradeSandbox, lab: Lab, submission: Submission, variables: Variables,
    judge: SubmissionJudge, deadline: Int64, outputLimit: Int
  ) {
    (self.sandbox, self.lab, self.submission) = (sandbox, lab, submission)
    (self.variables, self.judge) = (variables, judge)
    (self.deadline, self.outputLimit) = (deadline, outputLimit)
    names.add(word: submission.manifest.kernel, is: variables["kernel"] ?? "")
  }

  /// Every check of the lab, in its order, as it was found.
  var checks: [GradedCheck] {
    let order = lab.steps.map(\.id)
    return found.values.sorted { left, right in
      let (a, b) = (order.firstIndex(of: left.step) ?? 0, order.firstIndex(of: right.step) ?? 0)
      if a != b { return a < b }
      let ids = lab.steps[a].checkIDs
      let (c, d) = (
        ids.firstIndex(of: left.check) ?? ids.count, ids.firstIndex(of: right.check) ?? ids.count
      )
      return c != d ? c < d : left.check < right.check
    }
  }

  /// Goes `plan` from its first step to its last look.
  func go(_ plan: ReplayPlan) throws {
    _ = try receive()
    for (place, step) in plan.steps.enumerated() {
      let isLast = place == plan.steps.count - 1
      switch step {
      case .line(let text, let typed, let milliseconds, let status, let created):
        guard left > Self.lookReserve else { continue }
        try line(text, typed, milliseconds, status, created)
      case .setup(let id): try setup(id.flatMap(lab.step)?.setup ?? (id == nil ? lab.setup : []))
      case .undo(let id): try setup(lab.step(id)?.undo ?? [])
      case .files(let changes): try files(changes)
      case .answer(let id, let text, let live):
        answers[id] = (names.apply(text), live.map(names.apply))
      case .look(let steps, let claims):
        guard isLast || left > Self.lookReserve else { continue }
        try look(steps, awaited: claims)
      }
    }
    if left <= Self.lookReserve {
      observations.append(
        Observation(
          .lineEnded, "going through it took longer than allowed; what came later was left out",
          ko: "다시 실행하는 데 허용된 시간을 넘어, 그 뒤의 것은 실행하지 않았습니다"))
    }
  }

  private var left: Int64 { deadline - monotonicMilliseconds() }

  private func line(
    _ text: String, _ typed: [String], _ milliseconds: Int64, _ status: Int?,
    _ created: [ReplayStep.Created]
  ) throws {
    var wish = ReplayShell.Wish(text: names.apply(text), typed: typed.map(names.apply))
    wish.outputLimit = outputLimit
    // As long as it took, and as much again for a slower machine; but nobody waits for a minute where
    // the student has only read for one.
    let patience = min(max(5000, 3 * milliseconds + 3000), 30_000)
    wish.milliseconds = min(patience, left - Self.lookReserve)
    wish.atMost = min(max(40_000, patience), left - Self.lookReserve)
    if status == 130 { wish.interruptAfter = min(max(milliseconds, 300), 1500) }
    let answer = try ask(.line(wish))
    names.add(created, answer.created)
    let outcome = answer.outcome
    guard outcome.late || outcome.excessive, status != 130 else { return }
    observations.append(
      outcome.late
        ? Observation(
          .lineEnded, "a line did not end and was ended: \(text.oneLine)",
          ko: "끝나지 않아 강제로 끝낸 명령줄: \(text.oneLine)")
        : Observation(
          .lineEnded, "a line printed without end and was ended: \(text.oneLine)",
          ko: "출력이 끝없이 이어져 강제로 끝낸 명령줄: \(text.oneLine)"))
    if observations.count > 20 { observations.removeLast() }
  }

  /// A script of the lab's own; what it leaves in the journal is not the student's.
  private func setup(_ scripts: [Script]) throws {
    guard !scripts.isEmpty else { return }
    let before = judge.look(question([], awaited: []), in: sandbox).last
    for script in scripts { _ = try ask(.script(variables.fillExactly(script.text))) }
    let after = judge.look(question([], awaited: []), in: sandbox).last
    if after > before { ignored.formUnion((before + 1)...after) }
  }

  private func files(_ changes: [ReplayStep.FileChange]) throws {
    let states = changes.compactMap { change -> ReplayMessage.FileState? in
      guard let digest = change.digest else { return ReplayMessage.FileState(path: change.path) }
      guard let content = submission.files[digest] else { return nil }
      return ReplayMessage.FileState(
        path: change.path, mode: change.mode, content: Base64.text(content))
    }
    if !states.isEmpty { _ = try ask(.files(states)) }
  }

  private func question(_ steps: [String], awaited: Set<String>?) -> SubmissionJudge.Question {
    SubmissionJudge.Question(steps: steps, answers: answers, ignored: ignored, awaited: awaited)
  }

  /// Judges `steps` now. What has held once counts; what holds at the end is told, too.
  private func look(_ steps: [String], awaited: Set<String>?) throws {
    let finding = judge.look(question(steps, awaited: awaited), in: sandbox)
    ignored.formUnion(finding.ignored)
    if let failed = finding.failed {
      throw DklabError(
        .unavailable, id: "grade.look",
        Text("the sandbox could not be judged: \(failed)", ko: "격리 환경을 검사할 수 없습니다: \(failed)"))
    }
    for check in finding.checks {
      guard var before = found[check.name], before.verdict == .pass else {
        found[check.name] = check
        continue
      }
      before.holdsAtEnd = check.verdict == .pass
      found[check.name] = before
    }
  }

  private func ask(_ request: ReplayMessage.Request) throws -> ReplayMessage.Reply {
    try LineChannel.write(request, to: sandbox.channel)
    return try receive()
  }

  private func receive() throws -> ReplayMessage.Reply {
    guard
      let answer = try LineChannel.read(
        sandbox.channel, as: ReplayMessage.Reply.self, until: monotonicMilliseconds() + 90_000)
    else {
      throw DklabError(
        .unavailable, id: "grade.sandbox-lost",
        Text("the sandbox has ended", ko: "격리 환경이 끝났습니다"))
    }
    if let failed = answer.failed {
      throw DklabError(
        .unavailable,
        id: answer.isForbidden ? GradeSandbox.forbidden : "grade.sandbox-failed",
        Text("the sandbox failed: \(failed)", ko: "격리 환경에서 오류가 났습니다: \(failed)"))
    }
    return answer
  }
}
