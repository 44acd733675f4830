// One monitor holds one container's life.
//
// It is the parent of the container's process 1, so it alone learns the exit status; it holds the
// other ends of the container's streams, writes the log, serves those who attach, stop or wait, and
// starts the container again when its policy says so. It has no terminal, no controlling session
// and no client it depends on: the command that started it may die at any time. If the monitor
// itself is killed, the kernel kills the container with it (PR_SET_PDEATHSIG), and the next command
// finds the record and repairs it.
//
// One thread, one poll(2) loop, few bytes: there is one such process for every running container.
//
// lab: monitor
// Next: Monitor+Clients.swift, Monitor+Streams.swift, Launcher.swift.

import CLinux
import FoundationEssentials
import Glibc
import Linux
import Support

/// The life of one container. Not reused after `run` returns.
package final class Monitor {
  var request: MonitorRequest
  let hooks: MonitorHooks
  let listener: FileDescriptor
  let signals: Int32
  var clients: [Client] = []
  var log: LogFile?

  // The current run.
  var pid: pid_t = 0
  var pidfd: Int32 = -1
  var input: Int32 = -1
  var output: Int32 = -1
  var errorOutput: Int32 = -1
  var pendingInput: [UInt8] = []
  var inputEnded = false
  var captured: [UInt8] = []
  var cgroup: CgroupHandle?
  var health: HealthWatch?
  var memory: MemoryWatch?
  /// The container's mount namespace. With the last holder of that, the kernel writes the file system
  /// below the container's layer to the disk, which takes a second when there is much to write. Held
  /// here, it is not the container's end that waits for it but this process's own.
  private var mounts: Int32 = -1

  // The container's life across runs.
  var stoppedByHand = false
  var killDeadline: Int64?
  var restarts = 0
  var startedAt: Int64 = 0

  /// Takes over `control`, the socket of the client that started this monitor.
  package init(_ request: MonitorRequest, control: Int32, hooks: MonitorHooks) throws {
    self.request = request
    self.hooks = hooks
    listener = try UnixSocket.listen(at: request.socketPath)
    signals = dk_signalfd([SIGCHLD, SIGTERM, SIGINT, SIGHUP], 4)
    signal(SIGPIPE, SIG_IGN)
    if let path = request.logPath {
      log = try LogFile(
        path: path, rotation: request.logRotation, attributes: request.logAttributes)
    }
    try setNonBlocking(control)
    clients.append(Client(socket: control, streams: request.attachBits ?? 0, waits: true))
  }

  /// Launches, serves, restarts; returns when the container has ended for good.
  package func run() {
    ProcessControl.setName("dklab:monitor")
    while true {
      guard launch() else { return }
      serveUntilExit()
      guard finishRun() else { return }
    }
  }

  private func launch() -> Bool {
    do {
      let process = try Launcher.launch(
        request.script, openStdin: request.openStdin, hooks: hooks)
      pid = process.pid
      cgroup = process.cgroup
      input = process.input
      output = process.output
      errorOutput = process.errorOutput
      mounts = process.mounts
      let event = MonitorEvent.started(
        process.identity, cgroup: process.cgroup, warnings: process.warnings, restarts: restarts)
      pidfd = adopt(process)
      for fd in [input, output, errorOutput] where fd >= 0 { try? setNonBlocking(fd) }
      startedAt = monotonicMilliseconds()
      inputEnded = false
      health = request.health.map { HealthWatch($0, now: startedAt) }
      watchMemory()
      record(event)
      broadcast(Frame(.started, "\(pid)"))
      return true
    } catch {
      let failure =
        error as? LaunchFailure ?? LaunchFailure(operation: "launch", message: "\(error)")
      hooks.leaveNetwork()
      unlink(request.socketPath)
      record(.failed(failure))
      let bytes = (try? Array(JSONEncoder().encode(failure))) ?? []
      broadcast(Frame(.failed, bytes))
      flushClients(forAtMost: 2000)
      return false
    }
  }

  /// The pidfd outlives the value that brought it.
  private func adopt(_ process: consuming RunningProcess) -> Int32 {
    dup(process.pidfd.number)
  }

  /// Runs the loop until the container's process 1 has ended.
  private func serveUntilExit() {
    while true {
      var entries = [
        PollEntry(fd: pidfd, events: .readable),
        PollEntry(fd: signals, events: .readable),
        PollEntry(fd: listener.number, events: .readable),
      ]
      let fixed = entries.count
      entries += streamEntries()
      let clientsFrom = entries.count
      entries += clients.map { $0.entry(reading: !isBehind($0)) }
      let relayFrom = entries.count
      entries += hooks.relayEntries()
      let memoryAt = entries.count
      entries += memory?.entries ?? []
      _ = try? pollDescriptors(&entries, timeout: timeout())
      drainSignals(entries[1])
      if !entries[2].ready.isEmpty { acceptClient() }
      for entry in entries[fixed..<clientsFrom] where !entry.ready.isEmpty { handleStream(entry) }
      let served = clients.count
      for (index, entry) in entries[clientsFrom..<relayFrom].enumerated()
      where index < served && !entry.ready.isEmpty {
        handleClient(at: index, entry)
      }
      clients.removeAll { $0.isClosed }
      for entry in entries[relayFrom..<memoryAt] where !entry.ready.isEmpty {
        hooks.relayHandle(entry)
      }
      serveMemory(woken: entries[memoryAt...].contains { !$0.ready.isEmpty })
      enforceKillDeadline()
      serveHealth()
      if !entries[0].ready.isEmpty { return }
    }
  }

  private func timeout() -> Int32 {
    let deadlines = [killDeadline, hooks.relayDeadline(), healthDeadline, memory?.nextLook]
      .compactMap { $0 }
    guard let next = deadlines.min() else { return -1 }
    return Int32(clamping: max(0, next - monotonicMilliseconds()))
  }

  func drainSignals(_ entry: PollEntry) {
    guard !entry.ready.isEmpty else { return }
    var info = [UInt32](repeating: 0, count: 32)
    while read(signals, &info, 128) == 128 {
      // Asked to end: the container is stopped first, as if by `stop`.
      if info[0] == UInt32(SIGTERM) { stop(signal: request.stopSignal, seconds: 10) }
    }
  }

  /// Collects the exit and records it. Returns whether the container is to run again.
  private func finishRun() -> Bool {
    endHealth()
    let status = (try? waitFor(pid)) ?? ExitStatus(code: 255)
    // Without a pid namespace of its own, the end of its first process ends no other.
    if !request.script.namespaces.contains(.pid) { _ = try? cgroup?.killAll() }
    drainStreams()
    log?.finish()
    closeRun()
    let outOfMemory = endMemory()
    if monotonicMilliseconds() - startedAt > RestartPolicy.successAfter { restarts = 0 }
    let again = request.restart.restarts(
      after: status.code, stoppedByHand: stoppedByHand, restarts: restarts)
    broadcast(Frame(.exited, "\(status.code)"))
    flushClients(forAtMost: 1000)
    if !again { letGo() }
    record(
      .exited(
        status, outOfMemory: outOfMemory, willRestart: again, stoppedByHand: stoppedByHand,
        output: captured))
    captured = []
    broadcast(Frame(.recorded))
    flushClients(forAtMost: 2000)
    for client in clients where client.closesAtExit { client.close() }
    clients.removeAll { $0.isClosed }
    if again {
      releaseMounts()
      waitBeforeRestart()
    }
    let go = again && !stoppedByHand
    if again && !go {
      letGo()
      record(
        .exited(
          status, outOfMemory: false, willRestart: false, stoppedByHand: true, output: []))
      broadcast(Frame(.recorded))
      flushClients(forAtMost: 2000)
    }
    restarts += 1
    return go
  }

  /// Gives up what the next monitor of this container will have under the same name: once the exit
  /// is recorded, it may be started again at any moment.
  private func letGo() {
    hooks.leaveNetwork()
    unlink(request.socketPath)
    try? cgroup?.remove()
  }

  private func releaseMounts() {
    if mounts >= 0 { close(mounts) }
    mounts = -1
  }

  private func closeRun() {
    for fd in Set([input, output, errorOutput, pidfd]) where fd >= 0 { close(fd) }
    (input, output, errorOutput, pidfd, pid) = (-1, -1, -1, -1, 0)
    pendingInput = []
    killDeadline = nil
  }

  /// Waits the back-off while still answering: a `stop` now ends the container for good.
  private func waitBeforeRestart() {
    let until = monotonicMilliseconds() + RestartPolicy.backOff(restarts: restarts)
    while !stoppedByHand {
      let rest = until - monotonicMilliseconds()
      if rest <= 0 { return }
      var entries = [
        PollEntry(fd: signals, events: .readable),
        PollEntry(fd: listener.number, events: .readable),
      ]
      let fixed = entries.count
      entries += clients.map { $0.entry(reading: true) }
      _ = try? pollDescriptors(&entries, timeout: Int32(clamping: rest))
      drainSignals(entries[0])
      if !entries[1].ready.isEmpty { acceptClient() }
      for (index, entry) in entries[fixed...].enumerated() where !entry.ready.isEmpty {
        handleClient(at: index, entry)
      }
      clients.removeAll { $0.isClosed }
    }
  }

  func record(_ event: MonitorEvent) {
    _ = try? inChildProcess {
      hooks.record(event)
      return 0
    }
  }
}
