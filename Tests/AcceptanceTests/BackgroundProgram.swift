import Glibc
import Linux
import Support

/// A program that a test needs beside it, ended with the test.
final class BackgroundProgram {
  private let pid: pid_t
  private let output: Int32
  private var hasEnded = false

  /// Starts `arguments`, the first of which is a path, with `environment` on top of a plain one.
  init(_ arguments: [String], environment: [String: String] = [:]) throws {
    var variables = [
      "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root",
    ]
    variables.merge(environment) { $1 }
    let file = try createMemoryFile("output")
    try setInheritable(file, false)
    output = file
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, file, 1)
    posix_spawn_file_actions_adddup2(&actions, file, 2)
    // The test runner's threads block signals.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    var argv = arguments.map { strdup($0) } + [nil]
    var envp = variables.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for pointer in argv + envp { free(pointer) } }
    var pid: pid_t = 0
    let result = posix_spawnp(&pid, arguments[0], &actions, &attributes, &argv, &envp)
    guard result == 0 else { throw SyscallError("posix_spawn", arguments[0], errno: result) }
    self.pid = pid
  }

  /// What it printed so far.
  var printed: String {
    lseek(output, 0, SEEK_SET)
    return String(decoding: (try? readAll(output)) ?? [], as: UTF8.self)
  }

  /// Waits until it ends by itself.
  func wait() {
    guard !hasEnded else { return }
    var status: Int32 = 0
    waitpid(pid, &status, 0)
    hasEnded = true
  }

  /// Ends it at once, in the middle of whatever it does.
  func kill() {
    guard !hasEnded else { return }
    Glibc.kill(pid, SIGKILL)
    wait()
  }

  /// Ends it, and waits until it has ended.
  func end() {
    guard !hasEnded else { return }
    Glibc.kill(pid, SIGTERM)
    var status: Int32 = 0
    for _ in 0..<500 {
      if waitpid(pid, &status, WNOHANG) != 0 { return hasEnded = true }
      usleep(10_000)
    }
    kill()
  }

  deinit { close(output) }
}

/// A TCP port of 127.0.0.1 that was free a moment ago.
func freePort() throws -> UInt16 {
  let address = SocketAddress(.v4(IPv4Address(127, 0, 0, 1)), port: 0)
  let socket = try InternetSocket.bind(.stream, address)
  return SocketAddress(of: socket.number)?.port ?? 0
}

/// Whether somebody listens at `port` of 127.0.0.1.
func isListening(_ port: UInt16) -> Bool {
  let address = SocketAddress(.v4(IPv4Address(127, 0, 0, 1)), port: port)
  guard let socket = try? InternetSocket.connect(.stream, address) else { return false }
  var entries = [PollEntry(fd: socket.number, events: .writable)]
  guard (try? pollDescriptors(&entries, timeout: 1000)) ?? 0 > 0 else { return false }
  return InternetSocket.pendingError(socket.number) == 0
}
