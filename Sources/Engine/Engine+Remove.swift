import Glibc
import Linux
import Support

extension Engine {
  /// Removes a container for good (`docker rm`): its layer, its log, its record.
  ///
  /// - Parameters:
  ///   - force: a running one is killed first.
  ///   - volumes: its anonymous volumes go too.
  /// - Throws: `DklabError` `container.running` for a running one without `force`.
  package func remove(
    _ record: ContainerRecord, force: Bool = false, volumes: Bool = false
  ) throws {
    if isAlive(record) {
      guard force else { throw stillRunning(record) }
      try end(record)
    }
    // With --rm the monitor may have been quicker.
    guard try holder(of: record.name) == record.id else { return }
    var unused: [String] = []
    try locked(record.id) {
      guard let now = try? container(record.id) else { return }
      // Somebody may have started it again meanwhile.
      if isAlive(now) { throw stillRunning(now) }
      try network.release(owner: record.id)
      // The record goes first, volumes with it, as one step; files without a record are only waste,
      // which the next command clears away if this one is killed (Reconcile+Leftovers.swift).
      try database.transaction {
        try database.execute("DELETE FROM containers WHERE id = ?", .text(record.id))
        try journal.append(
          "container", "destroy", actor: record.id, name: record.name, attributes(record))
        if volumes { unused = try forgetAnonymousVolumes(of: record) }
      }
      try Directory.removeTree(containerDirectory(record.id))
    }
    for name in unused { try Directory.removeTree("\(directory)/volumes/\(name)") }
  }

  /// Whether it runs, or is about to: its monitor is there before the record says so.
  func isAlive(_ record: ContainerRecord) -> Bool {
    record.state.isActive || (record.state.monitor?.isAlive ?? false)
  }

  private func stillRunning(_ record: ContainerRecord) -> DklabError {
    let status = record.state.status == .paused ? "paused" : "running"
    return DklabError(
      .conflict, id: "container.running",
      Text(
        "cannot remove container \"/\(record.name)\": container is \(status): stop the "
          + "container before removing or force remove",
        ko: "컨테이너 \"/\(record.name)\"을(를) 지울 수 없습니다. 실행 중이므로 먼저 멈추거나 강제로 지우세요"),
      hint: Text(
        "`dklab stop \(record.name)`, or `dklab rm -f \(record.name)`",
        ko: "`dklab stop \(record.name)` 또는 `dklab rm -f \(record.name)`"))
  }

  /// Kills a running container and waits until its monitor has gone. A monitor that does not answer
  /// (it is still launching) is killed itself, and its container with it.
  private func end(_ record: ContainerRecord) throws {
    // No restart policy may bring it back meanwhile.
    _ = try? update(record.id) { state, _ in state.stoppedByHand = true }
    if (try? kill(record, signal: .kill)) == nil {
      _ = try? record.state.process?.send(.kill)
      _ = try? record.state.monitor?.send(.kill)
    }
    let deadline = monotonicMilliseconds() + 10_000
    while record.state.monitor?.isAlive ?? false {
      guard monotonicMilliseconds() < deadline else {
        throw DklabError(
          .timeout, id: "container.still-running",
          Text(
            "container \(record.name) was killed and has not ended within 10 seconds",
            ko: "컨테이너 \(record.name)을(를) 종료했지만 10초 안에 끝나지 않았습니다"))
      }
      usleep(1000)
    }
    // Where the monitor was killed, nobody has recorded the end.
    _ = try reconcile()
  }

  /// Renames a container (`docker rename`).
  package func rename(_ record: ContainerRecord, to name: String) throws {
    let new = name.hasPrefix("/") ? String(name.dropFirst()) : name
    if new == record.name {
      throw DklabError(
        .invalid, id: "container.same-name",
        Text(
          "Renaming a container with the same name as its current name",
          ko: "지금 이름과 같은 이름으로는 바꿀 수 없습니다"))
    }
    try database.transaction {
      if let holder = try holder(of: new) { throw nameInUse(new, by: holder) }
      try database.execute(
        "UPDATE containers SET name = ? WHERE id = ?", .text(new), .text(record.id))
      try journal.append(
        "container", "rename", actor: record.id, name: new,
        attributes(record, ["oldName": record.name]))
    }
    try renameOnNetworks(try container(record.id))
  }
}
