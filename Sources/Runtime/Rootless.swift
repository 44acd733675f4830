// Containers without root.
//
// An ordinary user may make a user namespace, and inside it this user is root: over the namespaces,
// mounts and networks that belong to it, and over nothing else. So the first command of a user
// starts a keeper, a process that does nothing but hold such a namespace (and a mount namespace in
// it) open; every command steps in first and then works as root does. Containers of one user share
// it, which is why they can share one network.
//
// Which ids it has: with newuidmap(1) and a range in /etc/subuid, 65536 of them, so that images
// with many users work. Without, only one: everything the container's root makes belongs to the
// user, and no other id exists inside.
//
// When nothing but the keeper is left in the namespace for a minute, it goes too.
//
// Man pages: user_namespaces(7), newuidmap(1), subuid(5), setns(2).

import CLinux
import FoundationEssentials
import Glibc
import Linux
import Support

/// The way in for those who are not root.
package enum Rootless {
  /// Set in the environment of everything that has stepped in: the user's id outside.
  package static let variable = "DKLAB_ROOTLESS_UID"

  /// Steps into the user's namespace, starting its keeper when there is none. Does nothing for
  /// root. `state` is a directory of the user's.
  ///
  /// Throws `DklabError` `rootless.refused` when this kernel does not let users make namespaces.
  package static func enter(state: String) throws {
    guard geteuid() != 0 else { return }
    let user = getuid()
    try Directory.make(state, mode: 0o700)
    // Held until this process ends, so that the keeper does not leave meanwhile. Shared: some of us
    // stay for days, and nobody may have to wait for them.
    _ = try lock("\(state)/lock", LOCK_SH)
    try join(try runningKeeper(state) ?? onlyKeeper(state, user: user))
    setenv(variable, "\(user)", 1)
  }

  /// A descriptor that holds the lock until it is closed.
  private static func lock(_ path: String, _ kind: Int32) throws -> Int32 {
    let file = try check(open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600), "open", path)
    try check(retryingInterrupts { flock(file, kind) }, "flock", path)
    return file
  }

  /// Starts the keeper, unless somebody else just has.
  private static func onlyKeeper(_ state: String, user: uid_t) throws -> ProcessIdentity {
    let turn = try lock("\(state)/start.lock", LOCK_EX)
    defer { close(turn) }
    return try runningKeeper(state) ?? startKeeper(state, user: user)
  }

  /// The process that holds this user's namespace, when there is one: for those who end it after
  /// everything in the namespace has been removed.
  package static func keeper(state: String) -> ProcessIdentity? {
    (try? runningKeeper(state)) ?? nil
  }

  private static func runningKeeper(_ state: String) throws -> ProcessIdentity? {
    guard let bytes = try? File.read("\(state)/keeper", limit: 4096),
      let keeper = try? JSONDecoder().decode(ProcessIdentity.self, from: Data(bytes)),
      keeper.isAlive
    else { return nil }
    return keeper
  }

  private static func join(_ keeper: ProcessIdentity) throws {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    let directory = getcwd(&buffer, buffer.count) == nil ? nil : buffer
    let user = try FileDescriptor.open(Namespace.user.path(of: keeper.pid), O_RDONLY)
    let mount = try FileDescriptor.open(Namespace.mount.path(of: keeper.pid), O_RDONLY)
    try setNamespace(user.number, .user, subject: "user namespace of \(keeper.pid)")
    try setNamespace(mount.number, .mount, subject: "mount namespace of \(keeper.pid)")
    try becomeRoot()
    // setns into a mount namespace moves the working directory to its root.
    if let directory { _ = chdir(directory) }
  }

  private static func becomeRoot() throws {
    _ = setgroups(0, nil)
    try check(dk_setresgid(0), "setresgid", "0")
    try check(dk_setresuid(0), "setresuid", "0")
  }

  private static func startKeeper(_ state: String, user: uid_t) throws -> ProcessIdentity {
    let group = getgid()
    let (mapped, mappedInside) = try UnixSocket.pair()
    let pid = try forkProcess()
    if pid == 0 {
      close(mapped)
      keep(mappedInside, state)
    }
    close(mappedInside)
    let socket = FileDescriptor(owning: mapped)
    var byte: UInt8 = 0
    guard read(socket.number, &byte, 1) == 1, byte == 1 else {
      _ = try? waitFor(pid)
      throw refused()
    }
    do {
      try writeMaps(pid, user: user, group: group)
    } catch {
      kill(pid, SIGKILL)
      _ = try? waitFor(pid)
      throw error
    }
    byte = 1
    write(socket.number, &byte, 1)
    guard read(socket.number, &byte, 1) == 1, let identity = ProcessIdentity(of: pid) else {
      throw refused()
    }
    try File.replace("\(state)/keeper", Array(JSONEncoder().encode(identity)), durable: false)
    return identity
  }

  private static func refused() -> DklabError {
    DklabError(
      .denied, id: "rootless.refused",
      Text(
        "this kernel does not let you make a user namespace",
        ko: "이 커널에서는 사용자 네임스페이스를 만들 수 없습니다"),
      hint: Text(
        "run as root, or allow it: sysctl kernel.unprivileged_userns_clone=1 (Debian), "
          + "sysctl kernel.apparmor_restrict_unprivileged_userns=0 (Ubuntu 24.04)",
        ko: "root로 실행하거나 허용하세요: sysctl kernel.unprivileged_userns_clone=1 (Debian), "
          + "sysctl kernel.apparmor_restrict_unprivileged_userns=0 (Ubuntu 24.04)"))
  }

  /// The keeper itself. Does not return.
  private static func keep(_ socket: Int32, _ state: String) -> Never {
    ProcessControl.setName("dklab:keeper")
    // Whatever made the keeper start, its command line is not the keeper's: `ps -ef | grep sleep`
    // would find both.
    ProcessControl.setCommandLine("dklab:keeper")
    setsid()
    var byte: UInt8 = 0
    guard (try? unshareNamespaces([.user, .mount])) != nil else {
      write(socket, &byte, 1)
      _exit(1)
    }
    byte = 1
    write(socket, &byte, 1)
    guard read(socket, &byte, 1) == 1, (try? becomeRoot()) != nil,
      (try? mountFileSystem(nil, at: "/", [.slave, .recursive], subject: "/")) != nil
    else { _exit(1) }
    write(socket, &byte, 1)
    let null = open("/dev/null", O_RDWR)
    for fd in Int32(0)...2 { dup2(null, fd) }
    _ = dk_close_range(3, UInt32.max, 0)
    chdir("/")
    for number in [SIGINT, SIGHUP, SIGQUIT, SIGPIPE] { signal(number, SIG_IGN) }
    var idle = 0
    while true {
      sleep(10)
      while reapAny() != nil {}
      idle = isAlone() ? idle + 1 : 0
      if idle >= 6 { leave(state) }
    }
  }

  /// Ends the keeper unless a command is in the namespace.
  private static func leave(_ state: String) {
    let lock = open("\(state)/lock", O_RDWR | O_CLOEXEC)
    guard lock < 0 || flock(lock, LOCK_EX | LOCK_NB) == 0 else {
      close(lock)
      return
    }
    unlink("\(state)/keeper")
    _exit(0)
  }

  /// Whether no other process is in this user namespace.
  private static func isAlone() -> Bool {
    guard let own = try? Namespace.user.inode() else { return false }
    for name in (try? Directory.list("/proc")) ?? [] {
      guard let pid = pid_t(name), pid != getpid() else { continue }
      if (try? Namespace.user.inode(of: pid)) == own { return false }
    }
    return true
  }

  private static func writeMaps(_ pid: pid_t, user: uid_t, group: gid_t) throws {
    if let users = subordinate("/etc/subuid", user), let groups = subordinate("/etc/subgid", user),
      runMapper("newuidmap", pid, user, users), runMapper("newgidmap", pid, group, groups)
    {
      return
    }
    // One id: allowed to everyone, if setgroups(2) is given up first.
    try File.command("/proc/\(pid)/setgroups", "deny")
    try File.command("/proc/\(pid)/uid_map", "0 \(user) 1\n")
    try File.command("/proc/\(pid)/gid_map", "0 \(group) 1\n")
  }

  /// The first range of `user` in /etc/subuid or /etc/subgid: first id and count.
  private static func subordinate(_ path: String, _ user: uid_t) -> (first: UInt32, count: UInt32)?
  {
    let ranges = SubordinateIDs.read(path).of(HostUsers.name(of: user), user)
    return ranges.first.map { ($0.first, $0.count) }
  }

  private static func runMapper(
    _ program: String, _ pid: pid_t, _ own: UInt32, _ range: (first: UInt32, count: UInt32)
  ) -> Bool {
    let arguments = [
      program, "\(pid)", "0", "\(own)", "1", "1", "\(range.first)", "\(range.count)",
    ]
    var argv: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
    defer { for pointer in argv { free(pointer) } }
    var child: pid_t = 0
    guard posix_spawnp(&child, program, nil, nil, &argv, environ) == 0 else { return false }
    return (try? waitFor(child).code) == 0
  }
}
