import ArgumentParser
import Compose
import Engine
import Linux
import Support

/// `up` without `-d`: the plan is carried out, and what the containers write is shown until all have ended
/// or somebody presses Ctrl-C, which stops them.
final class AttachedUp {
  private let command: ComposeUp
  private let session: ComposeSession
  private let timeout: Int?
  private let printer: LogPrinter
  private let progress: AttachedProgress
  /// The services whose output is shown.
  private let shown: Set<String>
  private var tails: [String: LogTail] = [:]
  /// Containers that were there before: only what they write from now on is shown.
  private var old: Set<String> = []
  private var ended: Set<String> = []
  /// The first container that ended.
  private var first: (service: String, code: Int32)?

  init(command: ComposeUp, session: ComposeSession, timeout: Int?) {
    self.command = command
    self.session = session
    self.timeout = timeout
    printer = LogPrinter(
      color: !command.noColor, prefix: !command.noLogPrefix, timestamps: command.timestamps)
    progress = AttachedProgress(session.display())
    shown = Set(
      session.model.services.filter { service in
        if !command.attach.isEmpty {
          return command.attach.contains(service.name)
            || (command.attachDependencies && !command.services.contains(service.name))
        }
        guard service.attaches, !command.noAttach.contains(service.name) else { return false }
        return command.services.isEmpty || command.attachDependencies
          || command.services.contains(service.name)
      }.map(\.name))
  }

  func run(_ plan: ComposePlan) throws {
    InterruptFlag.install()
    old = Set(try session.records().map(\.id))
    announce(plan)
    do {
      try session.execute(plan, progress: progress) { run in
        run.onIdle = { [self] in _ = try? pump() }
        run.isInterrupted = { InterruptFlag.count > 0 }
      }
    } catch is PlanRun.Interrupted {
      return try stop(status: 130)
    }
    progress.logsBegin()
    try follow()
  }

  private func announce(_ plan: ComposePlan) {
    let created = plan.steps.compactMap { step -> String? in
      if case .startContainer(let name, let service) = step.operation, shown.contains(service) {
        return name
      }
      return nil
    }
    let project = session.model.name + "-"
    let names = (created + plan.unchanged).map { name in
      name.hasPrefix(project) ? String(name.dropFirst(project.count)) : name
    }.sorted()
    for name in names { printer.register(name) }
    if !names.isEmpty { print("Attaching to \(names.joined(separator: ", "))") }
  }

  /// Shows what has been written since the last call; whether anybody still runs.
  @discardableResult
  private func pump() throws -> Bool {
    let records = try session.records().filter {
      shown.contains($0.label(ComposeLabels.service) ?? "")
    }
    for record in records {
      let name = LogPrinter.shortName(record)
      // A replacement has its own name only when the other one is gone.
      guard !name.hasPrefix("\(record.shortID)_") else { continue }
      let tail = try tails[record.id] ?? newTail(record, name)
      for entry in try tail.next() {
        progress.logsBegin()
        guard printer.print(entry, of: name) else { throw ExitCode(0) }
      }
      if record.state.isActive {
        ended.remove(record.id)
      } else if record.state.status == .exited, !old.contains(record.id) || tails[record.id] != nil,
        record.state.finishedAt > started, ended.insert(record.id).inserted
      {
        progress.logsBegin()
        printer.status(name, "exited with code \(record.state.exitCode)")
        let service = record.label(ComposeLabels.service) ?? ""
        let counts = !command.abortOnContainerFailure || record.state.exitCode != 0
        if first == nil, counts { first = (service, record.state.exitCode) }
      }
    }
    return records.contains { $0.state.isActive || ($0.state.monitor?.isAlive ?? false) }
  }

  private let started = RFC3339.now()

  private func newTail(_ record: ContainerRecord, _ name: String) throws -> LogTail {
    let tail = LogTail(session.engine, record)
    if old.contains(record.id) { try tail.skip() }
    tails[record.id] = tail
    printer.register(name)
    return tail
  }

  private func follow() throws {
    let engine = session.engine
    let watch = command.watch ? try WatchLoop(session, command.services) : nil
    watch?.begin()
    while true {
      let changes = try ChangeQueue(
        [engine.directory] + tails.keys.map(engine.containerDirectory))
      let someRun = try pump()
      if aborts, first != nil {
        StandardError.print(Text("Aborting on container exit...", ko: "컨테이너가 끝나 모두 멈춥니다...")())
        return try stop(status: try exitStatus())
      }
      if !someRun {
        try pump()
        return
      }
      if InterruptFlag.count > 0 { return try stop(status: 130) }
      do {
        try watch?.poll()
      } catch let status as ExitCode where status.rawValue == 130 {
        // Ctrl-C while it built: the build has taken the signal.
        return try stop(status: 130)
      }
      var entry = [PollEntry(fd: changes.descriptor, events: .readable)]
      if try pollDescriptors(&entry, timeout: watch == nil ? 500 : 250) == 0 {
        _ = try engine.reconcile()
      }
    }
  }

  private var aborts: Bool {
    command.abortOnContainerExit || command.abortOnContainerFailure || command.exitCodeFrom != nil
  }

  /// The status of the service that `--exit-code-from` names, else of the first that ended.
  private func exitStatus() throws -> Int32 {
    guard let service = command.exitCodeFrom else { return first?.code ?? 0 }
    // Its container may still run: then it is stopped with the others, and has a status.
    if let first, first.service == service { return first.code }
    try stopAll()
    return try session.records([service]).first?.state.exitCode ?? 0
  }

  private func stop(status: Int32) throws {
    if InterruptFlag.count > 0 {
      progress.logsBegin()
      StandardError.print(
        Text(
          "Gracefully Stopping... press Ctrl+C again to force",
          ko: "차례로 멈춥니다... Ctrl+C를 한 번 더 누르면 강제로 끝냅니다")())
    }
    try stopAll()
    try pump()
    if status != 0 { throw ExitCode(status) }
  }

  private func stopAll() throws {
    let before = InterruptFlag.count
    let plan = LifePlanner.plan(
      .stop(seconds: timeout), [], session.model, try session.observe())
    do {
      try session.execute(plan) { run in
        run.onIdle = { [self] in _ = try? pump() }
        run.isInterrupted = { InterruptFlag.count > before }
      }
    } catch is PlanRun.Interrupted {
      let plan = LifePlanner.plan(
        .kill(signal: "SIGKILL"), [], session.model, try session.observe())
      try session.execute(plan)
    }
  }
}

/// The display of an attached `up`: once containers write, nothing is drawn over their lines any more.
final class AttachedProgress: ComposeProgress {
  private let inner: any ComposeProgress
  private var hasLogs = false

  init(_ inner: any ComposeProgress) {
    self.inner = inner
  }

  func logsBegin() {
    guard !hasLogs else { return }
    hasLogs = true
    inner.finish()
  }

  func report(_ subject: String, _ state: ComposeProgressState) {
    if !hasLogs || state.kind == .failed || state.kind == .warning { inner.report(subject, state) }
  }

  func tick() { if !hasLogs { inner.tick() } }
  func finish() { if !hasLogs { inner.finish() } }
}
