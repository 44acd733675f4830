import ArgumentParser
import Compose
import Engine
import Glibc
import Images
import Linux
import Networks
import Runtime
import Support

struct ComposeRun: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Run a one-off command on a service",
    usage: "\(ProgramName.compose) run [OPTIONS] SERVICE [COMMAND] [ARGS...]")

  @OptionGroup var project: ComposeProjectOptions
  @Flag(help: "Build image before starting container") var build = false
  @Option(help: "Add Linux capabilities") var capAdd: [String] = []
  @Option(help: "Drop Linux capabilities") var capDrop: [String] = []
  @Flag(name: .shortAndLong, help: "Run container in background and print container ID")
  var detach = false
  @Option(help: "Override the entrypoint of the image") var entrypoint: String?
  @Option(name: .shortAndLong, help: "Set environment variables") var env: [String] = []
  @Option(help: "Set environment variables from file") var envFromFile: [String] = []
  @Flag(
    name: .shortAndLong, inversion: .prefixedNo, help: "Keep STDIN open even if not attached")
  var interactive = true
  @Option(name: .shortAndLong, help: "Add or override a label") var label: [String] = []
  @Option(help: "Assign a name to the container") var name: String?
  @Flag(
    name: [.customShort("T"), .customLong("no-tty")],
    help: "Disable pseudo-TTY allocation (default: auto-detected)")
  var noTty = false
  @Flag(help: "Don't start linked services") var noDeps = false
  @Option(name: .shortAndLong, help: "Publish a container's port(s) to the host")
  var publish: [String] = []
  @Option(help: "Pull image before running (always, missing, never)") var pull: String?
  @Flag(name: .shortAndLong, help: "Don't print anything to STDOUT") var quiet = false
  @Flag(help: "Suppress progress output from the build process") var quietBuild = false
  @Flag(help: "Pull without printing progress information") var quietPull = false
  @Flag(help: "Remove containers for services not defined in the Compose file")
  var removeOrphans = false
  @Flag(help: "Automatically remove the container when it exits") var rm = false
  @Flag(
    name: [.customShort("P"), .long],
    help: "Run command with all service's ports enabled and mapped to the host")
  var servicePorts = false
  @Flag(help: "Use the service's network aliases in the network(s) the container connects to")
  var useAliases = false
  @Option(name: .shortAndLong, help: "Run as specified username or uid") var user: String?
  @Option(name: .shortAndLong, help: "Bind mount a volume") var volume: [String] = []
  @Option(name: .shortAndLong, help: "Working directory inside the container")
  var workdir: String?
  @Argument(
    parsing: .captureForPassthrough,
    help: ArgumentHelp("Service and command", valueName: "service"))
  var words: [String]

  func run() throws {
    let session = try ComposeSession(project, services: [words[0]])
    session.plans.isQuiet = quiet
    session.plans.buildsQuietly = quietBuild
    guard var service = session.model[words[0]] else { return }
    // What is wrong with the command line is said before anything is made.
    try override(&service)
    let name = try name.map(ContainerName.check)
    let labels = try label.map(EnvironmentOption.label)
    try prepare(session)
    let maker = OneOffMaker(engine: session.engine, model: session.model)
    let record = try maker.make(
      service, name: name, usesAliases: useAliases, labels: labels)
    try start(record, session)
  }

  /// Images, networks, volumes, and the services this one depends on.
  private func prepare(_ session: ComposeSession) throws {
    var images = ImagePlanner.Options()
    images.builds = build
    images.pull = try PullOption.parse(pull)
    let state = try session.obtainImages(images)
    var options = UpOptions()
    options.removesOrphans = removeOrphans
    // The service itself gets no container of its own number.
    options.scale[words[0]] = state.containers(of: words[0]).count
    options.services = noDeps ? [words[0]] : []
    options.skipsDependencies = noDeps
    options.recreation = .never
    options.dependencyRecreation = .diverged
    var plan = UpPlanner.plan(session.model, state, options)
    if !noDeps {
      // What the service waits for, this container waits for too.
      let all = Array(plan.steps.indices)
      for dependency in session.model[words[0]]?.dependencies ?? []
      where dependency.condition != .started {
        guard let other = session.model[dependency.service] else { continue }
        let names = (1...max(1, other.replicas)).map { session.model.containerName(other, $0) }
        plan.add(
          .await(
            service: other.name, condition: dependency.condition, containers: names,
            required: dependency.required),
          because: Text("run depends on it", ko: "run이 기다립니다"), after: all)
      }
    }
    plan.unchanged = []
    try project.told { try Preflight(session.engine, session.model, state).check(plan) }
    try session.execute(plan)
  }

  private func override(_ service: inout Service) throws {
    var spec = service.spec
    if words.count > 1 { spec.config.cmd = Array(words.dropFirst()) }
    if let entrypoint {
      spec.config.entrypoint = try ShellWords.split(entrypoint)
      if words.count == 1 { spec.config.cmd = nil }
    }
    let variables =
      try envFromFile.flatMap { try EnvironmentOption.variables(ofFile: $0) }
      + env.map { text in
        try flagValue("-e, --env", text) { try EnvironmentOption.variable($0) }
      }
    let names = Set(variables.map { $0.prefix { $0 != "=" } })
    spec.config.env =
      (spec.config.env ?? []).filter { entry in !names.contains(entry.prefix { $0 != "=" }) }
      + variables
    if let user { spec.config.user = user }
    if let workdir { spec.config.workingDirectory = workdir }
    spec.host.capAdd += capAdd
    spec.host.capDrop += capDrop
    if !servicePorts { spec.host.ports = [] }
    spec.host.ports += try publish.flatMap { try PortRequest.parse($0) }
    for text in volume {
      switch try VolumeOption.parse(text) {
      case .anonymous(let path): spec.config.volumes.append(path)
      case .mount(let wish):
        spec.host.mounts.removeAll { $0.target == wish.target }
        spec.host.mounts.append(wish)
      }
    }
    spec.tty = !detach && !noTty && isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1
    spec.openStdin = interactive && !detach
    spec.stdinOnce = spec.openStdin
    spec.attachStdin = spec.openStdin
    (spec.attachStdout, spec.attachStderr) = (!detach, !detach)
    spec.host.autoRemove = rm
    if rm { spec.host.restart = .no }
    // Of a one-off container nobody waits for the check, and its name may be any.
    service.containerName = nil
    service.spec = spec
  }

  private func start(_ record: ContainerRecord, _ session: ComposeSession) throws {
    let engine = session.engine
    if detach {
      if let outcome = try engine.start(record).awaitStart() {
        _ = try Launch.status(outcome, of: record)
      }
      return print(record.name)
    }
    let attachment = MonitorClient.Attachment(
      input: record.spec.openStdin, terminal: record.spec.tty)
    let client = try engine.start(
      record,
      options: StartOptions(attach: attachment, consoleSize: WindowSize(of: STDIN_FILENO)))
    let status = try Launch.status(try client.relay(attachment), of: record)
    if status != 0 { throw ExitCode(status) }
  }
}
