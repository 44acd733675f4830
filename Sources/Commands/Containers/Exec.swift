import ArgumentParser
import Engine
import Glibc
import Support

struct Exec: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "exec", abstract: "Execute a command in a running container",
    usage: "\(ProgramName.current) exec [OPTIONS] CONTAINER COMMAND [ARG...]")

  @Flag(name: .shortAndLong, help: "Detached mode: run command in the background")
  var detach = false
  @Option(name: .long, help: "Override the key sequence for detaching a container")
  var detachKeys: String?
  @Option(name: .shortAndLong, help: "Set environment variables") var env: [String] = []
  @Option(name: .long, help: "Read in a file of environment variables") var envFile: [String] = []
  @Flag(name: .shortAndLong, help: "Keep STDIN open even if not attached") var interactive = false
  @Flag(name: .long, help: "Give extended privileges to the command") var privileged = false
  @Flag(name: .shortAndLong, help: "Allocate a pseudo-TTY") var tty = false
  @Option(name: .shortAndLong, help: "Username or UID (format: <name|uid>[:<group|gid>])")
  var user: String?
  @Option(name: .shortAndLong, help: "Working directory inside the container") var workdir: String?
  /// For the kubelet, which kills what takes too long.
  @Flag(name: .customLong("dies-with-caller"), help: .hidden) var diesWithCaller = false
  @Argument(
    parsing: .captureForPassthrough,
    help: ArgumentHelp("Container and command", valueName: "container"),
    completion: Completion.runningContainers)
  var words: [String]

  func run() throws {
    var wish = ExecWish(arguments: Array(words.dropFirst()))
    wish.environment = try envFile.flatMap { try EnvironmentOption.variables(ofFile: $0) }
    wish.environment += try env.map { text in
      try flagValue("-e, --env", text) { try EnvironmentOption.variable($0) }
    }
    wish.user = user
    wish.workingDirectory = workdir
    wish.tty = tty
    wish.interactive = interactive
    wish.detached = detach
    wish.privileged = privileged
    wish.diesWithCaller = diesWithCaller
    wish.detachKeys = try detachKeys.map(DetachKeys.parse) ?? DetachKeys.standard
    if tty, interactive, !detach, isatty(STDIN_FILENO) == 0 {
      throw DklabError(
        .invalid, id: "exec.no-tty",
        Text("the input device is not a TTY", ko: "표준 입력이 터미널이 아닙니다"),
        hint: Text("leave out -t in scripts and pipes", ko: "스크립트나 파이프에서는 -t를 빼세요"))
    }
    let engine = try openEngine()
    try engine.exec(try engine.container(words[0]), wish)
  }
}
