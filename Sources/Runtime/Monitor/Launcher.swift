// The monitor's half of a launch: makes the namespaces, and does what can only be done from
// outside while the init process builds its tree.
//
//   monitor                         init process (in the new namespaces)
//   clone3 ──────────────────────▶  mounts the rootfs, /proc, /dev …
//   id maps, network                (at the same time)
//   layers, where they come later ▶ (before the rootfs)
//   "go" ────────────────────────▶  names, masks, pivot_root, identity
//   reads until end of stream  ◀──  execve closes the socket: it runs
//
// Next: InitProcess.swift.

import FoundationEssentials
import Glibc
import Linux
import Support

/// A container's first process, seen from its monitor.
struct RunningProcess: ~Copyable {
  let pid: pid_t
  let pidfd: FileDescriptor
  let identity: ProcessIdentity
  let cgroup: CgroupHandle?
  let warnings: [String]
  /// Ends of the pipes, or the master of the pty in `output` (and then `input` is the same number);
  /// -1 when there is none.
  var input: Int32
  var output: Int32
  var errorOutput: Int32
  /// Its mount namespace; -1 when nobody needs to hold it.
  var mounts: Int32
}

enum Launcher {
  /// Carries `script` out. Throws `LaunchFailure` when any operation fails, with nothing left.
  static func launch(
    _ script: LaunchScript, openStdin: Bool, hooks: MonitorHooks
  ) throws -> RunningProcess {
    if let path = script.tracePath { SyscallTrace.begin(path) }
    defer { SyscallTrace.end() }
    var cgroup: CgroupHandle?
    var warnings: [String] = []
    if let wish = script.cgroup {
      SyscallTrace.heading("[monitor] create the control group \(wish.path)")
      let made = try CgroupHandle.create(wish.layout, path: wish.path, resources: wish.resources)
      cgroup = made.cgroup
      warnings = made.warnings.map { $0() }
    }
    do {
      return try launch(script, openStdin, hooks, cgroup, warnings)
    } catch {
      try? cgroup?.remove()
      throw error as? LaunchFailure
        ?? LaunchFailure(
          operation: "launch", message: "\(error)", errno: (error as? SyscallError)?.errno)
    }
  }

  private static func launch(
    _ script: LaunchScript, _ openStdin: Bool, _ hooks: MonitorHooks, _ cgroup: CgroupHandle?,
    _ warnings: [String]
  ) throws -> RunningProcess {
    // The monitor's own children, those who write records, must not be born over there.
    let ownPids = try FileDescriptor.open(Namespace.pid.path(), O_RDONLY)
    defer {
      if script.pidNamespacePath != nil { try? setNamespace(ownPids.number, .pid) }
    }
    if let path = script.pidNamespacePath, script.userNamespacePath == nil {
      let handle = try FileDescriptor.open(path, O_RDONLY)
      try setNamespace(handle.number, .pid, subject: path)
    }
    let trees = try script.makeMountCopies()
    defer { for tree in trees.values { close(tree) } }
    let (syncMonitor, syncInit) = try UnixSocket.pair()
    var inside: [Int32] = []
    var outside: [Int32] = [-1, -1, -1]
    if !script.terminal { (inside, outside) = try standardStreams(openStdin) }
    if let owner = script.rootOwner { give(inside, to: owner) }

    SyscallTrace.heading("[monitor] make the init process in new namespaces")
    // Being born in the group, or entering it oneself, costs next to nothing; being moved there by
    // another process makes the kernel wait for a grace period.
    let group = try cgroup?.openForClone()?.release() ?? -1
    defer { if group >= 0 { close(group) } }
    var process = InitProcess(script: script, sync: syncInit, stdio: inside)
    process.copiedMounts = trees
    let (pid, pidfd): (pid_t, Int32)
    do {
      (pid, pidfd) = try clone(process, cgroup, group, syncMonitor)
    } catch {
      for fd in [syncMonitor, syncInit] + inside + outside where fd >= 0 { close(fd) }
      throw error
    }
    close(syncInit)
    for fd in inside { close(fd) }
    let sync = FileDescriptor(owning: syncMonitor)
    let handle = FileDescriptor(owning: pidfd)
    // Before the program begins: it may have ended before it can be asked for.
    let mounts =
      script.mountsReachTheDisk ? open(Namespace.mount.path(of: pid), O_RDONLY | O_CLOEXEC) : -1
    do {
      let identity =
        ProcessIdentity(of: pid) ?? ProcessIdentity(pid: pid, startTime: 0)
      try writeIDMaps(script, pid)
      if script.operations.first == .becomeRoot(awaitingMaps: true) { go(sync.number) }
      giveLimits(script, pid)
      SyscallTrace.heading("[monitor] connect its network")
      try hooks.attachNetwork(pid)
      var isThere = true
      if script.awaitsLayers ?? false {
        isThere = UnixSocket.send(
          message: Array(try hooks.lowerDirectories().text(separatedBy: "\0").utf8),
          over: sync.number)
      }
      SyscallTrace.end()
      go(sync.number)
      if let master = try awaitExec(sync.number) { (outside[0], outside[1]) = (master, master) }
      guard isThere else {
        throw LaunchFailure(operation: "launch", message: "the init process was killed")
      }
      return RunningProcess(
        pid: pid, pidfd: handle, identity: identity, cgroup: cgroup, warnings: warnings,
        input: outside[0], output: outside[1], errorOutput: outside[2], mounts: mounts)
    } catch {
      kill(pid, SIGKILL)
      _ = try? waitFor(pid)
      for fd in outside + [mounts] where fd >= 0 { close(fd) }
      throw error
    }
  }

