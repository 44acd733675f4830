import Engine
import Linux
import Support

/// Doing things in a lab on somebody's behalf: set-up, solutions, going to a step.
extension LabSession {
  /// Makes `step` the current one: its files appear, its set-up runs, once. What it builds on and went
  /// with a new beginning of the lab is built again first; the steps that now stand again are returned.
  @discardableResult
  package func enter(_ step: Step) throws -> [Step] {
    let rebuilt = try rebuild(for: step)
    try progress.setFact("step", step.id)
    try prepare(step)
    return rebuilt
  }

  /// Solves the steps again that `step` builds on, that were done, and whose work was put away.
  private func rebuild(for step: Step) throws -> [Step] {
    let away = try progress.putAway()
    guard !away.isEmpty else { return [] }
    let missing = try foundations(of: step).filter { earlier in
      try away[earlier.id] != nil && progress.fact(Progress.rebuilt(earlier.id)) == nil
    }
    return try missing.filter { earlier in
      try progress.setFact(Progress.rebuilding(earlier.id), "1")
      try prepare(earlier)
      let stands = try build(earlier)
      // Only now: what was cut short is tried again the next time.
      try progress.setFact(Progress.rebuilt(earlier.id), "1")
      return stands
    }
  }

  /// Solves `step` so that others can stand on it, as quickly as that goes: by our own kubectl, which
  /// starts five times as fast as the genuine one, and without waiting to see whether a container that
  /// was just started stays. The reference solution is known to hold: `lab test` has waited for it.
  /// Returns whether all of it passes.
  @discardableResult
  private func build(_ step: Step) throws -> Bool {
    try solve(step, quickly: true)
    return try check(step, waiting: true, settling: false, trusting: true).passes
  }

  private func prepare(_ step: Step) throws {
    guard try progress.fact("entered:\(step.id)") == nil else { return }
    let begun = wallClockNanoseconds()
    for file in step.files {
      let path = bench.folder + "/" + file.path
      if let slash = path.lastIndex(of: "/") { try Directory.make(String(path[..<slash])) }
      try File.replace(
        path, variables.fillExactly(file.text), mode: file.mode, durable: false)
    }
    try note("enter", step.id)
    try runSetup(step.setup)
    try progress.setFact("entered:\(step.id)", String(begun))
  }

  /// Runs commands of the lab itself; what they leave in the journal is not the student's.
  func runSetup(_ scripts: [Script]) throws {
    guard !scripts.isEmpty else { return }
    let before = try instance.engine.journal.entries().last?.id ?? 0
    for script in scripts {
      let outcome = try play(script, recorded: false)
      guard outcome.status == 0, !outcome.timedOut else {
        throw DklabError(
          .internal, id: "lab.setup-failed",
          Text(
            "the lab's set-up failed: \(outcome.output.trimmed)",
            ko: "실습 준비에 실패했습니다: \(outcome.output.trimmed)"), at: script.location)
      }
    }
    try instance.takeEvents()
    try progress.ignore(try instance.engine.journal.entries(since: before).map(\.id))
  }

  /// Runs one script as if the student had typed it. Throws `lab.endless-command`, with the place of
  /// the command, when it has not ended after `limit`.
  @discardableResult
  package func play(
    _ script: Script, recorded: Bool = true, quickly: Bool = false
  ) throws -> Bash.Outcome {
    try openRelay()
    var environment = environment
    if quickly { environment["PATH"] = bench.own + ":" + (environment["PATH"] ?? "") }
    let text = variables.fillExactly(script.text)
    if recorded {
      instance.commandLog.note(line: text, folder: bench.folder)
    } else {
      environment["DKLAB_COMMANDS"] = "/dev/null"
    }
    let outcome = try Bash.run(
      text, folder: bench.folder, environment: environment, timeout: .seconds(limit))
    guard !outcome.timedOut else { throw endless(script, outcome) }
    return outcome
  }

  private func endless(_ script: Script, _ outcome: Bash.Outcome) -> DklabError {
    var place = script.location
    if let line = outcome.line { (place.line, place.column) = (place.line + line, 1) }
    return DklabError(
      .timeout, id: "lab.endless-command",
      Text(
        "this command did not end within \(limit) s and was ended",
        ko: "이 명령이 \(limit)초 안에 끝나지 않아 중단했습니다"),
      hint: Text(
        "let it end by itself, or run it in the background: `-d`, `timeout 5 …`, `… &`",
        ko: "스스로 끝나게 하거나 백그라운드에서 실행합니다: `-d`, `timeout 5 …`, `… &`"), at: place)
  }

  /// Solves `step` by its reference solution, quizzes included. Returns what its commands said.
  @discardableResult
  package func solve(_ step: Step, quickly: Bool = false) throws -> String {
    try note("solve", step.id)
    var said = ""
    for script in step.solution { said += try play(script, quickly: quickly).output }
    let answers = try progress.answers()
    for quiz in step.quizzes
    where answers[quiz.id].map({ !quiz.solution.accepts($0.text) }) ?? true {
      try progress.setAnswer(quiz.id, quiz.solution.reference)
      try note("answer", step.id, ["id": quiz.id, "text": quiz.solution.reference])
    }
    return said
  }

  /// The steps that `step` builds on, directly or not, in the lab's order.
  package func foundations(of step: Step) -> [Step] {
    LabTestPlan.foundations(of: step, in: lab)
  }

  /// Brings a fresh lab to the start of `step` by solving what it builds on.
  package func advance(to step: Step) throws {
    for earlier in foundations(of: step) {
      try progress.setFact(Progress.rebuilt(earlier.id), "1")
      try enter(earlier)
      try build(earlier)
    }
    try enter(step)
  }
}
