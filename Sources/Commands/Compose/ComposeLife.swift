import ArgumentParser
import Compose
import Engine
import Linux
import Support

/// What `start`, `stop`, `restart`, `kill`, `pause`, `unpause` and `rm` do alike.
enum ComposeLife {
  static func run(
    _ verb: LifePlanner.Verb, _ services: [String], _ project: ComposeProjectOptions,
    _ plan: ComposePlanOptions? = nil, dryRun: Bool = false,
    then: (ComposeSession) throws -> Void = { _ in }
  ) throws {
    let session = try ComposeSession(project, services: services, everything: true)
    plan?.apply(to: session)
    session.plans.isDryRun = session.plans.isDryRun || dryRun
    try session.execute(
      LifePlanner.plan(verb, services, session.model, try session.observe()))
    if !session.plans.isDryRun { try then(session) }
  }
}

struct ComposeStart: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "start", abstract: "Start services",
    usage: "\(ProgramName.compose) start [SERVICE...]")

  @OptionGroup var project: ComposeProjectOptions
  @OptionGroup var plan: ComposePlanOptions
  @Flag(help: "Wait for services to be running|healthy") var wait = false
  @Option(help: "Maximum seconds to wait for the project to be running|healthy")
  var waitTimeout: String?
  @Argument var services: [String] = []

  func run() throws {
    let limit = try TimeoutOption.seconds(waitTimeout)
    let session = try ComposeSession(project, services: services, everything: true)
    plan.apply(to: session)
    let state = try session.observe()
    let wanted = services.isEmpty ? session.model.services.map(\.name) : services
    if let missing = services.first(where: { state.containers(of: $0).isEmpty }) {
      throw DklabError(
        .notFound, id: "compose.no-container",
        Text(
          "service \"\(missing)\" has no container to start",
          ko: "\"\(missing)\" 서비스에 시작할 컨테이너가 없습니다"),
        hint: Text(
          "`\(ProgramName.compose) up -d \(missing)` makes one",
          ko: "`\(ProgramName.compose) up -d \(missing)`로 만듭니다"), exitStatus: 1)
    }
    var work = LifePlanner.plan(.start, services, session.model, state)
    if wait {
      let all = Array(work.steps.indices)
      for service in wanted {
        let names = state.containers(of: service).map(\.name)
        if names.isEmpty { continue }
        work.add(
          .awaitReady(service: service, containers: names),
          because: Text("--wait was given", ko: "--wait를 썼습니다"), after: all)
      }
    }
    try UpWait(limit: limit).execute(work, session)
  }
}

struct ComposeStop: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stop", abstract: "Stop services",
    usage: "\(ProgramName.compose) stop [OPTIONS] [SERVICE...]")

  @OptionGroup var project: ComposeProjectOptions
  @OptionGroup var plan: ComposePlanOptions
  @Option(name: .shortAndLong, help: "Specify a shutdown timeout in seconds") var timeout: String?
  @Argument var services: [String] = []

  func run() throws {
    try ComposeLife.run(
      .stop(seconds: try TimeoutOption.seconds(timeout)), services, project, plan)
  }
}

struct ComposeRestart: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "restart", abstract: "Restart service containers",
    usage: "\(ProgramName.compose) restart [OPTIONS] [SERVICE...]")

  @OptionGroup var project: ComposeProjectOptions
  @OptionGroup var plan: ComposePlanOptions
  @Flag(help: "Don't restart dependent services") var noDeps = false
  @Option(name: .shortAndLong, help: "Specify a shutdown timeout in seconds") var timeout: String?
  @Argument var services: [String] = []

  func run() throws {
    let seconds = try TimeoutOption.seconds(timeout)
    let session = try ComposeSession(project, services: services, everything: true)
    plan.apply(to: session)
    var wanted = Set(services)
    // Who depends on one of them with `restart: true` comes along.
    while !noDeps {
      let more = session.model.services.filter { service in
        !wanted.contains(service.name)
          && service.dependencies.contains { $0.restart && wanted.contains($0.service) }
      }
      if more.isEmpty { break }
      wanted.formUnion(more.map(\.name))
    }
    try session.execute(
      LifePlanner.plan(
        .restart(seconds: seconds), wanted.sorted(), session.model, try session.observe()))
  }
}

struct ComposeKill: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kill", abstract: "Force stop service containers",
    usage: "\(ProgramName.compose) kill [OPTIONS] [SERVICE...]")

  @OptionGroup var project: ComposeProjectOptions
  @Flag(help: "Execute command in dry run mode") var dryRun = false
  @Flag(help: "Remove containers for services not defined in the Compose file")
  var removeOrphans = false
  @Option(name: .shortAndLong, help: "SIGNAL to send to the container") var signal = "SIGKILL"
  @Argument var services: [String] = []

  func run() throws {
    _ = try Signal(parsing: signal)
    try ComposeLife.run(.kill(signal: signal), services, project, dryRun: dryRun) { session in
      guard removeOrphans else { return }
      for record in try session.records() where session.model[record.service] == nil {
        try session.engine.remove(record, force: true)
      }
    }
  }
}

struct ComposePause: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pause", abstract: "Pause services",
    usage: "\(ProgramName.compose) pause [SERVICE...]")

  @OptionGroup var project: ComposeProjectOptions
  @Flag(help: "Execute command in dry run mode") var dryRun = false
  @Argument var services: [String] = []

  func run() throws { try ComposeLife.run(.pause, services, project, dryRun: dryRun) }
}

struct ComposeUnpause: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "unpause", abstract: "Unpause services",
    usage: "\(ProgramName.compose) unpause [SERVICE...]")

  @OptionGroup var project: ComposeProjectOptions
  @Flag(help: "Execute command in dry run mode") var dryRun = false
  @Argument var services: [String] = []

  func run() throws { try ComposeLife.run(.unpause, services, project, dryRun: dryRun) }
}

struct ComposeRemove: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rm", abstract: "Removes stopped service containers",
    usage: "\(ProgramName.compose) rm [OPTIONS] [SERVICE...]")

  @OptionGroup var project: ComposeProjectOptions
  @Flag(help: "Execute command in dry run mode") var dryRun = false
  @Flag(name: .shortAndLong, help: "Don't ask to confirm removal") var force = false
  @Flag(name: .shortAndLong, help: "Stop the containers, if required, before removing")
  var stop = false
  @Flag(name: .shortAndLong, help: "Remove any anonymous volumes attached to containers")
  var volumes = false
  @Argument var services: [String] = []

  func run() throws {
    let session = try ComposeSession(project, services: services, everything: true)
    session.plans.isDryRun = session.plans.isDryRun || dryRun
    let plan = LifePlanner.plan(
      .remove(stops: stop, volumes: volumes), services, session.model, try session.observe())
    guard !plan.isEmpty else {
      return StandardError.print(Text("No stopped containers", ko: "멈춘 컨테이너가 없습니다")())
    }
    if !force, !session.plans.isDryRun {
      let names = plan.steps.compactMap(\.operation.container)
      let question = Text(
        "Going to remove \(names.joined(separator: ", "))",
        ko: "지울 컨테이너: \(names.joined(separator: ", "))")
      guard try Confirmation.ask(question) else { return }
    }
    try session.execute(plan)
  }
}

extension ContainerRecord {
  /// The service it belongs to.
  var service: String { label(ComposeLabels.service) ?? "" }
}