  /// Pipes for the three streams; without `-i` stdin is /dev/null. First the container's ends.
  private static func standardStreams(_ openStdin: Bool) throws -> ([Int32], [Int32]) {
    let output = try FileDescriptor.pipe().split()
    let errorOutput = try FileDescriptor.pipe().split()
    guard openStdin else {
      let null = try FileDescriptor.open("/dev/null", O_RDWR).release()
      return ([null, output.write, errorOutput.write], [-1, output.read, errorOutput.read])
    }
    let input = try FileDescriptor.pipe().split()
    return (
      [input.read, output.write, errorOutput.write], [input.write, output.read, errorOutput.read]
    )
  }

  /// The init process: in new namespaces, or by way of a stage where it has to join a user namespace, which
  /// the monitor could never leave again.
  private static func clone(
    _ process: InitProcess, _ cgroup: CgroupHandle?, _ group: Int32, _ syncMonitor: Int32
  ) throws -> (pid_t, Int32) {
    let script = process.script
    if script.userNamespacePath != nil {
      let pid = try RuntimeProcess.makeThroughStage(
        process, cgroup, group, syncMonitor, script.namespaces
      ) { try script.enterStage() }
      return (pid, openProcess(pid)?.release() ?? -1)
    }
    guard case .parent(let pid, let pidfd) = try cloneProcess(script.namespaces, cgroup: group)
    else {
      var process = process
      close(syncMonitor)
      process.run(in: cgroup, born: group >= 0)
    }
    return (pid, pidfd)
  }

  private static func go(_ sync: Int32) {
    var go = InitProcess.Message.go
    _ = send(sync, &go, 1, Int32(MSG_NOSIGNAL))
  }

  /// Pipes for a container whose root is not ours: it could not give them to anybody itself.
  static func give(_ streams: [Int32], to owner: (user: UInt32, group: UInt32)) {
    for fd in streams {
      var info = stat()
      guard fstat(fd, &info) == 0, info.st_mode & S_IFMT == S_IFIFO else { continue }
      SyscallTrace.note(
        "fchown", "stream, \(owner.user)", fchown(fd, owner.user, owner.group))
    }
  }

  /// What only the host may raise, or lower.
  private static func giveLimits(_ script: LaunchScript, _ pid: pid_t) {
    guard script.rootOwner != nil else { return }
    for case .setRlimit(let limit) in script.operations {
      ResourceLimit(rawValue: limit.type)?.makeRoom(for: pid, hard: limit.hard)
    }
    if let score = script.outOfMemoryScore {
      try? File.command("/proc/\(pid)/oom_score_adj", score)
    }
  }

  static func writeIDMaps(_ script: LaunchScript, _ pid: pid_t) throws {
    guard let uid = script.uidMappings else { return }
    try File.command("/proc/\(pid)/uid_map", uid.mapText)
    try File.command("/proc/\(pid)/gid_map", (script.gidMappings ?? []).mapText)
  }

  /// Reads the init process's socket to its end. Returns the pty's master if one was sent; throws
  /// the failure if one was sent.
  static func awaitExec(_ sync: Int32) throws -> Int32? {
    var master: Int32?
    while true {
      var bytes = [UInt8](repeating: 0, count: 8192)
      var passed: Int32 = -1
      let count = try check(
        retryingInterrupts { receiveDescriptor(sync, &passed, &bytes) }, "recvmsg", "sync socket")
      if count == 0 { return master }
      switch bytes[0] {
      case InitProcess.Message.console: master = passed
      default:
        if let master { close(master) }
        bytes.removeSubrange(count...)
        while case let more = try readAll(sync), !more.isEmpty { bytes += more }
        throw
          (try? JSONDecoder().decode(LaunchFailure.self, from: Data(bytes.dropFirst())))
          ?? LaunchFailure(operation: "launch", message: "the init process failed")
      }
    }
  }
}
