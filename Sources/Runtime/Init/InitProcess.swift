// The init process: carries out a launch from the inside.
//
// It is born by clone3(2) into the container's new namespaces, as process 1 of its pid namespace,
// with the monitor's memory and no other thread. It executes the operations of the plan in order
// and ends in execve(2): the program of the image takes over its process id, its namespaces, its
// cgroup, and nothing else of it.
//
// It speaks with the monitor through one socket: `console` carries the master end of a new pty,
// `listener` the number of a seccomp listener, `failure` an error; the end of the stream, which
// execve causes because the socket is close-on-exec, says that the program runs. From the monitor
// comes one byte: go on; before it, for a step of a build, perhaps the layers to begin with. Of a
// container that is created now and started later, `ready` says that everything before the program is
// done; then the socket is the one that `start` opens, or with `run` the same as before.
//
// lab: init-process
// Next: InitProcess+Mounts.swift, InitProcess+Identity.swift.

import CLinux
import FoundationEssentials
import Glibc
import Linux
import Support

/// Executes a launch script in the child of clone3(2).
struct InitProcess {
  let script: LaunchScript
  /// The socket to the monitor; after `awaitStart` the one to whoever starts the container.
  var sync: Int32
  /// Where `start` knocks; -1 when nothing waits for it, or the one who made the process starts it.
  var listener: Int32 = -1
  /// What becomes descriptors 0, 1 and 2; with a terminal they are opened inside instead.
  var stdio: [Int32]
  var environment: [String]
  /// The namespaces to join, opened while their paths still mean something.
  var joined: [Namespace: Int32] = [:]
  /// Copies of mounts that the monitor made, by where they go.
  var copiedMounts: [String: Int32] = [:]
  /// The root file system that was attached over the old one: by name only the old one is found.
  var attachedRoot: Int32 = -1
  /// The working directory, when root could not enter it.
  var closedDirectory: String?
  /// Who makes this process is root there, and may take descriptors out of it in any case.
  let isMadeByRoot = geteuid() == 0
  /// This process's id as the host knows it, for hooks.
  var hostPid: pid_t = 0

  /// Messages on the sync socket, by their first byte.
  enum Message {
    static let go: UInt8 = 0x67
    static let console: UInt8 = 0x63
    static let failure: UInt8 = 0x65
    static let hooks: UInt8 = 0x68
    static let ready: UInt8 = 0x72
    static let listener: UInt8 = 0x6c
  }

  init(script: LaunchScript, sync: Int32, stdio: [Int32]) {
    self.script = script
    self.sync = sync
    self.stdio = stdio
    environment = script.environment
  }

  /// Carries the script out, as a member of `cgroup`. Does not return: execve(2) or _exit(2).
  mutating func run(in cgroup: CgroupHandle? = nil, born: Bool = false) -> Never {
    ProcessControl.setName("dklab:init")
    if let path = script.tracePath { SyscallTrace.begin(path) }
    do {
      SyscallTrace.heading("[init] enter the control group")
      try cgroup?.enter(born: born)
    } catch {
      fail(LaunchFailure(operation: "cgroup", message: "\(error)"))
    }
    // Until the program runs nobody inside may look into this process (its /proc/PID/exe is ours).
    // An ordinary user, however, could then not write the id maps: until they are there, nobody is
    // inside.
    if !awaitsMaps { try? ProcessControl.setDumpable(false) }
    SyscallTrace.note("umask", "0", Int32(umask(0)))
    var current = Operation.awaitHost
    do {
      try lookAround()
      // A process that joins a running container (exec) has no rootfs to make.
      let split = script.operations.firstIndex { $0.makesRootfs }
      let afterRootfs = split.map { $0 + 1 } ?? 0
      for operation in script.operations[..<afterRootfs] {
        current = operation
        SyscallTrace.heading("[init] \(operation)")
        try prepare(operation)
      }
      let root = try RootedDirectory(split.map { rootfsPath(script.operations[$0]) } ?? "/")
      if attachedRoot >= 0 { close(attachedRoot) }
      for operation in script.operations[afterRootfs...] {
        current = operation
        SyscallTrace.heading("[init] \(operation)")
        try execute(operation, root)
      }
      fail(LaunchFailure(operation: "execve", message: "the launch plan has no program"))
    } catch let failure as LaunchFailure {
      fail(failure)
    } catch let error as SyscallError {
      fail(
        LaunchFailure(operation: "\(current)", message: "\(error)", errno: error.errno))
    } catch {
      fail(LaunchFailure(operation: "\(current)", message: "\(error)"))
    }
  }

  private var awaitsMaps: Bool { script.operations.first == .becomeRoot(awaitingMaps: true) }

  /// What can be found out only in the host's mount namespace.
  private mutating func lookAround() throws {
    if script.hookState != nil {
      hostPid = (try? File.link("/proc/self")).flatMap { pid_t($0) } ?? getpid()
    }
    try openJoined()
  }

  /// Opens the namespaces that are joined later. A stage does so before it changes its user namespace: from
  /// inside, those of a process that never executed a program (`--init`) are out of reach.
  mutating func openJoined() throws {
    for case .joinNamespace(let kind, let path) in script.operations where joined[kind] == nil {
      joined[kind] = try FileDescriptor.open(path, O_RDONLY).release()
    }
  }

