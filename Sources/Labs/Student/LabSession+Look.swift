import Engine
import Glibc
import Linux
import Support

/// What one look at some steps found.
struct Look {
  /// By step.
  var checks: [String: [Check]] = [:]
  var verdicts: [String: [Verdict]] = [:]
  /// By step and check: when what a check is about last changed.
  var changes: [String: [String: Int64]] = [:]
  /// The process of the running container that was started last, and for how many milliseconds it
  /// cannot be relied on yet; nil when there is none.
  var youngest: (pid: pid_t, rest: Int64)?
}

extension LabSession {
  /// How long a container is young, in nanoseconds.
  private static let youth: Int64 = 300_000_000
  /// How long it is young at most while its process has not come to rest: on a busy machine `true` may
  /// wait for a processor longer than a container takes to show that it stays.
  private static let longYouth = 4 * youth

  /// Looks once at `steps`. Whatever goes wrong is an error verdict.
  func look(at steps: [Step]) -> Look {
    do {
      return try lookAround(steps)
    } catch {
      let reason = (error as? DklabError)?.message ?? Text("\(error)", ko: "\(error)")
      var look = Look()
      for step in steps {
        look.verdicts[step.id] = step.checkIDs.map { id in
          Verdict(check: id, sentence: Text(id, ko: id), kind: .error(reason))
        }
      }
      return look
    }
  }

  private func lookAround(_ steps: [Step]) throws -> Look {
    var look = Look()
    // What a step builds on may be there although nobody has looked: so that is looked at, too.
    let foundations = try steps.flatMap(\.after).filter { id in
      try !steps.contains { $0.id == id } && !isBuilt(id)
    }
    let all = steps + Set(foundations).compactMap(lab.step)
    for step in all { look.checks[step.id] = try step.checks(variables) }
    let snapshot = try observe(look.checks.values.flatMap { $0 })
    look.youngest = Self.youngest(in: snapshot)
    for step in all {
      var snapshot = snapshot
      snapshot.reference = reference(step)
      snapshot.begun = try begun(step)
      let checks = look.checks[step.id] ?? []
      look.verdicts[step.id] = Evaluation.verdicts(for: checks, in: snapshot)
      look.changes[step.id] = Self.changes(checks, in: snapshot)
    }
    pages = [:]
    for step in all {
      for (check, verdict) in zip(look.checks[step.id] ?? [], look.verdicts[step.id] ?? [])
      where verdict.passed {
        for case .http(let url, let host) in check.predicate.probes {
          pages[.http(url: url, host: host)] = snapshot.probes[.http(url: url, host: host)]
        }
      }
    }
    for id in Set(foundations) where look.youngest == nil {
      _ = try? progress.record(
        look.verdicts[id] ?? [], of: id, since: look.changes[id] ?? [:])
    }
    for step in steps {
      let missing = try step.after.filter { id in
        try !isBuilt(id) && !(look.verdicts[id].map { isBuilt(by: $0, id) } ?? false)
      }
      look.verdicts[step.id] = Evaluation.blocked(
        look.verdicts[step.id] ?? [], of: look.checks[step.id] ?? [], by: missing)
    }
    return look
  }

  /// When the student began with `step`: when they came to it, or were done with the one before and
  /// read ahead. 0 when neither has happened.
  private func begun(_ step: Step) throws -> Int64 {
    let entered = try progress.fact("entered:\(step.id)").flatMap { Int64($0) }
    let before = try preceding(step).flatMap { try progress.milestone($0.id) }
    return min(entered ?? before ?? 0, before ?? entered ?? 0)
  }

  /// Whether everything that `step` builds has been there; its questions do not matter to others.
  private func isBuilt(_ id: String) throws -> Bool {
    guard let step = lab.step(id) else { return true }
    return try step.checks.allSatisfy { try progress.milestone(id, $0.id) != nil }
  }

