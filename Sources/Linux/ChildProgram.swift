// A program of the host, run for its output: gzip to unpack an archive, mmdebstrap to make one.
//
// posix_spawn(3) makes the child without copying this process, so it is also right where there are
// threads. The child gets three descriptors and nothing else; what it complains about is kept in
// an unnamed file, for the error message.
//
// Man pages: posix_spawn(3), memfd_create(2). Next: Process.swift for the container's own process.

import CLinux
import Glibc
import Support

/// A running program. Ended and collected at the latest when the value goes away.
package final class ChildProgram {
  /// What it prints, to be read to the end before `wait`.
  package let output: Int32
  private let name: String
  private let errors: Int32
  private var pid: pid_t

  /// Starts `arguments[0]`, found along PATH, with `input` as its standard input (none when nil).
  ///
  /// Throws `SyscallError("posix_spawn", …, ENOENT)` when there is no such program. `environment`
  /// adds to PATH, HOME and LC_ALL=C, which is all that the child gets otherwise.
  package init(_ arguments: [String], input: Int32? = nil, environment: [String] = []) throws {
    name = arguments[0]
    let null = try FileDescriptor.open("/dev/null", O_RDWR)
    let ends = try FileDescriptor.pipe()
    let complaints = FileDescriptor(
      owning: try check(dk_memfd_create("stderr", 1), "memfd_create"))

    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, input ?? null.number, 0)
    posix_spawn_file_actions_adddup2(&actions, ends.write.number, 1)
    posix_spawn_file_actions_adddup2(&actions, complaints.number, 2)

    // A parent that ignores SIGPIPE must not hand that down: the child of a closed pipe has to end.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var all = sigset_t()
    var none = sigset_t()
    sigfillset(&all)
    sigemptyset(&none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETSIGDEF) | Int16(POSIX_SPAWN_SETSIGMASK))

    var argv = arguments.map { strdup($0) } + [nil]
    var envp = (ChildProgram.environment + environment).map { strdup($0) } + [nil]
    defer {
      for pointer in argv + envp { free(pointer) }
    }
    pid = 0
    let result = posix_spawnp(&pid, arguments[0], &actions, &attributes, &argv, &envp)
    guard result == 0 else {
      // Every stored property has to have a value before a class can throw.
      output = -1
      errors = -1
      pid = 0
      throw SyscallError("posix_spawn", arguments[0], errno: result)
    }
    let (read, write) = ends.split()
    close(write)
    output = read
    errors = complaints.release()
  }

  deinit {
    if output >= 0 { close(output) }
    if errors >= 0 { close(errors) }
    if pid > 0 {
      kill(pid, SIGKILL)
      _ = try? waitFor(pid)
    }
  }

  /// Waits for its end; the last lines it complained with, and how it ended.
  package func wait() throws -> (status: ExitStatus, complaints: String) {
    let status = try waitFor(pid)
    pid = 0
    let size = lseek(errors, 0, SEEK_END)
    lseek(errors, max(0, size - 2_000), SEEK_SET)
    let text = String(decoding: try readAll(errors), as: UTF8.self)
    let lines = text.split(separator: "\n").suffix(5).map(String.init)
    return (status, lines.joined(separator: "\n"))
  }

  /// Whether `program` is in a directory of PATH, and where.
  package static func find(_ program: String) -> String? {
    path.split(separator: ":").map { "\($0)/\(program)" }.first { access($0, X_OK) == 0 }
  }

  private static var path: String {
    let standard = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    return getenv("PATH").map { String(cString: $0) + ":" + standard } ?? standard
  }

  private static var environment: [String] {
    let home = getenv("HOME").map { String(cString: $0) } ?? "/"
    return ["PATH=\(path)", "HOME=\(home)", "LC_ALL=C"]
  }
}
