// `kill` and `delete`: how a container of the OCI runtime ends.

import Glibc
import Linux
import Support

extension RuntimeContainer {
  /// Sends `signal` to the first process, or with `all` to every process of the group. One that is
  /// paused gets SIGKILL too: it is let go for that.
  package func send(_ signal: Signal, all: Bool = false) throws {
    let status = status
    let sharesProcesses = !(spec.linux?.namespaces?.contains { $0.type == "pid" } ?? false)
    if all || (signal == .kill && sharesProcesses) {
      // What the first process leaves behind may have to be killed after its end.
      let group = try cgroup?.processes() ?? []
      if status == .stopped && group.isEmpty { if all { return } else { throw Self.notRunning } }
      for pid in group { kill(pid, signal.number) }
    } else {
      guard status != .stopped, try process.send(signal) else { throw Self.notRunning }
    }
    if signal == .kill && status == .paused { try cgroup?.thaw() }
  }
}

extension RuntimeStore {
  /// Removes container `id` and everything made for it. A running one only with `force`, which also
  /// is content with one that does not exist. Returns warnings.
  package func delete(
    _ id: String, force: Bool, knowing known: RuntimeContainer? = nil
  ) throws -> [Text] {
    do {
      return try locked(id) { try remove(load(id, knowing: known), force: force) }
    } catch let error as DklabError where error.code == .notFound && force {
      // A creation that was interrupted leaves a directory without a record.
      if !id.contains("/") && !id.isEmpty && id != "." && id != ".." {
        try Directory.removeTree("\(root)/\(id)")
      }
      return []
    }
  }

  private func remove(_ container: RuntimeContainer, force: Bool) throws -> [Text] {
    let status = container.status
    let isUp = status == .running || status == .paused || status == .creating
    if isUp && !force {
      throw DklabError(
        .conflict, id: "oci.status",
        Text(
          "cannot delete container \(container.id) that is not stopped: \(status.rawValue)",
          ko: "멈추지 않은 컨테이너 \(container.id)은(는) 지울 수 없습니다: \(status.rawValue)"),
        hint: Text("`kill` it first, or use --force", ko: "먼저 `kill` 하거나 --force를 쓰세요"))
    }
    if status != .stopped {
      _ = try container.process.send(.kill)
      if status == .paused { try? container.cgroup?.thaw() }
      guard try container.waitForEnd(milliseconds: 10_000) else {
        throw DklabError(
          .timeout, id: "oci.kill",
          Text("the container's init process does not end", ko: "컨테이너의 첫 프로세스가 끝나지 않습니다"))
      }
    }
    _ = try container.cgroup?.killAll()
    try container.cgroup?.remove()
    let warnings = runHooks(of: container, .poststop, pid: 0)
    try Directory.removeTree(container.directory)
    return warnings
  }
}
