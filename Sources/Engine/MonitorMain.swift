// What `dklab __monitor ROOT INSTANCE CONTAINER` runs: the runtime's monitor, with this engine's
// way of keeping records and its network. Started by Engine.start with a control socket as
// descriptor 3.

import Glibc
import Linux
import Networks
import Runtime
import SQLite
import Support

/// The hidden entry point of monitors.
package enum MonitorMain {
  /// Serves one container's life. `arguments` are what follows `__monitor`.
  package static func run(_ arguments: [String]) -> Int32 {
    ProcessControl.setName("dklab:monitor")
    guard arguments.count == 3 else { return 64 }
    let (root, instance, id) = (DataRoot(path: arguments[0]), arguments[1], arguments[2])
    do {
      // The client changed its mind, or failed before it could say what to do.
      guard let request = try MonitorProcess.receiveRequest() else { return 0 }
      return serve(request, root: root, instance: instance, id: id)
    } catch {
      return failed(error)
    }
  }

  private static func failed(_ error: any Error) -> Int32 {
    try? writeAll(2, "monitor: \(error)\n")
    let failure = LaunchFailure(operation: "monitor", message: "\(error)")
    try? Frame(.failed, failure.message).send(on: MonitorProcess.controlDescriptor)
    return 1
  }

  /// Serves the life of the container `id` in this process, which is a monitor and nothing else.
  static func serve(
    _ request: MonitorRequest, root: DataRoot, instance: String, id: String
  ) -> Int32 {
    do {
      // What the caller's shell left open, and where it stood, is nothing to hold on to for days.
      closeDescriptors(
        except: [MonitorProcess.controlDescriptor] + request.ports.map(\.fd)
          + (request.names?.descriptors ?? []))
      chdir("/")
      try setInheritable(MonitorProcess.controlDescriptor, false)
      for port in request.ports { try setInheritable(port.fd, false) }
      for fd in request.names?.descriptors ?? [] { try setInheritable(fd, false) }
      let network = try request.networkState.map { try MonitorNetwork(request, state: $0) }
      let hooks = MonitorHooks(
        attachNetwork: { pid in try network?.attach(pid) },
        record: { event in
          do {
            let engine = try Engine(root: root, instance: instance, creating: false)
            try engine.record(event, of: id, request.isTransient ? .later : .now)
          } catch {
            try? writeAll(2, "record: \(error)\n")
          }
        },
        relayEntries: { network?.entries ?? [] }, relayHandle: { _ in network?.handle() },
        relayDeadline: { network?.deadline },
        changeNetwork: { pid, payload in try network?.change(pid, payload) },
        leaveNetwork: { network?.leave() })
      let monitor = try Monitor(
        request, control: MonitorProcess.controlDescriptor, hooks: hooks)
      monitor.run()
      return 0
    } catch {
      return failed(error)
    }
  }
}

extension Engine {
  /// Writes what a monitor reports. With `--rm`, the last exit removes the container, durably.
  func record(_ event: MonitorEvent, of id: String, _ durability: Database.Durability) throws {
    switch event {
    case .started(let process, let cgroup, let warnings, let restarts):
      let found = try update(id, durability) { state, record in
        state.status = .running
        state.pid = process.pid
        state.process = process
        state.cgroup = cgroup
        state.warnings = warnings
        state.restartCount = restarts
        state.startedAt = wallClockNanoseconds()
        state.finishedAt = restarts == 0 ? 0 : state.finishedAt
        state.exitCode = 0
        state.outOfMemory = false
        state.health =
          record.spec.config.healthcheck?.isActive == true
          ? HealthState(log: state.health?.log ?? []) : nil
        if restarts == 0 { try tellOfAttachments(record, begin: true) }
        try journal.append("container", "start", actor: id, name: record.name, attributes(record))
      }
      // Removed in the meantime: nobody could ever find it again.
      if found == nil { _ = try process.send(.kill) }
    case .checked(let result, let progress, let changed):
      try recordCheck(result, progress, changed: changed, of: id)
    case .outOfMemory:
      try update(id, durability) { state, record in
        state.outOfMemory = true
        try journal.append("container", "oom", actor: id, name: record.name, attributes(record))
      }
    case .resized(let size):
      try tell(
        "resize", try container(id), ["height": "\(size.rows)", "width": "\(size.columns)"])
    case .failed(let failure): try recordFailure(failure, of: id)
    case .exited(let status, let outOfMemory, let willRestart, let stopped, let output):
      try recordExit(status, outOfMemory, willRestart, stopped, output, of: id, durability)
    }
  }

  private func recordFailure(_ failure: LaunchFailure, of id: String) throws {
    let record = try update(id) { state, record in
      state.status = state.startedAt == 0 ? .created : .exited
      state.pid = 0
      state.process = nil
      state.monitor = nil
      state.leaveNetworks()
      state.exitCode = failure.exitCode == 125 ? 128 : failure.exitCode
      state.error = failure.message
      try journal.append(
        "container", "start_failed", actor: id, name: record.name,
        attributes(
          record, ["exitCode": "\(failure.exitCode)", "error": failure.message]))
    }
    try network.release(owner: id)
    if let record, record.spec.host.autoRemove { try remove(record, volumes: true) }
  }

  private func recordExit(
    _ status: ExitStatus, _ outOfMemory: Bool, _ willRestart: Bool, _ stopped: Bool,
    _ output: [UInt8], of id: String, _ durability: Database.Durability
  ) throws {
    let record = try update(id, durability) { state, record in
      let wasRunning = state.status != .restarting
      state.status = willRestart ? .restarting : .exited
      state.pid = 0
      state.process = nil
      state.exitCode = status.code
      state.outOfMemory = outOfMemory
      // As in Docker: nobody looks any more, so it is not known to be well.
      state.health?.progress.status = .unhealthy
      state.finishedAt = wallClockNanoseconds()
      state.stoppedByHand = state.stoppedByHand || stopped
      if !willRestart {
        state.monitor = nil
        state.leaveNetworks()
      }
      guard wasRunning else { return }
      var more = ["exitCode": "\(status.code)"]
      if captureBytes > 0 { more["output"] = String(decoding: output, as: UTF8.self) }
      try journal.append(
        "container", "die", actor: id, name: record.name, attributes(record, more))
      if !willRestart { try tellOfAttachments(record, begin: false) }
    }
    guard !willRestart else { return }
    try network.release(owner: id)
    let startsAgain = record?.state.starter?.isAlive ?? false
    if let record, record.spec.host.autoRemove, !startsAgain { try remove(record, volumes: true) }
  }
}
