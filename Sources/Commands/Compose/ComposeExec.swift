import ArgumentParser
import Compose
import Engine
import Glibc
import Runtime
import Support

struct ComposeExec: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "exec", abstract: "Execute a command in a running container",
    usage: "\(ProgramName.compose) exec [OPTIONS] SERVICE COMMAND [ARGS...]")

  @OptionGroup var project: ComposeProjectOptions
  @Flag(name: .shortAndLong, help: "Detached mode: Run command in the background")
  var detach = false
  @Option(name: .shortAndLong, help: "Set environment variables") var env: [String] = []
  @Option(help: "Index of the container if service has multiple replicas") var index: Int?
  @Flag(
    name: .shortAndLong, inversion: .prefixedNo, help: "Keep STDIN open even if not attached")
  var interactive = true
  @Flag(
    name: [.customShort("T"), .customLong("no-tty")],
    help: "Disable pseudo-TTY allocation. By default a TTY is allocated on a terminal")
  var noTty = false
  @Flag(help: "Give extended privileges to the process") var privileged = false
  @Option(name: .shortAndLong, help: "Run the command as this user") var user: String?
  @Option(name: .shortAndLong, help: "Path to workdir directory for this command")
  var workdir: String?
  @Argument(
    parsing: .captureForPassthrough,
    help: ArgumentHelp("Service and command", valueName: "service"))
  var words: [String]

  func run() throws {
    let session = try ComposeSession(project, services: [words[0]], everything: true)
    var wish = ExecWish(arguments: Array(words.dropFirst()))
    wish.environment = try env.map { text in
      try flagValue("-e, --env", text) { try EnvironmentOption.variable($0) }
    }
    wish.user = user
    wish.workingDirectory = workdir
    wish.tty = !noTty && !detach && isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1
    wish.interactive = interactive && !detach
    wish.detached = detach
    wish.privileged = privileged
    wish.detachKeys = DetachKeys.standard
    let record = try session.record(words[0], index: index)
    guard record.state.isActive else {
      throw DklabError(
        .conflict, id: "compose.not-running",
        Text(
          "service \"\(words[0])\" is not running", ko: "\"\(words[0])\" 서비스가 실행 중이 아닙니다"),
        exitStatus: 1)
    }
    try session.engine.exec(record, wish)
  }
}

struct ComposeAttach: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "attach",
    abstract: "Attach local standard input, output, and error streams to a service's container",
    usage: "\(ProgramName.compose) attach [OPTIONS] SERVICE")

  @OptionGroup var project: ComposeProjectOptions
  @Option(help: "Override the key sequence for detaching from a container")
  var detachKeys: String?
  @Option(help: "Index of the container if service has multiple replicas") var index: Int?
  @Flag(help: "Do not attach STDIN") var noStdin = false
  @Flag(inversion: .prefixedNo, help: "Proxy all received signals to the process")
  var sigProxy = true
  @Argument var service: String

  func run() throws {
    let session = try ComposeSession(project, services: [service], everything: true)
    let record = try session.record(service, index: index)
    let keys = try detachKeys.map(DetachKeys.parse) ?? DetachKeys.standard
    guard record.state.isActive else { throw session.engine.notRunning(record) }
    try AttachSession.run(
      session.engine, record,
      MonitorClient.Attachment(
        input: !noStdin && record.spec.openStdin, terminal: record.spec.tty, detachKeys: keys,
        passesSignals: sigProxy))
  }
}