  private func rootfsPath(_ operation: Operation) -> String {
    switch operation {
    case .mountOverlay(let overlay): overlay.target
    case .attachRoot: "/proc/self/fd/\(attachedRoot)"
    case .bindRootfs(let path): path
    default: "/"
    }
  }

  /// What happens before there is a rootfs.
  private mutating func prepare(_ operation: Operation) throws {
    switch operation {
    case .becomeRoot(let awaitsMaps): try becomeRoot(awaitingMaps: awaitsMaps)
    case .makeMountsPrivate(let flags):
      try mountFileSystem(nil, at: "/", flags, subject: "propagation of /")
    case .joinNamespace(let kind, let path):
      guard let handle = joined.removeValue(forKey: kind) else { return }
      defer { close(handle) }
      try setNamespace(handle, kind, subject: path)
    case .mountOverlay(var overlay):
      if script.awaitsLayers ?? false {
        // Whoever waits must not hold what the build had mounted there for another step, of which this
        // namespace has a copy.
        while (try? unmountLazily(overlay.target)) != nil {}
        overlay.lower = try awaitLayers()
      }
      try overlay.mount()
    case .attachRoot: try attachRoot()
    case .bindRootfs(let path): try bindRootfs(path)
    default: preconditionFailure("\(operation) before the rootfs")
    }
  }

  private mutating func execute(_ operation: Operation, _ root: borrowing RootedDirectory) throws {
    switch operation {
    case .mount(let request): try mount(request, root)
    case .bind(let request): try bind(request, root)
    case .makeNode(let device): try makeNode(device, root)
    case .bindDevice(let source, let path): try bindDevice(source, path, root)
    case .symlink(let target, let path): try symlink(target, path, root)
    case .awaitHost: try awaitHost()
    case .awaitHostHooks:
      try tell(Message.hooks)
      try awaitHost()
    case .runHooks(let moment, let hooks): try runHooks(moment, hooks)
    case .raiseLoopback: try bringLoopbackUp()
    case .unshareCgroup: try unshareNamespaces([.cgroup])
    case .setHostname(let name):
      try check(sethostname(name, name.utf8.count), "sethostname", name)
    case .setDomainname(let name): try File.command("/proc/sys/kernel/domainname", name)
    case .writeSysctl(let key, let value):
      try File.command(Sysctl.path(key), value)
    case .mask(let path): try mask(path, root)
    case .makeReadOnly(let path): try makeReadOnly(path, root)
    case .makeDirectory(let path): _ = try root.makeDirectories(path)
    case .pivotRoot: try pivot(root)
    case .moveRoot: try moveRoot(root)
    case .setRootPropagation(let flags):
      try mountFileSystem(nil, at: "/", flags, subject: "propagation of /")
    case .makeRootReadOnly: try makeRootReadOnly()
    case .newSession: SyscallTrace.note("setsid", "", setsid())
    case .newKeyring(let name): try ProcessControl.joinSessionKeyring(name)
    case .openConsole(let size): try openConsole(size)
    default: try executeIdentity(operation)
    }
  }

  private func openConsole(_ size: WindowSize?) throws {
    let (master, slavePath) = try Terminal.openPair()
    if let size { try size.apply(to: master) }
    // Not by its name: what lies there may be somebody else's (CVE-2025-52565).
    let slave = try Terminal.openSlave(of: master)
    // /dev/console is what some programs open instead of their own terminal. A bind mount of the
    // slave, through descriptors: the name could lead elsewhere.
    let flags = O_CREAT | O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY
    // Only the container's first process: a later one (exec) has a terminal, not the console.
    let isFirst = script.operations.contains(where: \.makesRootfs)
    let file = isFirst ? open("/dev/console", flags, 0o600) : -1
    if file >= 0 {
      let place = FileDescriptor(owning: file)
      let copy = try DetachedMount(copying: slave, recursive: false, subject: slavePath)
      try copy.attach(to: place, subject: "/dev/console")
    }
    var kind = Message.console
    try check(dk_sendfd(sync, master, &kind, 1), "sendmsg", "console")
    close(master)
    for target in Int32(0)...2 { try check(dup2(slave.number, target), "dup2", slavePath) }
    try Terminal.setControlling(0)
  }

  /// Tells the monitor why, and ends.
  func fail(_ failure: LaunchFailure) -> Never {
    var message = [Message.failure]
    message += (try? Array(JSONEncoder().encode(failure))) ?? []
    message.withUnsafeBytes { try? writeAll(sync, $0) }
    // A socket that is closed with something unread in it (the go-ahead) resets the connection, and
    // the other side would not get the message.
    shutdown(sync, Int32(SHUT_RD))
    var rest: UInt8 = 0
    while retryingInterrupts({ recv(sync, &rest, 1, Int32(MSG_DONTWAIT)) }) > 0 {}
    _exit(failure.exitCode)
  }
}

extension Operation {
  /// Whether this is the operation after which there is a rootfs.
  fileprivate var makesRootfs: Bool {
    switch self {
    case .mountOverlay, .attachRoot, .bindRootfs: true
    default: false
    }
  }
}
