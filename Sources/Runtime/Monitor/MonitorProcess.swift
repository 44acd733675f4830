import CLinux
import FoundationEssentials
import Glibc
import Linux
import Support

/// Starts monitors: `dklab __monitor INSTANCE CONTAINER`, detached from the terminal and from the
/// session, with the control socket as descriptor 3.
package enum MonitorProcess {
  /// The number under which a monitor finds its control socket.
  package static let controlDescriptor: Int32 = 3

  /// A monitor that has been started and waits for its request. Started before the request is
  /// known, so that its start-up runs on the other core.
  package struct Started: ~Copyable {
    package let pid: pid_t
    package let control: FileDescriptor
    package var identity: ProcessIdentity? { ProcessIdentity(of: pid) }

    /// Hands out the socket, for `MonitorClient`.
    package consuming func release() -> Int32 { control.release() }
  }

  /// Starts one. `passing` are descriptors it inherits, numbered from 4 in this order.
  package static func start(
    instance: String, container: String, root: String, logPath: String?, passing: [Int32] = []
  ) throws -> Started {
    let executable = try SelfExecutable()
    let (mine, theirs) = try UnixSocket.pair()
    defer { close(theirs) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    // The numbers wanted may be taken by what is passed: lift everything out of the way first.
    var lifted: [Int32] = []
    defer { for fd in lifted { close(fd) } }
    for fd in [theirs] + passing {
      lifted.append(try check(dk_fcntl_int(fd, F_DUPFD_CLOEXEC, 100), "fcntl", "F_DUPFD"))
    }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDWR, 0)
    posix_spawn_file_actions_adddup2(&actions, 0, 1)
    posix_spawn_file_actions_addopen(
      &actions, 2, logPath ?? "/dev/null", O_WRONLY | O_CREAT | O_APPEND, 0o600)
    for (index, fd) in lifted.enumerated() {
      posix_spawn_file_actions_adddup2(&actions, fd, controlDescriptor + Int32(index))
    }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    var all = sigset_t()
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setflags(
      &attributes,
      Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETSIGDEF) | Int16(0x80))  // SETSID

    let arguments = arguments(root: root, instance: instance, container: container)
    var argv: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
    defer { for pointer in argv { free(pointer) } }
    let variables = inheritedVariables.map { "\($0.name)=\($0.value)" }
    var envp: [UnsafeMutablePointer<CChar>?] = variables.map { strdup($0) } + [nil]
    defer { for pointer in envp { free(pointer) } }
    var pid: pid_t = 0
    let result = posix_spawn(&pid, executable.path, &actions, &attributes, &argv, &envp)
    guard result == 0 else {
      close(mine)
      throw SyscallError("posix_spawn", "dklab __monitor", errno: result)
    }
    return Started(pid: pid, control: FileDescriptor(owning: mine))
  }

  /// The command line of a monitor, as `ps` shows it.
  package static func arguments(root: String, instance: String, container: String) -> [String] {
    ["dklab", "__monitor", root, instance, container]
  }

  /// All that a monitor sees of the environment of the command that started it.
  static var inheritedVariables: [(name: String, value: String)] {
    ["DKLAB_LANG", "PATH", "TZ"].compactMap { name in
      getenv(name).map { (name, String(cString: $0)) }
    }
  }

  /// The request, on the monitor's side: one length-prefixed JSON document.
  package static func receiveRequest() throws -> MonitorRequest? {
    var header = [UInt8](repeating: 0, count: 4)
    guard readExactly(&header) else { return nil }
    let count = header.reduce(0) { $0 << 8 | Int($1) }
    var body = [UInt8](repeating: 0, count: count)
    guard count < 64 << 20, readExactly(&body) else { return nil }
    return try JSONDecoder().decode(MonitorRequest.self, from: Data(body))
  }

  /// Sends the request from the client's side.
  package static func send(_ request: MonitorRequest, on control: Int32) throws {
    let body = try JSONEncoder().encode(request)
    var bytes: [UInt8] = []
    for shift in [24, 16, 8, 0] { bytes.append(UInt8(truncatingIfNeeded: body.count >> shift)) }
    bytes.append(contentsOf: body)
    try bytes.withUnsafeBytes { try writeAll(control, $0) }
  }

  private static func readExactly(_ bytes: inout [UInt8]) -> Bool {
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeMutableBytes { buffer in
        retryingInterrupts {
          read(controlDescriptor, buffer.baseAddress?.advanced(by: done), buffer.count - done)
        }
      }
      if count <= 0 { return false }
      done += count
    }
    return true
  }
}
