// Making the container's first process, and talking with it while it builds.
//
//   create                          init process
//   clone3 ───────────────────────▶
//   id maps, "go" ────────────────▶ becomes root of its user namespace, builds the tree
//   "go" ─────────────────────────▶ names, masks
//   prestart, createRuntime  ◀───── "hooks"
//   "go" ─────────────────────────▶ createContainer, pivot_root, identity
//   takes the listener of a filter
//   that asks an agent       ◀───── "listener" and its number
//   "go" ─────────────────────────▶
//   done                     ◀───── "ready", then it waits for `start`
//
// Joining a user or pid namespace, and setting the clocks of a time namespace, change the one who
// does it. So a stage does that, makes the process as its own sibling, and is gone.
//
// Next: InitProcess.swift.

import CLinux
import FoundationEssentials
import Glibc
import Linux
import Support

/// The first process of a container, from clone3 to the moment it waits for `start`, or is started by who
/// made it.
struct RuntimeProcess: ~Copyable {
  let pid: pid_t
  private let sync: FileDescriptor
  private let script: LaunchScript

  /// Makes the process, in `cgroup`, waiting for `start` at `listener`; with -1 for this process to
  /// `start` it. It keeps this process's descriptors 0 to 2.
  static func make(
    _ script: LaunchScript, cgroup: CgroupHandle?, listener: Int32
  ) throws -> RuntimeProcess {
    let trees = try script.makeMountCopies()
    defer { for tree in trees.values { close(tree) } }
    let (mine, theirs) = try UnixSocket.pair()
    let sync = FileDescriptor(owning: mine)
    defer { close(theirs) }
    let group = try cgroup?.openForClone()?.release() ?? -1
    defer { if group >= 0 { close(group) } }
    var process = InitProcess(script: script, sync: theirs, stdio: [0, 1, 2])
    process.listener = listener
    process.copiedMounts = trees
    if script.needsStage {
      let kinds = script.namespaces.filter { $0 != .time || script.timeOffsets == nil }
      let pid = try makeThroughStage(process, cgroup, group, mine, kinds) {
        try script.enterStage()
      }
      return RuntimeProcess(pid: pid, sync: sync, script: script)
    }
    guard case .parent(let pid, let pidfd) = try cloneProcess(script.namespaces, cgroup: group)
    else {
      close(mine)
      process.run(in: cgroup, born: group >= 0)
    }
    close(pidfd)
    return RuntimeProcess(pid: pid, sync: sync, script: script)
  }

  private init(pid: pid_t, sync: consuming FileDescriptor, script: LaunchScript) {
    self.pid = pid
    self.sync = sync
    self.script = script
  }

  /// Makes a further process in the container whose first one is `container`: in its control group,
  /// then in all of its namespaces at once (setns(2) with a pidfd). Of the processors it may use first
  /// those of `affinity.initial`, and in the group those of `affinity.final`.
  static func make(
    _ script: LaunchScript, joining container: ProcessIdentity, cgroup: CgroupHandle?,
    affinity: SpecCPUAffinity?
  ) throws -> RuntimeProcess {
    let processors = try affinity?.sets()
    let (mine, theirs) = try UnixSocket.pair()
    let sync = FileDescriptor(owning: mine)
    defer { close(theirs) }
    let foreign = Namespace.allCases.filter { kind in
      guard let there = try? kind.inode(of: container.pid), let here = try? kind.inode() else {
        return false
      }
      return there != here
    }
    guard let handle = openProcess(container.pid), container.isAlive else {
      throw RuntimeContainer.notRunning
    }
    let number = handle.number
    let process = InitProcess(script: script, sync: theirs, stdio: [0, 1, 2])
    let pid = try makeThroughStage(
      process, nil, -1, mine, [], before: { try script.raiseLimits(of: getpid()) }
    ) {
      try processors?.initial?.apply()
      try cgroup?.enter()
      try processors?.final?.apply()
      let flags = foreign.reduce(UInt64(0)) { $0 | $1.cloneFlag }
      try check(dk_setns(number, Int32(truncatingIfNeeded: flags)), "setns", "container")
      if foreign.contains(.user) { try process.becomeRoot(awaitingMaps: false) }
    }
    return RuntimeProcess(pid: pid, sync: sync, script: script)
  }

  /// Forks a stage that carries `enter` out, makes the process as its sibling, and ends. What its user
  /// may only do to a process that can be looked into is done `before`.
  static func makeThroughStage(
    _ process: InitProcess, _ cgroup: CgroupHandle?, _ group: Int32, _ mine: Int32,
    _ kinds: [Namespace], before: () throws -> Void = {}, enter: () throws -> Void
  ) throws -> pid_t {
    let (reading, writing) = try FileDescriptor.pipe().split()
    defer { close(reading) }
    let stage = try forkProcess()
    if stage == 0 {
      close(mine)
      var process = process
      do {
        try before()
        // It is on its way into the container, which must not look into it.
        try? ProcessControl.setDumpable(false)
        try process.openJoined()
        try enter()
        var pid = try cloneSibling(kinds, cgroup: group)
        if pid == 0 {
          close(writing)
          process.run(in: cgroup, born: group >= 0)
        }
        _ = withUnsafeBytes(of: &pid) { write(writing, $0.baseAddress, $0.count) }
        _exit(0)
      } catch {
        process.fail(LaunchFailure(operation: "namespaces", message: "\(error)"))
      }
    }
    close(writing)
    let bytes = try readAll(reading)
    _ = try? waitFor(stage)
    guard bytes.count == 4 else {
      // Its message ends where the stream does, and the other end is still open here too.
      shutdown(process.sync, Int32(SHUT_WR))
      _ = try Launcher.awaitExec(mine)
      throw LaunchFailure(operation: "namespaces", message: "joining namespaces failed")
    }
    return bytes.withUnsafeBytes { $0.loadUnaligned(as: pid_t.self) }
  }

