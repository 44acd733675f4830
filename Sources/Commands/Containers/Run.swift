import ArgumentParser
import Engine
import Glibc
import Linux
import Runtime
import Support

struct Run: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Create and run a new container from an image",
    usage: "\(ProgramName.current) run [OPTIONS] IMAGE [COMMAND] [ARG...]", helpNames: .long)

  @OptionGroup var options: RunOptions
  @Flag(name: .shortAndLong, help: "Run container in background and print container ID")
  var detach = false
  @Option(name: .long, help: "Override the key sequence for detaching a container")
  var detachKeys: String?
  @Flag(inversion: .prefixedNo, help: "Proxy received signals to the process") var sigProxy = true
  @Flag(help: "Print the plan of the launch, with the reason of each step") var explain = false
  @Flag(help: "Print each system call of the launch, with its result") var trace = false
  @Flag(help: "Plan only: nothing is started, nothing is left behind") var dryRun = false
  @Argument(
    parsing: .captureForPassthrough, help: ArgumentHelp("Image and command", valueName: "image"),
    completion: Completion.images)
  var words: [String]

  func run() throws {
    try asRunFailure {
      let keys = try detachKeys.map(DetachKeys.parse) ?? DetachKeys.standard
      let spec = try options.spec(words, detached: detach)
      if options.interactive, options.tty, !detach, isatty(STDIN_FILENO) == 0 {
        throw DklabError(
          .invalid, id: "run.no-tty",
          Text("the input device is not a TTY", ko: "표준 입력이 터미널이 아닙니다"),
          hint: Text("leave out -t in scripts and pipes", ko: "스크립트나 파이프에서는 -t를 빼세요"),
          exitStatus: 1)
      }
      let engine = try openEngine()
      let launch = Launch(engine: engine, options: options)
      let image = try launch.image(words[0])
      let record = try launch.create(
        spec, image: image, startsNow: !dryRun, isTrial: dryRun)
      if explain || dryRun {
        do {
          // The plan is not the container's output: only a dry run has it as its result.
          let plan = try engine.preview(
            record, image: image, consoleSize: WindowSize(of: STDIN_FILENO))
          let text = (RootlessExplanation.observe()?.text() ?? "") + plan.text()
          if dryRun { print(text) } else { StandardError.print(text) }
        } catch {
          try? engine.remove(record, force: true, volumes: true)
          throw error
        }
        if dryRun { return try engine.remove(record, force: true, volumes: true) }
      }
      if detach { return try startDetached(engine, record) }
      let calls = trace ? try LaunchTrace(engine, record) : nil
      var attachment = MonitorClient.Attachment(
        input: spec.attachStdin, output: spec.attachStdout, errorOutput: spec.attachStderr,
        terminal: spec.tty, detachKeys: keys, passesSignals: sigProxy)
      attachment.keepsTyped = engine.captureBytes
      var start = StartOptions(attach: attachment, consoleSize: WindowSize(of: STDIN_FILENO))
      start.isTraced = trace
      let client = try engine.start(record, image: image, options: start)
      if let failure = try calls?.print(client) { _ = try Launch.status(failure, of: record) }
      let outcome = try AttachSession.relay(client, attachment, engine, record)
      if outcome == .detached { try engine.tell("detach", record) }
      let status = try Launch.status(outcome, of: record)
      if status != 0 { throw ExitCode(status) }
    }
  }

  private func startDetached(_ engine: Engine, _ record: ContainerRecord) throws {
    let calls = trace ? try LaunchTrace(engine, record) : nil
    var options = StartOptions()
    options.isTraced = trace
    let client = try engine.start(record, options: options)
    if let outcome = try calls?.print(client) ?? (trace ? nil : client.awaitStart()) {
      _ = try Launch.status(outcome, of: record)
    }
    print(record.id)
  }
}
