import Engine
import Glibc
import Linux
import Support

/// One run of `lab test`: lints the labs, hands the plays to players, gathers what they say, and
/// looks for what is left behind.
package final class LabTestRun {
  let root: DataRoot
  /// The seed of order and variables: the same gives the same run.
  let seed: UInt64
  /// The engine to play on instead of our own: an empty one, which is cleared after each play.
  let docker: DockerAddress?
  /// How many play at the same time; one where all share an engine.
  let jobs: Int
  /// Told of each case as it ends.
  private let report: (LabTest.Case) -> Void
  /// In the order in which they ended.
  package private(set) var cases: [LabTest.Case] = []
  private var workers: [TestWorker] = []
  private var waiting: [LabTest.Play] = []
  /// The instances of each lab that were made and taken away.
  private var instances: [String: [String]] = [:]
  /// Which play made an instance, in words.
  private var makers: [String: String] = [:]
  /// How many seconds the commands of one fence may take.
  private let limit: Int

  package init(
    root: DataRoot, seed: UInt64, jobs: Int? = nil, limit: Int? = nil,
    on docker: DockerAddress? = nil, report: @escaping (LabTest.Case) -> Void
  ) {
    self.docker = docker
    self.limit = limit ?? LabSession.defaultLimit
    self.root = root
    self.seed = seed
    self.jobs = docker == nil ? max(1, jobs ?? Self.processors()) : 1
    self.report = report
  }

  /// The cases that failed.
  package var failures: [LabTest.Case] { cases.filter { $0.failure != nil } }

  /// Tests the labs in `folders`; with `step`, only that one.
  package func run(folders: [String], step only: String? = nil, seeds: Int = 1) throws {
    try requireEmptyEngine()
    removeLeftOvers()
    var labs = try folders.compactMap(lint).filter(isPossible)
    if docker != nil { labs = labs.map(\.forAnyEngine) }
    if let only, !labs.isEmpty, !labs.contains(where: { $0.step(only) != nil }) {
      throw DklabError(
        .notFound, id: "lab.no-step", Text("no step `\(only)`", ko: "`\(only)` 단계가 없습니다"),
        hint: .list(of: labs.flatMap { $0.steps.map(\.id) }))
    }
    try carryOut(LabTestPlan(labs, step: only, seed: seed, seeds: seeds).plays)
    for lab in labs { leaks(lab) }
  }

  /// Solves the labs in `folders` with the values of `seeds` seeds, and does nothing else with them.
  package func solve(folders: [String], seeds: Int) throws {
    try requireEmptyEngine()
    removeLeftOvers()
    let labs = try folders.compactMap(lint).filter(isPossible)
    let plan = try LabTestPlan(
      solving: labs,
      text: { try File.text($0.folder + "/lab.md", limit: SourceText.limit) }, seed: seed,
      seeds: seeds)
    try carryOut(plan.plays)
    for lab in labs { leaks(lab) }
  }

  /// How many mistakes were played, and of how many the cause was named.
  package struct Share: Sendable {
    package var named: Int
    package var played: Int

    /// Whether it is enough: 95 of 100.
    package var isEnough: Bool { played > 0 && named * 100 >= played * 95 }
  }

  /// Plays the mistakes of the labs in `folders`; with `step`, only that one's.
  package func playMistakes(folders: [String], step only: String? = nil) throws -> Share {
    removeLeftOvers()
    let labs = try folders.compactMap(lint).filter(isPossible)
    let plays = try LabTestPlan(mistakesOf: labs, step: only, seed: seed).plays
    let before = failures.count
    try carryOut(plays)
    let missed = failures.count - before
    for lab in labs { leaks(lab) }
    return Share(named: plays.count - missed, played: plays.count)
  }

  private func carryOut(_ plays: [LabTest.Play]) throws {
    waiting = plays.map { play in
      var play = play
      play.docker = docker?.description
      play.limit = limit
      return play
    }
    // A player that has died must not take the run along.
    signal(SIGPIPE, SIG_IGN)
    defer { workers = [] }
    while !waiting.isEmpty || workers.contains(where: { $0.play != nil }) {
      try handOut()
      try gather()
    }
    workers = []
  }

  /// Gives every idle player the next play that shares no port with one that is under way.
  private func handOut() throws {
    while workers.count < min(jobs, waiting.count + workers.count) {
      workers.append(try TestWorker(root: root))
    }
    for worker in workers where worker.play == nil {
      let busy = workers.reduce(into: Set<Int>()) { $0.formUnion($1.play?.ports ?? []) }
      guard let place = waiting.firstIndex(where: { $0.ports.isDisjoint(with: busy) }) else {
        return
      }
      try worker.start(waiting.remove(at: place))
    }
  }

  /// Waits until a player has something to say.
  private func gather() throws {
    let busy = workers.filter { $0.play != nil }
    var entries = busy.map { PollEntry(fd: $0.output, events: .readable) }
    _ = try pollDescriptors(&entries, timeout: -1)
    for (worker, entry) in zip(busy, entries) where !entry.ready.isEmpty {
      guard let play = worker.play else { continue }
      do {
        guard let outcome = try worker.take() else { continue }
        instances[play.lab, default: []] += outcome.instances
        for name in outcome.instances {
          makers[name] = play.step.isEmpty ? play.name : "\(play.step) \(play.name)"
        }
        end(play.lab, play.step, play.name, outcome.seconds, outcome.failure)
        worker.play = nil
      } catch {
        let failure = Complaint.text(error)
        end(play.lab, play.step, play.name, 0, failure)
        workers.removeAll { $0 === worker }
      }
    }
  }

  /// Whether this machine has what the lab needs; a lab that cannot be played here is skipped, with the
  /// reason in the name of its case.
  private func isPossible(_ lab: Lab) throws -> Bool {
    guard docker == nil else { return isForAnyEngine(lab) }
    let missing = Set(try HostAbility.missing(root: root))
    let lacking = lab.needs.map(\.rawValue).filter(missing.contains)
    guard !lacking.isEmpty else { return true }
    end(lab.id, "", "skipped: this machine lacks \(lacking.joined(separator: ", "))", 0, nil)
    return false
  }

  /// Whether something of the lab can be done on another engine than ours.
  private func isForAnyEngine(_ lab: Lab) -> Bool {
    let own = lab.steps.filter { step in !lab.forAnyEngine.steps.contains { $0.id == step.id } }
    for step in own {
      end(lab.id, step.id, "skipped: it is about this kit's own engine", 0, nil)
    }
    return own.count < lab.steps.count
  }

  /// What is on an engine may be somebody's; a test removes everything there.
  private func requireEmptyEngine() throws {
    guard let docker else { return }
    try DockerWork.requireClient()
    let holdings = try DockerClient(docker).holdings()
    guard !holdings.isEmpty else { return }
    throw DklabError(
      .conflict, id: "lab.docker-in-use",
      Text(
        "the Docker Engine at \(docker) is not empty (\(holdings.prefix(3).joined(separator: ", "))), "
          + "and a test removes everything it finds there",
        ko: "\(docker)의 Docker Engine이 비어 있지 않습니다(\(holdings.prefix(3).joined(separator: ", "))). "
          + "시험은 거기 있는 모든 것을 지웁니다"),
      hint: Text(
        "start a `dockerd` of its own for it: --data-root, --exec-root, --pidfile, -H, and say "
          + "DOCKER_HOST",
        ko: "시험용 `dockerd`를 따로 띄우고(--data-root, --exec-root, --pidfile, -H) DOCKER_HOST로 알려 주세요"))
  }

  private func lint(_ folder: String) -> Lab? {
    let begun = monotonicMilliseconds()
    var lab: Lab?
    var failure: Text?
    do {
      let result = try Linter.lint(folder: folder, thoroughly: true)
      lab = result.lab
      let errors = result.diagnostics.filter { $0.severity == .error }
      if !errors.isEmpty {
        failure = Text(
          errors.flatMap { $0.lines(.en) }.joined(separator: "\n"),
          ko: errors.flatMap { $0.lines(.ko) }.joined(separator: "\n"))
      }
    } catch {
      failure = Complaint.text(error)
    }
    let name = folder.split(separator: "/").last.map(String.init) ?? folder
    end(lab?.id ?? name, "", "lint", Double(monotonicMilliseconds() - begun) / 1000, failure)
    return failure == nil ? lab : nil
  }

  private func leaks(_ lab: Lab) {
    let begun = monotonicMilliseconds()
    var failure: Text?
    do {
      let leaks = try LeakCheck.leaks(of: instances[lab.id] ?? [], root: root)
      if !leaks.isEmpty {
        failure = Text(
          "this was left behind, and taken away:\n"
            + leaks.map { $0 + play(behind: $0).en }.joined(separator: "\n"),
          ko: "남아 있어서 없앤 것:\n" + leaks.map { $0 + play(behind: $0).ko }.joined(separator: "\n"))
      }
    } catch {
      failure = Text("\(error)", ko: "\(error)")
    }
    end(lab.id, "", "leaks", Double(monotonicMilliseconds() - begun) / 1000, failure)
  }

  /// The play that made the instance which a leak names; nothing when none is.
  private func play(behind leak: String) -> Text {
    let name = makers.keys.filter { leak.contains($0) }.max { $0.count < $1.count }
    guard let name, let play = makers[name] else { return Text("", ko: "") }
    return Text(", left by `\(play)`", ko: " (`\(play)` 실행 중)")
  }

  private func end(
    _ lab: String, _ step: String, _ name: String, _ seconds: Double, _ failure: Text?
  ) {
    let result = LabTest.Case(
      lab: lab, step: step, name: name, seconds: seconds, failure: failure)
    cases.append(result)
    report(result)
  }

  /// Whether the instance `name` is one that a player has made: `lab-test-ID-PID-NUMBER`.
  static func isPlay(_ name: String) -> Bool {
    let parts = name.split(separator: "-")
    return name.hasPrefix("lab-test-") && parts.count > 4
      && parts.suffix(2).allSatisfy { Int($0) != nil }
  }

  /// Takes away the instances of tests that were killed: their names hold the player's process id.
  private func removeLeftOvers() {
    let names = root.instances() + ((try? Directory.list(root.path + "/labs")) ?? [])
    for name in Set(names) where name.hasPrefix("lab-test-") {
      guard let pid = name.split(separator: "-").dropLast().last.flatMap({ pid_t($0) }),
        kill(pid, 0) != 0, errno == ESRCH
      else { continue }
      try? Engine.destroy(root: root, instance: name)
      try? Directory.removeTree(LabSession.directory(root, name))
    }
  }

  /// How many processors there are to play on.
  private static func processors() -> Int { Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))) }
}
