// One run of a program in a container of its own, from launch to end, by a process that has nothing
// else to do: what a monitor is to a container, without its socket, its log and its clients.

import Glibc
import Linux
import Support

/// Runs a script and relays what its program writes.
package enum StepRun {
  /// Carries `script` out; what the program writes goes to descriptors 1 and 2. When `lifeline` is
  /// closed at its other end, the program is killed. `lowerDirectories` is asked when the script awaits
  /// them, `didStart` once the program runs, `didEnd` once no process of it is left. Returns once nothing
  /// else of it is left either.
  ///
  /// Throws `LaunchFailure`, with nothing left behind.
  package static func run(
    _ script: LaunchScript, lifeline: Int32, attachNetwork: @escaping (pid_t) throws -> Void,
    lowerDirectories: @escaping () throws -> [String], didStart: () -> Void,
    didEnd: (ExitStatus) -> Void
  ) throws -> ExitStatus {
    signal(SIGPIPE, SIG_IGN)
    let hooks = MonitorHooks(
      attachNetwork: attachNetwork, lowerDirectories: lowerDirectories, record: { _ in })
    let process = try Launcher.launch(script, openStdin: false, hooks: hooks)
    didStart()
    var streams: [Int32: Int32] = [process.output: 1, process.errorOutput: 2]
    var hasEnded = false
    while !hasEnded || !streams.isEmpty {
      var entries = streams.keys.map { PollEntry(fd: $0, events: .readable) }
      entries.append(PollEntry(fd: lifeline, events: .readable))
      if !hasEnded { entries.append(PollEntry(fd: process.pidfd.number, events: .readable)) }
      // What outlives the program in a pid namespace of the host's may hold the streams for ever.
      let ready = try pollDescriptors(&entries, timeout: hasEnded ? 100 : -1)
      if hasEnded && ready == 0 { break }
      for entry in entries where !entry.ready.isEmpty {
        if entry.fd == lifeline {
          kill(process.pid, SIGKILL)
          _ = try? process.cgroup?.killAll()
          streams = [:]
          hasEnded = true
        } else if entry.fd == process.pidfd.number {
          hasEnded = true
        } else if let target = streams[entry.fd], !relay(entry.fd, target) {
          streams[entry.fd] = nil
        }
      }
    }
    let status = try waitFor(process.pid)
    for fd in [process.output, process.errorOutput] { close(fd) }
    if !script.namespaces.contains(.pid) { _ = try? process.cgroup?.killAll() }
    didEnd(status)
    try? process.cgroup?.remove()
    return status
  }

  /// Passes on what is there. Returns false at the end.
  private static func relay(_ from: Int32, _ target: Int32) -> Bool {
    withUnsafeTemporaryAllocation(byteCount: 64 << 10, alignment: 16) { buffer in
      let count = retryingInterrupts { read(from, buffer.baseAddress, buffer.count) }
      guard count > 0 else { return false }
      try? writeAll(target, UnsafeRawBufferPointer(rebasing: buffer[..<count]))
      return true
    }
  }
}
