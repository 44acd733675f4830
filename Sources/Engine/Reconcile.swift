// Records say what should be; processes say what is. Between two commands anything may have
// happened: a monitor killed, the machine switched off. So the first thing a command does with an
// instance is to compare, and to repair the record. Without its monitor a container is dead too
// (the kernel saw to that), so there is one repair: mark it exited, then obey its restart policy.

import Glibc
import Linux
import Runtime
import Support

/// One difference between record and reality, and what was done about it.
package struct Repair: Sendable, Equatable {
  package let container: String
  package let message: Text
}

extension Engine {
  /// Compares and repairs. Returns what was found, for the user to read.
  package func reconcile() throws -> [Repair] {
    try clearLeftovers()
    let active = try activeMonitors()
    var repairs: [Repair] = try unfinishedStarts()
    for (id, monitor) in active where !(monitor?.isAlive ?? false) {
      guard let record = try existing(id), !(record.state.monitor?.isAlive ?? false) else {
        continue
      }
      if let repair = try repair(record) { repairs.append(repair) }
    }
    return repairs
  }

  /// The containers that run as far as the records know, each with its monitor. Each command asks this:
  /// with hundreds of containers, reading their whole records would take longer than the command.
  private func activeMonitors() throws -> [(id: String, monitor: ProcessIdentity?)] {
    let field = { (name: String) in
      "CASE WHEN json_valid(state) THEN json_extract(state, '$.monitor.\(name)') END AS \(name)"
    }
    return try database.query(
      "SELECT id, \(field("pid")), \(field("startTime")) FROM containers "
        + "WHERE status IN ('running', 'paused', 'restarting')"
    ).map { row in
      guard let pid = row["pid"].integer, let start = row["startTime"].integer else {
        return (row["id"].text ?? "", nil)
      }
      let monitor = ProcessIdentity(
        pid: pid_t(truncatingIfNeeded: pid), startTime: UInt64(bitPattern: start))
      return (row["id"].text ?? "", monitor)
    }
  }

  private func repair(_ record: ContainerRecord) throws -> Repair? {
    var repaired = false
    let killed = (try? record.state.process?.send(.kill)) ?? false
    try update(record.id) { state, record in
      // Another command may be at the same repair, or the container may just have been started.
      guard state.isActive, !(state.monitor?.isAlive ?? false) else { return }
      repaired = true
      state.status = .exited
      state.exitCode = 137
      state.error = "its monitor process was killed"
      state.finishedAt = wallClockNanoseconds()
      state.pid = 0
      state.process = nil
      state.monitor = nil
      state.leaveNetworks()
      try journal.append(
        "container", "die", actor: record.id, name: record.name,
        attributes(record, ["exitCode": "137", "repair": "true"]))
    }
    guard repaired else { return nil }
    if let cgroup = record.state.cgroup {
      _ = try? cgroup.killAll()
      try? cgroup.remove()
    }
    CgroupHandle.removeLeftovers(CgroupLayout.observe(), path: cgroupPath(record.id))
    try network.release(owner: record.id)
    unlink(socketPath(record.id))
    var message = Text(
      "container \(record.name) had lost its monitor"
        + (killed ? ", its process was still there and was killed" : "")
        + ": marked as exited (137)",
      ko: "컨테이너 \(record.name)의 모니터가 사라졌습니다"
        + (killed ? ". 남아 있던 프로세스를 종료했습니다" : "") + ". 종료(137)로 기록했습니다")
    if record.spec.host.autoRemove {
      try remove(try container(record.id), volumes: true)
      message = Text(message.en + ", removed (--rm)", ko: message.ko + ". 삭제했습니다(--rm)")
    } else if record.spec.host.restart.restarts(
      after: 137, stoppedByHand: record.state.stoppedByHand, restarts: 0)
    {
      message = restartAfterRepair(record, message)
    }
    return Repair(container: record.name, message: message)
  }

  private func restartAfterRepair(_ record: ContainerRecord, _ message: Text) -> Text {
    do {
      let outcome = try start(try container(record.id)).awaitStart()
      if outcome == nil {
        return Text(
          message.en + ", started again (restart policy)", ko: message.ko + ". 재시작 정책에 따라 다시 시작했습니다"
        )
      }
      return Text(
        message.en + ", could not be started again", ko: message.ko + ". 다시 시작하지 못했습니다")
    } catch {
      return Text(
        message.en + ", could not be started again: \(error)",
        ko: message.ko + ". 다시 시작하지 못했습니다: \(error)")
    }
  }
}
