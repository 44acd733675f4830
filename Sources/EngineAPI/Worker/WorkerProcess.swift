import Engine
import FoundationEssentials
import Glibc
import Linux
import Runtime
import Support

/// One worker, on the server's side. Used by one thread at a time.
final class WorkerProcess: Sendable {
  let pid: pid_t
  private let socket: Int32

  /// Starts one: in a session of its own, so that a Ctrl-C meant for the server does not reach it.
  init() throws {
    let executable = try SelfExecutable()
    let (mine, theirs) = try UnixSocket.pair()
    defer { close(theirs) }
    pid = try spawnSelf(
      executable.path, ["dklab", "__engine"], streams: [-1, -1, 2], passing: [theirs])
    socket = mine
  }

  /// Sends `request` with `descriptors` and waits for the answer; nil when the worker has ended
  /// without one.
  func call(_ request: WorkerRequest, passing descriptors: [Int32] = []) throws -> WorkerAnswer? {
    try WorkerWire.send(request, on: socket)
    for fd in descriptors { try sendDescriptor(socket, fd, kind: 1) }
    return try WorkerWire.receive(WorkerAnswer.self, on: socket)
  }

  /// The descriptor that an answer promised; the caller closes it.
  func receive() throws -> Int32 {
    var (fd, byte) = (Int32(-1), [UInt8](repeating: 0, count: 1))
    guard receiveDescriptor(socket, &fd, &byte) == 1, fd >= 0 else {
      throw SyscallError("recvmsg", "worker")
    }
    return fd
  }

  /// Waits until it has ended.
  func wait() throws -> ExitStatus { try waitFor(pid) }

  /// Lets it go: it reads the end of the socket. Waits for its end.
  func end() {
    shutdown(socket, Int32(SHUT_RDWR))
    _ = try? waitFor(pid)
  }

  deinit { close(socket) }
}

/// posix_spawn(3) of this binary with `arguments`, in a session of its own. `streams` are what it has
/// as 0, 1 and 2 (-1: /dev/null); `passing` as 3, 4, …. Nothing else is handed on.
func spawnSelf(
  _ path: String, _ arguments: [String], streams: [Int32], passing: [Int32] = [],
  environment: [String: String] = [:]
) throws -> pid_t {
  var actions = posix_spawn_file_actions_t()
  posix_spawn_file_actions_init(&actions)
  defer { posix_spawn_file_actions_destroy(&actions) }
  // The numbers wanted may be taken by what is passed: lift everything out of the way first.
  var lifted: [Int32] = []
  defer { for fd in lifted { close(fd) } }
  func lift(_ fd: Int32) throws -> Int32 {
    let copy = try duplicateDescriptor(fd, atLeast: 100)
    lifted.append(copy)
    return copy
  }
  for (index, fd) in streams.enumerated() {
    if fd < 0 {
      posix_spawn_file_actions_addopen(&actions, Int32(index), "/dev/null", O_RDWR, 0)
    } else {
      posix_spawn_file_actions_adddup2(&actions, try lift(fd), Int32(index))
    }
  }
  for (index, fd) in passing.enumerated() {
    posix_spawn_file_actions_adddup2(&actions, try lift(fd), Int32(3 + index))
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
  // 0x80 is POSIX_SPAWN_SETSID.
  posix_spawnattr_setflags(
    &attributes, Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETSIGDEF) | Int16(0x80))
  let variables = ProcessInfo.processInfo.environment.merging(environment) { $1 }
  let argv = arguments.map { strdup($0) } + [nil]
  let envp = variables.map { strdup("\($0.key)=\($0.value)") } + [nil]
  defer { for pointer in argv + envp { free(pointer) } }
  var pid: pid_t = 0
  let result = posix_spawn(&pid, path, &actions, &attributes, argv, envp)
  guard result == 0 else {
    throw SyscallError("posix_spawn", arguments.joined(separator: " "), errno: result)
  }
  return pid
}