  /// Gives it its id maps, and goes with it until it waits for `start`. `hooks` is called when it
  /// stops for the hooks of the host, `console` with the master end of its terminal, `listener` with
  /// the number that its seccomp listener has over there.
  func prepare(
    hooks: () throws -> Void, console: (Int32) throws -> Void, listener: (Int32) throws -> Void
  ) throws {
    if script.operations.first == .becomeRoot(awaitingMaps: true) {
      if geteuid() != 0 { try? File.command("/proc/\(pid)/setgroups", "deny") }
      try Launcher.writeIDMaps(script, pid)
      go()
    }
    try script.raiseLimits(of: pid)
    go()
    guard try converse(hooks, console, listener) else {
      throw LaunchFailure(operation: "launch", message: "the container's init process was killed")
    }
  }

  /// Lets the program of a process that waits for this one run. Throws `LaunchFailure` when it cannot be
  /// executed.
  func start() throws {
    go()
    _ = try Launcher.awaitExec(sync.number)
  }

  /// Goes with it until its program runs; for a process that does not wait for `start`.
  func awaitProgram(
    console: (Int32) throws -> Void, listener: (Int32) throws -> Void
  ) throws {
    _ = try converse({}, console, listener)
  }

  /// Serves its messages. Whether it said that it is ready; else its end of the socket closed.
  private func converse(
    _ hooks: () throws -> Void, _ console: (Int32) throws -> Void,
    _ listener: (Int32) throws -> Void
  ) throws -> Bool {
    while true {
      var byte: [UInt8] = [0]
      var passed: Int32 = -1
      let count = try check(
        retryingInterrupts { receiveDescriptor(sync.number, &passed, &byte) }, "recvmsg", "init")
      if count == 0 { return false }
      switch byte[0] {
      case InitProcess.Message.ready: return true
      case InitProcess.Message.hooks:
        try hooks()
        go()
      case InitProcess.Message.console:
        defer { close(passed) }
        try console(passed)
      case InitProcess.Message.listener:
        var number: Int32 = -1
        let size = MemoryLayout<Int32>.size
        let rest = retryingInterrupts { recv(sync.number, &number, size, Int32(MSG_WAITALL)) }
        guard rest == size else { return false }
        try listener(number)
        go()
      default: throw try failure()
      }
    }
  }

  private func go() {
    var go = InitProcess.Message.go
    _ = send(sync.number, &go, 1, Int32(MSG_NOSIGNAL))
  }

  private func failure() throws -> LaunchFailure {
    let bytes = try readAll(sync.number, limit: 1 << 20)
    return (try? JSONDecoder().decode(LaunchFailure.self, from: Data(bytes)))
      ?? LaunchFailure(operation: "launch", message: "the container's init process failed")
  }
}

extension LaunchScript {
  /// Whether something has to be done between this process and the container's first one.
  var needsStage: Bool {
    userNamespacePath != nil || pidNamespacePath != nil || timeOffsets != nil
  }

  /// What the stage does. All paths are opened first: afterwards they may be out of reach.
  func enterStage() throws {
    let user = try userNamespacePath.map { try FileDescriptor.open($0, O_RDONLY).release() }
    let pid = try pidNamespacePath.map { try FileDescriptor.open($0, O_RDONLY).release() }
    if let timeOffsets {
      try unshareNamespaces([.time])
      let lines = timeOffsets.sorted { $0.key < $1.key }.map { clock, offset in
        "\(clock) \(offset.secs ?? 0) \(offset.nanosecs ?? 0)\n"
      }
      try File.command("/proc/self/timens_offsets", lines.joined())
    }
    if let user { try setNamespace(user, .user, subject: userNamespacePath ?? "") }
    if let pid { try setNamespace(pid, .pid, subject: pidNamespacePath ?? "") }
    for fd in [user, pid].compactMap(\.self) { close(fd) }
  }

  /// In a user namespace only the host may write it.
  var outOfMemoryScore: String? {
    guard case .becomeRoot = operations.first else { return nil }
    return wantedScore
  }

  private var wantedScore: String? {
    for case .setOOMScore(let score) in operations { return "\(score)" }
    return nil
  }

  /// Does for `process`, which has not entered the container yet, what takes privileges of the host:
  /// its score for when memory runs out, and room for its limits.
  func raiseLimits(of process: pid_t) throws {
    if let wantedScore {
      do {
        try File.command("/proc/\(process)/oom_score_adj", wantedScore)
      } catch let error as SyscallError where error.errno == EACCES && geteuid() != 0 {
        // Who is not root may not always; then it stays what it was, as with crun.
      }
    }
    for case .setRlimit(let limit) in operations {
      ResourceLimit(rawValue: limit.type)?.makeRoom(for: process, hard: limit.hard)
    }
  }
}
