// The last steps: from root with everything to the program's user with just enough.
//
// Man pages: credentials(7), capabilities(7), setuid(2), execve(2). Next: Account.swift.

import CLinux
import Glibc
import Linux
import Support

extension InitProcess {
  mutating func executeIdentity(_ operation: Operation) throws {
    switch operation {
    case .setOOMScore(let score): setOOMScore(score)
    case .setRlimit(let limit): try setRlimit(limit)
    case .setPersonality(let value): try ProcessControl.setPersonality(value)
    case .setScheduler(let attributes, _): try attributes.apply()
    case .setIOPriority(let priority, _): try priority.apply()
    case .setLabel(let module, let label): try module.setLabel(label)
    case .dropBounding(let set):
      try CapabilitySets(
        bounding: set, effective: [], permitted: [], inheritable: [], ambient: []
      ).dropBounding()
    case .setUser(let user): try become(user)
    case .setCapabilities(let sets): try sets.apply()
    case .setNoNewPrivileges: try ProcessControl.setNoNewPrivileges()
    case .loadSeccomp: try script.seccomp?.load()
    case .loadSeccompForAgent: try loadSeccompForAgent()
    case .dieWithMonitor: try dieWithMonitor()
    case .changeDirectory(let path): try changeDirectory(path)
    case .awaitStart: try awaitStart()
    case .runHooks(let moment, let hooks): try runHooks(moment, hooks)
    case .forkInit: try forkInit()
    case .execute(let arguments): try executeProgram(arguments)
    default: preconditionFailure("\(operation) in the container")
    }
  }

  /// Lowering takes CAP_SYS_RESOURCE on some hosts; a score that stays is no reason not to start.
  /// For the OCI runtime it has been set from outside, where not being able to is an error.
  private func setOOMScore(_ score: Int) {
    if script.isExact { return }
    try? OwnProcessFile.command("oom_score_adj", "\(score)")
  }

  private func setRlimit(_ limit: SpecRlimit) throws {
    guard let resource = ResourceLimit(rawValue: limit.type) else {
      throw LaunchFailure(operation: "setrlimit", message: "unknown rlimit \(limit.type)")
    }
    try resource.apply(soft: limit.soft, hard: limit.hard, exactly: script.isExact)
  }

  /// The monitor may have died between clone3 and here: then the signal would never come.
  private func dieWithMonitor() throws {
    try ProcessControl.setParentDeathSignal(.kill)
    var entry = [PollEntry(fd: sync, events: .readable)]
    try pollDescriptors(&entry, timeout: 0)
    if entry[0].ready.contains(.hangUp) { _exit(137) }
  }

  private mutating func become(_ user: SpecUser) throws {
    let account = try Account.resolve(user)
    try refuseUnchanged(account)
    if script.terminal {
      SyscallTrace.note("fchown", "terminal, \(account.uid)", fchown(0, account.uid, gid_t.max))
    } else if script.inheritedDescriptors != nil {
      passStreams(to: account)
    } else {
      try giveStreams(to: account)
    }
    if !environment.contains(where: { $0.hasPrefix("HOME=") }) {
      environment.append("HOME=\(account.home)")
    }
    try CapabilitySets.keepAcrossUserChange()
    // In a user namespace with a single mapped id there are no other groups to set, and the kernel
    // may have switched setgroups(2) off.
    let groups = account.groups.map(String.init).text(separatedBy: ",")
    let result = SyscallTrace.note(
      "setgroups", groups, setgroups(account.groups.count, account.groups))
    if result != 0 && errno != EPERM { throw SyscallError("setgroups", groups) }
    try exists(dk_setresgid(account.gid), "setresgid", "group", account.gid)
    try exists(dk_setresuid(account.uid), "setresuid", "user", account.uid)
    SyscallTrace.note(
      "umask", "0" + String(user.umask ?? 0o022, radix: 8),
      Int32(umask(mode_t(user.umask ?? 0o022))))
    // setuid makes the kernel clear "dumpable" or set it; keep the door shut until execve.
    try? ProcessControl.setDumpable(false)
    if let directory = closedDirectory { try enter(directory) }
  }

  /// To setresuid(2) and its kin the highest number says "as before": that would be root.
  private func refuseUnchanged(_ account: Account) throws {
    guard ([account.uid, account.gid] + account.groups).contains(UInt32.max) else { return }
    throw LaunchFailure(
      operation: "setuid", message: "uid and gid \(UInt32.max) stand for nobody", errno: EINVAL)
  }

  /// In a user namespace only those ids exist that were mapped into it.
  private func exists(
    _ result: Int32, _ call: String, _ what: String, _ id: UInt32
  ) throws {
    if result < 0 && errno == EINVAL {
      throw LaunchFailure(
        operation: call,
        message: "\(what) \(id) does not exist in this user namespace: "
          + (script.rootOwner == nil
            ? "without root, other users take newuidmap and subordinate ids in /etc/subuid and "
              + "/etc/subgid"
            : "it has as many as /etc/subuid and /etc/subgid lend"),
        errno: EINVAL)
    }
    try check(result, call, "\(id)")
  }

