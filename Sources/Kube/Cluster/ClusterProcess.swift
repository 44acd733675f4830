import CLinux
import Glibc
import Linux
import Support

/// Starts and ends the processes of a cluster. They belong to nobody's terminal and live until they
/// are told to end.
package enum ClusterProcess {
  /// Starts `dklab ARGUMENTS…` with its output in `log`, and waits until it says that it is ready,
  /// or has ended.
  ///
  /// - Throws: `DklabError` `kube.start` with the last lines of the log when it ends instead.
  package static func start(_ arguments: [String], log: String, what: Text) throws {
    try begin(arguments, log: log, what: what).awaitReady()
  }

  /// A process that was started and has not said that it is ready yet.
  struct Begun: ~Copyable {
    let pid: pid_t
    let ready: FileDescriptor
    let log: String
    let what: Text

    /// Waits until it says so, or has ended, which throws `kube.start`.
    consuming func awaitReady() throws {
      var byte: UInt8 = 0
      let count = retryingInterrupts { read(ready.number, &byte, 1) }
      if count == 1 { return }
      var status: Int32 = 0
      waitpid(pid, &status, 0)
      let lines = ((try? File.text(log)) ?? "").split(separator: "\n").suffix(3)
      throw DklabError(
        .unavailable, id: "kube.start",
        Text(
          "\(what.en) did not start: \(lines.joined(separator: "; "))",
          ko: "\(what.ko)이(가) 시작되지 않았습니다: \(lines.joined(separator: "; "))"),
        hint: Text("the whole log is in \(log)", ko: "전체 로그는 \(log)에 있습니다"))
    }
  }

  /// Starts the same without waiting for it.
  static func begin(_ arguments: [String], log: String, what: Text) throws -> Begun {
    let (mine, theirs) = try UnixSocket.pair()
    let ready = FileDescriptor(owning: mine)
    let lifted = try duplicate(theirs, above: 100)
    close(theirs)
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDWR, 0)
    posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    posix_spawn_file_actions_adddup2(&actions, 1, 2)
    posix_spawn_file_actions_adddup2(&actions, lifted, 3)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    // A session of its own: the terminal's signals and end do not reach it.
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK) | Int16(0x80))
    var argv: [UnsafeMutablePointer<CChar>?] = (["dklab"] + arguments).map { strdup($0) } + [nil]
    defer { for pointer in argv { free(pointer) } }
    var pid: pid_t = 0
    let result = posix_spawn(&pid, "/proc/self/exe", &actions, &attributes, &argv, environ)
    guard result == 0 else {
      close(lifted)
      throw SyscallError("posix_spawn", "dklab", errno: result)
    }
    close(lifted)
    return Begun(pid: pid, ready: ready, log: log, what: what)
  }

  /// Asks processes to end, all at once, waits for all of them, and makes those end that have not after
  /// some seconds.
  package static func stop(_ identities: [ProcessIdentity]) throws {
    var left = try identities.filter { try $0.send(.terminate) }
    for signal in [Signal.kill, nil] {
      let deadline = monotonicMilliseconds() + 5000
      while !left.isEmpty, monotonicMilliseconds() < deadline {
        _ = waitForAnyEnd(of: left.map(\.pid), milliseconds: 1000)
        left.removeAll { !$0.isAlive }
      }
      if let signal { for identity in left { _ = try identity.send(signal) } }
    }
  }
}
