import Glibc
import Linux
import Support
import Testing

/// NetworkProbe, which stands beside the test program: it makes the namespaces that a test process,
/// having threads, must not make.
final class Probe {
  static let path: String = {
    let tests = (try? File.link("/proc/self/exe")) ?? ""
    return String(tests[..<(tests.lastIndex(of: "/") ?? tests.startIndex)]) + "/NetworkProbe"
  }()

  /// What a test may need of the machine.
  static let isRoot = geteuid() == 0
  static let hasNft = ChildProgram.find("nft") != nil
  static let hasUnshare = ChildProgram.find("unshare") != nil

  private let pid: pid_t
  private var input: Int32
  private let output: Int32
  private var pending: [UInt8] = []
  private var hasEnded = false

  /// Starts NetworkProbe, or `command` with it.
  init(_ arguments: [String], through command: [String] = []) throws {
    let (questions, input) = try FileDescriptor.pipe().split()
    let (output, answers) = try FileDescriptor.pipe().split()
    self.input = input
    self.output = output
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, questions, 0)
    posix_spawn_file_actions_adddup2(&actions, answers, 1)
    posix_spawn_file_actions_adddup2(&actions, answers, 2)
    let words = command + [Probe.path] + arguments
    var strings = words.map { strdup($0) } + [nil]
    defer { strings.forEach { free($0) } }
    var child: pid_t = 0
    let failure = posix_spawnp(&child, words[0], &actions, nil, &strings, environ)
    close(questions)
    close(answers)
    pid = child
    if failure != 0 { throw SyscallError("posix_spawn", words[0], errno: failure) }
  }

  deinit {
    endInput()
    close(output)
    if !hasEnded {
      kill(pid, SIGKILL)
      _ = try? waitFor(pid)
    }
  }

  /// Runs it to its end and returns the lines it printed.
  static func run(_ arguments: String..., through command: [String] = []) throws -> [String] {
    let probe = try Probe(arguments, through: command)
    probe.endInput()
    return try probe.finish()
  }

  /// The next line it prints; nil at the end.
  func line() throws -> String? {
    while true {
      if let end = pending.firstIndex(of: UInt8(ascii: "\n")) {
        let line = String(decoding: pending[..<end], as: UTF8.self)
        pending.removeSubrange(...end)
        return line
      }
      var chunk = [UInt8](repeating: 0, count: 4096)
      let count = try check(
        retryingInterrupts { read(output, &chunk, chunk.count) }, "read", "probe")
      if count == 0 { return nil }
      pending += chunk[..<count]
    }
  }

  /// The lines up to and with the one that is `last`.
  func lines(until last: String) throws -> [String] {
    var lines: [String] = []
    while let line = try line() {
      lines.append(line)
      if line == last { return lines }
    }
    Issue.record("the probe ended: \(lines)")
    return lines
  }

  /// Asks a serving probe how many connections and flows it has open.
  func openCount() throws -> Int? {
    try writeAll(input, "\n")
    return try line().flatMap { $0.hasPrefix("open ") ? Int($0.dropFirst(5)) : nil }
  }

  /// Ends its input, and with it a serving probe.
  func endInput() {
    if input >= 0 { close(input) }
    input = -1
  }

  /// Waits for its end and returns the lines left.
  func finish() throws -> [String] {
    var lines: [String] = []
    while let line = try line() { lines.append(line) }
    let status = try waitFor(pid)
    hasEnded = true
    if status.code != 0 { lines.append("status \(status.code)") }
    return lines
  }
}
