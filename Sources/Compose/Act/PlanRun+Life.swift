import Engine
import Glibc
import Linux
import Runtime
import Support

// Starting and stopping: a monitor does it, and says so on its socket.
extension PlanRun {
  func start(_ name: String, _ service: Service) throws -> Pending? {
    let record = try engine.container(name)
    guard !record.state.isActive else { return nil }
    progress.report("Container \(name)", .starting)
    let client: MonitorClient
    do {
      client = try engine.start(record)
    } catch let error as DklabError {
      throw placed(error, service)
    }
    return Pending(descriptor: client.descriptorNumber) { [self] in
      guard isReadable(client.descriptorNumber) else { return false }
      if let outcome = try client.awaitStart() {
        throw Self.failure(outcome, name, service)
      }
      for hook in service.postStart { try run(hook, in: name, "post_start") }
      progress.report("Container \(name)", .started)
      return true
    }
  }

  /// A port that is taken is told with its place in the file.
  private func placed(_ error: DklabError, _ service: Service) -> DklabError {
    guard error.location == nil, error.id.hasPrefix("port."),
      let place = service.portLocations.first
    else { return error }
    var error = error
    error.location = place
    return error
  }

  static func failure(
    _ outcome: MonitorClient.Outcome, _ name: String, _ service: Service
  ) -> DklabError {
    let why: String
    if case .failed(let failure) = outcome {
      why = failure.message
    } else {
      why = "its monitor process is gone"
    }
    return DklabError(
      .invalid, id: "container.start-failed",
      Text(
        "container \(name) failed to start: \(why)", ko: "컨테이너 \(name)을(를) 시작하지 못했습니다: \(why)"),
      at: service.location)
  }

  func stop(_ name: String, _ service: String, _ seconds: Int?) throws -> Pending? {
    guard let record = try? engine.container(name), record.state.isActive else { return nil }
    let isQuiet = replaced[name] != nil
    if !isQuiet { progress.report("Container \(name)", .stopping) }
    if let known = model[service], record.state.status == .running {
      // A hook that fails does not keep a container from being stopped.
      for hook in known.preStop { try? run(hook, in: name, "pre_stop") }
    }
    guard let client = try engine.beginStop(record, seconds: seconds) else { return nil }
    return Pending(descriptor: client.descriptorNumber) { [self] in
      guard isReadable(client.descriptorNumber) else { return false }
      try engine.endStop(record, client)
      if !isQuiet { progress.report("Container \(name)", .stopped) }
      return true
    }
  }

  func restart(_ name: String, _ service: String, _ seconds: Int?) throws -> Pending? {
    progress.report("Container \(name)", .restarting)
    let record = try engine.container(name)
    var client = try engine.beginStop(record, seconds: seconds)
    var starting: MonitorClient?
    return Pending(descriptor: client?.descriptorNumber) { [self] in
      if let stopping = client {
        guard isReadable(stopping.descriptorNumber) else { return false }
        try engine.endStop(record, stopping)
        client = nil
      }
      if starting == nil { starting = try engine.start(try engine.container(name)) }
      guard let begun = starting, isReadable(begun.descriptorNumber) else { return false }
      if let outcome = try begun.awaitStart() {
        throw Self.failure(outcome, name, known(service))
      }
      progress.report("Container \(name)", .started)
      return true
    }
  }

  private func isReadable(_ descriptor: Int32) -> Bool {
    var entry = [PollEntry(fd: descriptor, events: .readable)]
    return ((try? pollDescriptors(&entry, timeout: 0)) ?? 0) > 0
  }

  /// Runs a hook in a container and waits for it.
  private func run(_ hook: Hook, in name: String, _ kind: String) throws {
    var wish = ExecWish(arguments: hook.command)
    wish.environment = hook.environment
    wish.user = hook.user
    wish.workingDirectory = hook.workingDirectory
    wish.privileged = hook.privileged
    let status = try engine.execAndWait(try engine.container(name), wish)
    guard status == 0 else {
      throw DklabError(
        .invalid, id: "compose.hook",
        Text(
          "container \(name): the \(kind) hook `\(hook.command.joined(separator: " "))` "
            + "exited (\(status))",
          ko: "컨테이너 \(name): \(kind) 훅 `\(hook.command.joined(separator: " "))` 종료 코드 \(status)"))
    }
  }
}