  private func isBuilt(by verdicts: [Verdict], _ id: String) -> Bool {
    let built = Set(verdicts.filter(\.passed).map(\.check))
    return lab.step(id)?.checks.allSatisfy { built.contains($0.id) } ?? true
  }

  /// What the step has the student type, line by line.
  func reference(_ step: Step) -> [String] { step.reference(variables) }

  /// See `Look.youngest`.
  static func youngest(in snapshot: Snapshot) -> (pid: pid_t, rest: Int64)? {
    let now = wallClockNanoseconds()
    let young = snapshot.allContainers.compactMap { container -> (pid: pid_t, rest: Int64)? in
      guard container.status == "running", let started = container.startedAt,
        let pid = container.inspect["State"]?["Pid"]?.int
      else { return nil }
      return rest(age: now - started, state: ProcessStat(of: pid_t(pid))?.state).map {
        (pid_t(pid), $0)
      }
    }
    return young.max { $0.rest < $1.rest }
  }

  /// For how many milliseconds a container that has run for `age` nanoseconds cannot be relied on yet; nil
  /// when it stays. `state` is that of its first process (proc_pid_stat(5)): one that runs or waits for a
  /// processor (R) or the disk (D), or has ended without anybody having noticed (Z), is looked at again
  /// soon.
  static func rest(age: Int64, state: @autoclosure () -> Character?) -> Int64? {
    guard age >= 0, age < longYouth else { return nil }
    if age < youth { return (youth - age) / 1_000_000 + 1 }
    return state().map { "RDZ".contains($0) } == true ? 50 : nil
  }

  /// When something last happened to the containers that each check is about.
  private static func changes(_ checks: [Check], in snapshot: Snapshot) -> [String: Int64] {
    let ends: Set<String> = ["die", "stop", "kill", "pause", "remove", "rename", "create"]
    var changes: [String: Int64] = [:]
    for check in checks {
      let subjects = check.predicate.subjects
      let last = snapshot.journal.last { event in
        event.type == "container" && ends.contains(event.action)
          && (subjects.contains(event.name)
            || subjects.contains(event.attributes["oldName"] ?? ""))
      }
      changes[check.id] = last?.time
    }
    return changes
  }

  /// A snapshot for `checks`. What they themselves run in containers is not the student's work.
  func observe(_ checks: [Check]) throws -> Snapshot {
    let probes = Evaluation.probes(for: checks)
    let commands = probes.compactMap { probe -> String? in
      guard case .containerExec(_, let command) = probe else { return nil }
      return command.joined(separator: " ")
    }
    let journal = instance.engine.journal
    let before = commands.isEmpty ? 0 : try journal.entries().last?.id ?? 0
    let known = sparesPages ? pages.filter { probes.contains($0.key) } : [:]
    var snapshot = try instance.observe(
      probes.subtracting(known.keys), subjects: Evaluation.subjects(of: checks),
      ignored: try progress.ignored())
    snapshot.probes.merge(known) { $1 }
    // What cannot be kept as evidence must not keep anybody from learning; it shows later as a gap.
    try? keepEvidence()
    let answers = try progress.answers()
    snapshot.answers = answers.mapValues(\.text)
    snapshot.rightAnswers = answers.compactMapValues(\.right)
    snapshot.shelf = lab.images
    snapshot.lessons = lab.steps.flatMap(reference)
    if !commands.isEmpty {
      let own = try journal.entries(since: before).filter { entry in
        entry.action == "exec_die" && commands.contains(entry.attributes["argv"] ?? "")
      }
      try progress.ignore(own.map(\.id))
      let times = Set(own.map(\.time))
      snapshot.journal.removeAll { $0.type == "exec" && times.contains($0.time) }
    }
    return snapshot
  }
}

extension Step {
  /// What the step has the student type, line by line.
  func reference(_ variables: Variables) -> [String] {
    (commands + solution).flatMap { script in
      variables.fillExactly(script.text).split(separator: "\n").map { $0.trimmed }
    }
  }
}
