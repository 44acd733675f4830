import Glibc
import Linux
import Runtime
import Support

extension Engine {
  /// The connection to the monitor of a running container.
  ///
  /// Throws `DklabError` `container.not-running`.
  package func monitor(of record: ContainerRecord) throws -> MonitorClient {
    guard record.state.isActive else { throw notRunning(record) }
    do {
      return try MonitorClient(path: socketPath(record.id))
    } catch let error as SyscallError where error.errno == ENOENT || error.errno == ECONNREFUSED {
      throw notRunning(record)
    }
  }

  package func notRunning(_ record: ContainerRecord) -> DklabError {
    DklabError(
      .conflict, id: "container.not-running",
      Text(
        "container \(record.shortID) is not running", ko: "컨테이너 \(record.shortID)은(는) 실행 중이 아닙니다"),
      hint: Text(
        "`dklab start \(record.name)` starts it", ko: "`dklab start \(record.name)` 명령으로 시작합니다"))
  }

  /// Stops a container (`docker stop`): its stop signal, then SIGKILL after `seconds` (-1: never).
  /// One that does not run is left alone. Returns when the exit is recorded.
  package func stop(_ record: ContainerRecord, signal: Signal? = nil, seconds: Int? = nil) throws {
    guard let client = try beginStop(record, signal: signal, seconds: seconds) else { return }
    try endStop(record, client)
  }

  /// Stops a container to start it again at once (`docker restart`): one with `--rm` is not removed at
  /// this end. The caller starts it; if it is killed before, the next command removes the container.
  package func stopToRestart(
    _ record: ContainerRecord, signal: Signal? = nil, seconds: Int? = nil
  ) throws {
    if record.spec.host.autoRemove, record.state.isActive {
      try update(record.id) { state, _ in state.starter = ProcessIdentity(of: getpid()) }
    }
    do {
      try stop(record, signal: signal, seconds: seconds)
    } catch {
      // It runs on, and nobody is about to start it: its end is its end.
      _ = try? update(record.id) { state, _ in state.starter = nil }
      throw error
    }
  }

  /// Sends `signal` to process 1 of a running container (`docker kill`). Without `waits` it does not
  /// wait for the end of one that is killed.
  package func kill(_ record: ContainerRecord, signal: Signal, waits: Bool = true) throws {
    let client = try monitor(of: record)
    try journal.append(
      "container", "kill", actor: record.id, name: record.name,
      attributes(record, ["signal": "\(signal.number)"]))
    guard signal == .kill, waits else {
      return try client.send(Frame(.signal, "\(signal.number)"))
    }
    // As with Docker, `kill` returns when the container is gone.
    try client.send(Frame(.wait))
    try client.send(Frame(.signal, "\(signal.number)"))
    _ = try client.awaitExit()
  }

  /// Stops all processes of a container where they are (`docker pause`).
  package func pause(_ record: ContainerRecord) throws {
    guard record.state.status != .paused else {
      throw DklabError(
        .conflict, id: "container.paused",
        Text(
          "container \(record.shortID) is already paused",
          ko: "컨테이너 \(record.shortID)은(는) 이미 일시 정지되어 있습니다"))
    }
    guard record.state.status == .running else { throw notRunning(record) }
    try freezer(record).freeze()
    try update(record.id) { state, record in
      state.status = .paused
      try journal.append(
        "container", "pause", actor: record.id, name: record.name, attributes(record))
    }
  }

  /// Lets a paused container go on.
  package func unpause(_ record: ContainerRecord) throws {
    guard record.state.status == .paused else {
      throw DklabError(
        .conflict, id: "container.not-paused",
        Text(
          "Container \(record.shortID) is not paused",
          ko: "컨테이너 \(record.shortID)은(는) 일시 정지 상태가 아닙니다"))
    }
    try freezer(record).thaw()
    try update(record.id) { state, record in
      state.status = .running
      try journal.append(
        "container", "unpause", actor: record.id, name: record.name, attributes(record))
    }
  }

  private func freezer(_ record: ContainerRecord) throws -> CgroupHandle {
    guard let cgroup = record.state.cgroup, !cgroup.directories.isEmpty || cgroup.unified != nil
    else {
      throw DklabError(
        .unsupported, id: "container.no-freezer",
        Text(
          "cannot pause \(record.name): it has no control group here",
          ko: "\(record.name)을(를) 일시 정지할 수 없습니다. 여기서는 제어 그룹이 없습니다"),
        hint: Text(
          "pausing needs root, or a delegated cgroup v2",
          ko: "일시 정지하려면 root이거나 위임된 cgroup v2가 있어야 합니다"))
    }
    return cgroup
  }
}