  /// Pipes go to the program's user, who may then open /dev/stdout again. The host's /dev/null is
  /// exchanged for the container's own: a descriptor of the host's inode could be chmod'ed.
  private mutating func giveStreams(to account: Account) throws {
    for index in stdio.indices {
      var info = stat()
      try check(fstat(stdio[index], &info), "stat", "stdio")
      if info.st_mode & S_IFMT == S_IFIFO {
        SyscallTrace.note(
          "fchown", "stream \(index), \(account.uid)",
          fchown(stdio[index], account.uid, account.gid))
        continue
      }
      let own = open("/dev/null", O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
      guard own >= 0, fstat(own, &info) == 0, info.st_mode & S_IFMT == S_IFCHR,
        info.st_rdev == dev_t(dk_makedev(1, 3))
      else {
        throw LaunchFailure(
          operation: "stdio", message: "/dev/null of the container is not the null device")
      }
      close(stdio[index])
      stdio[index] = own
    }
  }

  /// Streams that somebody else made are passed on as they are; the program's user may open them
  /// again. Only the host's /dev/null is exchanged, where the container has one.
  private mutating func passStreams(to account: Account) {
    for index in stdio.indices {
      var info = stat()
      guard fstat(stdio[index], &info) == 0 else { continue }
      let type = info.st_mode & S_IFMT
      if type == S_IFIFO || type == S_IFSOCK || isatty(stdio[index]) == 1 {
        _ = fchown(stdio[index], account.uid, gid_t.max)
        continue
      }
      let null = dev_t(dk_makedev(1, 3))
      guard type == S_IFCHR, info.st_rdev == null else { continue }
      let own = open("/dev/null", O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
      guard own >= 0, fstat(own, &info) == 0, info.st_mode & S_IFMT == S_IFCHR, info.st_rdev == null
      else { continue }
      stdio[index] = own
    }
  }

  /// What root may not enter (a network file system that distrusts it) the program's user may: it is
  /// tried once more as that one.
  private mutating func changeDirectory(_ path: String) throws {
    do {
      try enter(path)
    } catch let error as SyscallError where error.errno == EACCES || error.errno == EPERM {
      closedDirectory = path
    }
  }

  private func enter(_ path: String) throws {
    try check(chdir(path.isEmpty ? "/" : path), "chdir to cwd", path)
    // A descriptor of the host's tree could be the working directory: then getcwd(2) fails.
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    guard getcwd(&buffer, buffer.count) != nil, buffer[0] == 47 else {
      throw LaunchFailure(
        operation: "chdir", message: "working directory \(path) is outside the container")
    }
  }

  /// Process 1 stays here and the program becomes its child.
  private func forkInit() throws {
    let pid = try check(dk_fork(), "fork")
    if pid == 0 {
      // A group of its own, in the foreground: or Ctrl-C would reach it from the terminal and once
      // more from process 1, which passes on what it gets.
      setpgid(0, 0)
      if script.terminal {
        signal(SIGTTOU, SIG_IGN)
        tcsetpgrp(0, getpid())
        signal(SIGTTOU, SIG_DFL)
      }
      return
    }
    close(sync)
    for fd in Int32(0)...2 where !script.terminal { close(fd) }
    _ = dk_close_range(3, UInt32.max, 0)
    PidOne.supervise(child: pid)
  }

  private func executeProgram(_ arguments: [String]) throws {
    guard let name = arguments.first, !name.isEmpty else {
      throw LaunchFailure(operation: "execve", message: "no command specified", exitCode: 127)
    }
    if !script.terminal {
      for fd in Int32(0)...2 where Int(fd) < stdio.count {
        try check(dup2(stdio[Int(fd)], fd), "dup2", "stdio")
      }
    }
    let search = ProgramSearch(environment: environment)
    let (path, failure) = search.find(name)
    if let failure { throw failure }
    // Everything above 2, and above what is to be passed on, closes when the program takes over.
    let first = UInt32(3 + (script.inheritedDescriptors ?? 0))
    SyscallTrace.note(
      "close_range", "\(first) and above, CLOSE_RANGE_CLOEXEC", dk_close_range(first, UInt32.max, 4)
    )
    _ = dk_unblock_all_signals()
    signal(SIGPIPE, SIG_DFL)
    let argv = arguments.map { strdup($0) } + [nil]
    let envp = environment.map { strdup($0) } + [nil]
    SyscallTrace.begin(call: "execve", "\(path), \(arguments)")
    execve(path, argv, envp)
    let number = errno
    SyscallTrace.failed(number)
    throw search.failure(name, path, number)
  }
}
