// Bash commands as a lab writes them: a solution, a wrong answer, a set-up, a script check. They run
// in a process group of their own, so that a deadline ends all of them, and with output in a file,
// so that a container left running in the background holds up nobody by keeping a pipe open.

import Glibc
import Linux
import Support

/// Runs bash commands and waits for them.
package enum Bash {
  /// What came of it.
  package struct Outcome: Sendable {
    package var status: Int32
    /// Standard output and error, as they came.
    package var output: String
    package var timedOut: Bool
    /// The line, from 1, of the command that was being run when time was up; nil when none was.
    package var line: Int?
  }

  /// Runs `text` in `folder`. One command after the other, whether or not one fails.
  package static func run(
    _ text: String, folder: String, environment: [String: String], timeout: Duration
  ) throws -> Outcome {
    let output = FileDescriptor(owning: try createMemoryFile("dklab-output"))
    let file = FileDescriptor(owning: try createMemoryFile("dklab-script"))
    let place = FileDescriptor(owning: try createMemoryFile("dklab-place"))
    for descriptor in [output.number, file.number, place.number] {
      try setInheritable(descriptor, false)
    }
    // Their names in /proc save making files, and removing them whatever happens.
    func path(_ number: Int32) -> String { "/proc/\(getpid())/fd/\(number)" }
    let before =
      "cd \(quoted(folder)) || exit 2\n" + CommandRecorder.bashScript(place: path(place.number))
    try writeAll(file.number, before + text)
    let pid = try spawn(["bash", "--norc", path(file.number)], environment, output.number)
    let (status, timedOut) = try wait(pid, timeout)
    lseek(output.number, 0, SEEK_SET)
    let bytes = (try? readAll(output.number, limit: 4 << 20)) ?? []
    let above = before.utf8.count { $0 == UInt8(ascii: "\n") }
    return Outcome(
      status: status.code, output: String(decoding: bytes, as: UTF8.self), timedOut: timedOut,
      line: line(in: place.number).map { $0 - above }.flatMap { $0 > 0 ? $0 : nil })
  }

  /// The number that the script has written last.
  private static func line(in place: Int32) -> Int? {
    lseek(place, 0, SEEK_SET)
    guard let bytes = try? readAll(place, limit: 64) else { return nil }
    return Int(String(decoding: bytes, as: UTF8.self))
  }

  /// Becomes bash with one line of the student's, taken down as in the lab's shell.
  static func become(_ line: String, folder: String, _ environment: [String: String]) -> Never {
    for (name, value) in environment { setenv(name, value, 1) }
    if chdir(folder) == 0 {
      let script =
        (CommandRecorder.isUnsure(line) ? "__dklab_unsure=1\n" : "")
        + CommandRecorder.bashScript() + line + "\n"
      let words = ["bash", "--norc", "-c", script]
      let argv = words.map { strdup($0) } + [nil]
      execvp("bash", argv)
    }
    try? writeAll(2, "bash: \(String(cString: strerror(errno)))\n")
    _exit(126)
  }

  private static func spawn(
    _ arguments: [String], _ environment: [String: String], _ output: Int32
  ) throws -> pid_t {
    let null = try FileDescriptor.open("/dev/null", O_RDONLY)
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, null.number, 0)
    posix_spawn_file_actions_adddup2(&actions, output, 1)
    posix_spawn_file_actions_adddup2(&actions, output, 2)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
    var argv = arguments.map { strdup($0) } + [nil]
    var envp = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for pointer in argv + envp { free(pointer) } }
    var pid: pid_t = 0
    let result = posix_spawnp(&pid, arguments[0], &actions, &attributes, &argv, &envp)
    guard result == 0 else { throw SyscallError("posix_spawn", arguments[0], errno: result) }
    return pid
  }

  private static func wait(
    _ pid: pid_t, _ timeout: Duration
  ) throws -> (status: ExitStatus, timedOut: Bool) {
    let deadline = monotonicMilliseconds() + timeout.milliseconds
    while true {
      var status: Int32 = 0
      let ended = try check(
        retryingInterrupts { waitpid(pid, &status, WNOHANG) }, "waitpid", "\(pid)")
      if ended == pid { return (ExitStatus(waitStatus: status), false) }
      let left = deadline - monotonicMilliseconds()
      guard left > 0 else {
        kill(-pid, SIGKILL)
        return (try waitFor(pid), true)
      }
      _ = waitForAnyEnd(of: [pid], milliseconds: Int32(min(left, 1000)))
    }
  }

  /// `word` as bash reads it back: quoted when it needs to be.
  package static func quoted(_ word: String) -> String {
    let isPlain = word.utf8.allSatisfy { byte in
      (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
        || "-_./:=@,+%".utf8.contains(byte)
    }
    return isPlain && !word.isEmpty
      ? word
      : "'"
        + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''")
        + "'"
  }
}

extension Duration {
  /// Whole milliseconds.
  package var milliseconds: Int64 {
    components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
  }
}
