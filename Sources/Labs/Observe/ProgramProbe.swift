import Linux
import Support

/// Programs that checks run: an author's script on the host, a command in a container. What they do
/// is not recorded as the student's, and neither can hold up the kit: see BoundedProgram.
enum ProgramProbe {
  private static let patience: Int64 = 10_000
  private static let limit = 1 << 20

  /// Bash commands of the lab's author.
  static func script(
    _ text: String, _ folder: String, _ environment: [String: String]
  ) throws -> ProbeResult {
    try run(
      ["bash", "--norc", "-c", text], Text("the lab's script", ko: "실습 스크립트"), folder, environment)
  }

  /// A command in a running container, started by the client `program`. Only what it prints to standard
  /// output counts as its value.
  static func execute(
    _ command: [String], in container: String, by program: String, _ folder: String,
    _ environment: [String: String]
  ) throws -> ProbeResult {
    let line = command.joined(separator: " ")
    return try run(
      [program, "exec", container] + command, Text("`\(line)`", ko: "`\(line)`"), folder,
      environment)
  }

  private static func run(
    _ arguments: [String], _ what: Text, _ folder: String, _ environment: [String: String]
  ) throws -> ProbeResult {
    var environment = environment
    environment["DKLAB_COMMANDS"] = "/dev/null"
    // The shims in front, for our own search along PATH too: this process has another one.
    let directory = environment["PATH"]?.split(separator: ":").first.map(String.init) ?? ""
    var arguments = arguments
    if arguments[0] == "dklab" { arguments[0] = directory + "/dklab" }
    let outcome = try BoundedProgram.run(
      arguments, environment: environment, folder: folder, timeout: patience, limit: limit)
    switch outcome.end {
    case .late:
      return .failed(
        Text("\(what.en) took more than 10 seconds", ko: "\(what.ko)이(가) 10초를 넘겼습니다"))
    case .excessive:
      return .failed(
        Text("\(what.en) printed more than 1 MiB", ko: "\(what.ko)이(가) 1 MiB 넘게 출력했습니다"))
    case .exited(let status):
      // A script that fails may explain itself on either stream.
      let said = outcome.output.trimmed.isEmpty ? outcome.errors : outcome.output
      return .output(status: Int(status.code), text: said.printable)
    }
  }
}
