// A second way into a container: not by making namespaces but by joining those of process 1.
//
// setns(2) with a pidfd joins all of them in one step, so they are those of one and the same
// process, which cannot be exchanged meanwhile. The pid namespace takes effect for children, hence
// the fork. Then the same operations as at launch: session, terminal, user, capabilities, filter.
// This process stays outside as the cable between the user's streams and the new process.
//
// The container is hostile: nothing is opened inside by name before the privileges are gone, except
// its own /dev/ptmx for a terminal; this process hides from it (not dumpable), and its executable
// is the read-only copy.
//
// lab: exec
// Man pages: setns(2), pidfd_open(2). Next: InitProcess+Identity.swift.

import CLinux
import FoundationEssentials
import Glibc
import Linux
import Support

/// Runs one process in a running container and carries its streams.
package struct ExecSession {
  let request: ExecRequest
  private(set) var captured: [UInt8] = []
  /// What is remembered of the output includes standard error.
  package var capturesErrors = false
  /// Milliseconds after which the program is killed; nil for no limit. Time in which the container
  /// is paused does not end it.
  package var limit: Int64?
  private var timedOut = false
  private(set) var typed: [UInt8] = []

  package init(_ request: ExecRequest) {
    self.request = request
  }

  /// How it ended, and the beginning of what it wrote.
  package struct Result {
    package var code: Int32
    package var output: [UInt8]
    /// The beginning of what was typed into its terminal.
    package var typed: [UInt8] = []
    package var failure: LaunchFailure?
    package var timedOut = false
  }

  /// Runs it to its end. With `detached`, `started` is called once the program runs, and then the
  /// caller may let its own caller go.
  package mutating func run(started: () -> Void = {}) throws -> Result {
    try ProcessControl.setDumpable(false)
    let (syncMine, syncInside) = try UnixSocket.pair()
    var (inside, outside): ([Int32], [Int32]) = ([], [-1, -1, -1])
    if !request.script.terminal {
      let output = try FileDescriptor.pipe().split()
      let errors = try FileDescriptor.pipe().split()
      let input =
        request.openStdin
        ? try inputEnd() : try FileDescriptor.open("/dev/null", O_RDWR).release()
      inside = [input, output.write, errors.write]
      outside = [-1, output.read, errors.read]
      if request.namespaces.contains(.user),
        let root = UserNamespace.root(of: request.container.pid)
      {
        Launcher.give(inside, to: root)
      }
    }
    let pid = try spawn(syncMine, syncInside, inside)
    close(syncInside)
    for fd in inside { close(fd) }
    let sync = FileDescriptor(owning: syncMine)
    do {
      if let master = try Launcher.awaitExec(sync.number) { outside = [master, master, -1] }
    } catch let failure as LaunchFailure {
      _ = try? waitFor(pid)
      return Result(code: failure.exitCode, output: [], failure: failure)
    }
    started()
    let code = try carry(pid, &outside)
    for fd in Set(outside) where fd >= 0 { close(fd) }
    return Result(
      code: code, output: captured, typed: typed, failure: nil, timedOut: timedOut)
  }

  /// What the program reads from. A pipe of the caller's is handed in as it is, and no byte is read
  /// that the program did not want. Anything else must not get into the container: whoever has a
  /// file or a terminal open can open it again for writing through /proc/self/fd. A child copies
  /// from it into a pipe, and ends with the input or with the program.
  private func inputEnd() throws -> Int32 {
    var info = stat()
    try check(fstat(0, &info), "stat", "stdin")
    if info.st_mode & S_IFMT == S_IFIFO {
      return try check(dk_fcntl_int(0, F_DUPFD_CLOEXEC, 3), "fcntl", "stdin")
    }
    let (outlet, inlet) = try FileDescriptor.pipe().split()
    if try forkProcess() == 0 {
      ProcessControl.setName("dklab:stdin")
      dup2(inlet, 1)
      _ = dk_close_range(3, UInt32.max, 0)
      signal(SIGPIPE, SIG_DFL)
      try? ProcessControl.setParentDeathSignal(.kill)
      var buffer = [UInt8](repeating: 0, count: 16 << 10)
      while true {
        let count = retryingInterrupts { read(0, &buffer, buffer.count) }
        guard count > 0,
          (try? buffer[..<count].withUnsafeBytes({ try writeAll(1, $0) })) != nil
        else { _exit(0) }
      }
    }
    close(inlet)
    return outlet
  }

  /// Joins and forks: two generations, because a pid namespace is entered by children only.
  private func spawn(_ syncMine: Int32, _ syncInside: Int32, _ stdio: [Int32]) throws -> pid_t {
    let raw = dk_pidfd_open(request.container.pid, 0)
    guard raw >= 0, request.container.isAlive else {
      throw DklabError(
        .conflict, id: "container.not-running",
        Text("the container is not running", ko: "컨테이너가 실행 중이 아닙니다"))
    }
    let pidfd = FileDescriptor(owning: raw)
    let result = try cloneProcess([])
    guard case .parent(let pid, let handle) = result else {
      close(syncMine)
      var process = InitProcess(script: request.script, sync: syncInside, stdio: stdio)
      do {
        try request.cgroup?.enter()
        // From inside another user namespace no hard limit can be raised.
        if request.namespaces.contains(.user) {
          for case .setRlimit(let limit) in request.script.operations {
            ResourceLimit(rawValue: limit.type)?.makeRoom(for: getpid(), hard: limit.hard)
          }
        }
        let flags = request.namespaces.reduce(UInt64(0)) { $0 | $1.cloneFlag }
        try check(dk_setns(pidfd.number, Int32(truncatingIfNeeded: flags)), "setns", "container")
        if request.namespaces.contains(.user) { try UserNamespace.becomeRoot() }
        // Whoever limits the time kills this process, and the program dies with it. Another user
        // namespace would have taken this back.
        if limit != nil || request.diesWithCaller ?? false {
          try ProcessControl.setParentDeathSignal(.kill)
        }
        // The working directory and root are those of the mount namespace now. Of this process's
        // descriptors nothing may come along: who may trace in there could open them again.
        closeDescriptors(except: [syncInside] + stdio)
        try coverStreams(stdio)
        guard case .parent(let child, _) = try cloneProcess([]) else { process.run() }
        ProcessControl.setName("dklab:exec")
        // It only waits: the streams, and a caller's pipe, must not stay open because of it.
        for fd in Int32(0)...2 { close(fd) }
        _ = dk_close_range(3, UInt32.max, 0)
        let status = try waitFor(child)
        _exit(status.code)
      } catch {
        process.fail(LaunchFailure(operation: "setns", message: "\(error)"))
      }
    }
    close(handle)
    return pid
  }

  /// The same for the caller's own streams, which may be files of the host: they are covered now and
  /// not with execve(2).
  private func coverStreams(_ stdio: [Int32]) throws {
    guard stdio.count == 3 else { return }
    for fd in Int32(0)...2 { try check(dup2(stdio[Int(fd)], fd), "dup2", "stdio") }
  }

  /// The loop between the user's streams and the process's, until it ends.
  private mutating func carry(_ pid: pid_t, _ streams: inout [Int32]) throws -> Int32 {
    let isTerminal = request.script.terminal && Terminal.isTerminal(0)
    let saved = isTerminal && request.openStdin ? try Terminal.makeRaw(0) : nil
    defer { if let saved { Terminal.restore(0, saved) } }
    let signals = dk_signalfd([SIGCHLD, SIGWINCH], 2)
    defer { close(signals) }
    var readsInput = request.script.terminal && request.openStdin
    var detach = DetachSequence(request.script.terminal ? request.detachKeys : [])
    if request.script.terminal { applySize(streams[1]) }
    var status: ExitStatus?
    var deadline = limit.map { monotonicMilliseconds() + $0 }
    while status == nil {
      var entries = [PollEntry(fd: signals, events: .readable)]
      entries += streams[1...].filter { $0 >= 0 }.map { PollEntry(fd: $0, events: .readable) }
      if readsInput { entries.append(PollEntry(fd: 0, events: .readable)) }
      let rest = deadline.map { Int32(clamping: max(0, $0 - monotonicMilliseconds())) }
      try pollDescriptors(&entries, timeout: rest ?? -1)
      if rest == 0 { deadline = endInTime(pid) }
      for entry in entries.dropFirst() where !entry.ready.isEmpty {
        if entry.fd == 0 {
          let (bytes, end) = readInput()
          let (passed, detached) = detach.filter(bytes)
          typed += passed.prefix(max(0, request.captureBytes - typed.count))
          passed.withUnsafeBytes { try? writeAll(streams[0], $0) }
          if end { readsInput = false }
          if detached {
            // Closing the terminal would hang the program up: a child keeps it open.
            if try forkProcess() != 0 { return 0 }
            keepTerminal(streams[1])
          }
        } else {
          pump(entry.fd, &streams)
        }
      }
      drainSignals(signals, streams[1])
      var number: Int32 = 0
      if waitpid(pid, &number, WNOHANG) == pid { status = ExitStatus(waitStatus: number) }
    }
    for fd in streams[1...] where fd >= 0 {
      try setNonBlocking(fd)
      while streams.contains(fd), pump(fd, &streams) {}
    }
    return status?.code ?? 255
  }

  /// The time is over. Returns another deadline when the program could not have used it.
  private mutating func endInTime(_ pid: pid_t) -> Int64? {
    if request.cgroup?.isFrozen ?? false { return limit.map { monotonicMilliseconds() + $0 } }
    timedOut = true
    kill(pid, SIGKILL)
    return nil
  }

  /// Reads what the program writes to its terminal until it ends. Does not return.
  private func keepTerminal(_ terminal: Int32) -> Never {
    ProcessControl.setName("dklab:exec")
    setsid()
    let null = open("/dev/null", O_RDWR)
    for fd in Int32(0)...2 { dup2(null, fd) }
    var buffer = [UInt8](repeating: 0, count: 4096)
    while retryingInterrupts({ read(terminal, &buffer, buffer.count) }) > 0 {}
    _exit(0)
  }

  private func drainSignals(_ signals: Int32, _ terminal: Int32) {
    var info = [UInt32](repeating: 0, count: 32)
    while read(signals, &info, 128) == 128 {
      if info[0] == UInt32(SIGWINCH) && request.script.terminal { applySize(terminal) }
    }
  }

  private func applySize(_ terminal: Int32) {
    if let size = WindowSize(of: 0) ?? WindowSize(of: 1) { try? size.apply(to: terminal) }
  }

  private func readInput() -> ([UInt8], end: Bool) {
    var buffer = [UInt8](repeating: 0, count: 16 << 10)
    let count = retryingInterrupts { read(0, &buffer, buffer.count) }
    return count > 0 ? (Array(buffer[..<count]), false) : ([], true)
  }

  @discardableResult
  private mutating func pump(_ fd: Int32, _ streams: inout [Int32]) -> Bool {
    var buffer = [UInt8](repeating: 0, count: 32 << 10)
    let count = retryingInterrupts { read(fd, &buffer, buffer.count) }
    if count < 0 && errno == EAGAIN { return false }
    if count <= 0 {
      close(fd)
      for index in streams.indices where streams[index] == fd { streams[index] = -1 }
      return false
    }
    let isError = fd == streams[2]
    if !isError || capturesErrors, captured.count < request.captureBytes {
      captured += buffer[..<min(count, request.captureBytes - captured.count)]
    }
    if !request.detached {
      buffer[..<count].withUnsafeBytes { try? writeAll(isError ? 2 : 1, $0) }
    }
    return true
  }
}
