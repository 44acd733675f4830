import FoundationEssentials
import Glibc
import Linux
import Support

/// Runs LinuxProbe, which stands beside the test program.
enum Probe {
  static let path: String = {
    let tests = (try? File.link("/proc/self/exe")) ?? ""
    return String(tests[..<(tests.lastIndex(of: "/") ?? tests.startIndex)]) + "/LinuxProbe"
  }()

  struct Result {
    var lines: [String]
    var status: ExitStatus
  }

  /// Runs LinuxProbe (or another program) to its end and returns what it printed.
  static func run(_ arguments: [String], program: String = path) throws -> Result {
    try Running.start([program] + arguments).finish()
  }

  /// A started program, with its output in a pipe.
  struct Running: ~Copyable {
    let pid: pid_t
    fileprivate let output: FileDescriptor

    static func start(_ command: [String]) throws -> Running {
      let (read, write) = try FileDescriptor.pipe().split()
      let output = FileDescriptor(owning: read)
      var actions = posix_spawn_file_actions_t()
      posix_spawn_file_actions_init(&actions)
      posix_spawn_file_actions_adddup2(&actions, write, 1)
      posix_spawn_file_actions_adddup2(&actions, write, 2)
      var arguments: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) }
      arguments.append(nil)
      var child: pid_t = 0
      let failure = posix_spawnp(&child, command[0], &actions, nil, &arguments, environ)
      close(write)
      arguments.forEach { free($0) }
      posix_spawn_file_actions_destroy(&actions)
      if failure != 0 { throw SyscallError("posix_spawn", command[0], errno: failure) }
      return Running(pid: child, output: output)
    }

    /// Waits for the end.
    consuming func finish() throws -> Result {
      let text = String(decoding: try readAll(output.number), as: UTF8.self)
      let status = try waitFor(pid)
      return Result(lines: text.split(whereSeparator: \.isNewline).map(String.init), status: status)
    }
  }

  /// `value` as the JSON that LinuxProbe takes.
  static func json(_ value: some Encodable) throws -> String {
    String(decoding: try JSONEncoder().encode(value), as: UTF8.self)
  }
}

/// What a test may need of the machine.
enum Machine {
  static let isRoot = geteuid() == 0
  static let cgroups = CgroupLayout.observe()

  static func has(program: String) -> Bool {
    ["/usr/bin", "/usr/sbin", "/usr/local/bin"].contains { access("\($0)/\(program)", X_OK) == 0 }
  }
}
