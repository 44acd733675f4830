import ArgumentParser
import Compose
import Documents
import Engine
import Glibc
import Linux
import Networks
import Support

struct ComposeTop: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "top", abstract: "Display the running processes",
    usage: "\(ProgramName.compose) top [SERVICES...]")

  @OptionGroup var project: ComposeProjectOptions
  @Argument var services: [String] = []

  func run() throws {
    let session = try ComposeSession(project, services: services, everything: true)
    let columns = try ProcessTable.columns([])
    var lines: [String] = []
    for record in try session.records(services) where record.state.isActive {
      let pids = try session.engine.processes(of: record)
      let number = record.label(ComposeLabels.number) ?? "1"
      for (index, line) in ProcessTable.lines(pids, columns: columns).enumerated() {
        if index == 0 {
          if lines.isEmpty { lines.append("SERVICE   #   " + line) }
          continue
        }
        let service = record.service
        let pad = String(repeating: " ", count: max(1, 10 - service.count))
        lines.append("\(service)\(pad)\(number)   " + line)
      }
    }
    for line in lines { print(line) }
  }
}

struct ComposePort: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "port", abstract: "Print the public port for a port binding",
    usage: "\(ProgramName.compose) port [OPTIONS] SERVICE PRIVATE_PORT")

  @OptionGroup var project: ComposeProjectOptions
  @Option(help: "Index of the container if service has multiple replicas") var index: Int?
  @Option(help: "tcp or udp") var `protocol` = "tcp"
  @Argument var service: String
  @Argument var privatePort: String

  func run() throws {
    let session = try ComposeSession(project, services: [service], everything: true)
    let record = try session.record(service, index: index)
    let found = record.state.ports.filter {
      "\($0.containerPort)" == privatePort && $0.protocol.rawValue == `protocol`
    }.sorted { $0.hostIP < $1.hostIP }
    guard let port = found.first else {
      let known = record.state.ports.map(\.description).sorted().joined(separator: ", ")
      throw DklabError(
        .notFound, id: "port.not-published",
        Text(
          "no port \(privatePort)/\(`protocol`) for container \(record.name)"
            + (known.isEmpty ? "" : ": \(known)"),
          ko: "컨테이너 \(record.name)에 게시된 포트 \(privatePort)/\(`protocol`)이(가) 없습니다"
            + (known.isEmpty ? "" : ": \(known)")), exitStatus: 1)
    }
    let host = port.hostIP.contains(":") ? "[\(port.hostIP)]" : port.hostIP
    print("\(host):\(port.hostPort)")
  }
}

struct ComposeEvents: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "events", abstract: "Receive real time events from containers",
    usage: "\(ProgramName.compose) events [OPTIONS] [SERVICE...]")

  @OptionGroup var project: ComposeProjectOptions
  @Flag(help: "Output events as a stream of json objects") var json = false
  @Option(help: "Show all events created since timestamp") var since: String?
  @Option(help: "Stream events until this timestamp") var until: String?
  @Argument var services: [String] = []

  func run() throws {
    let now = RFC3339.now()
    let end = try until.map { $0 == "0s" ? now : try TimeOption.parse($0, now: now) }
    let start = try since.map { try TimeOption.parse($0, now: now) }
    let session = try ComposeSession(project, services: services, everything: true)
    let filter = EventFilter([
      "type": ["container"], "label": ["\(ComposeLabels.project)=\(session.model.name)"],
    ])
    try session.engine.events(
      since: start ?? end.map { _ in 0 }, until: end, filter: filter
    ) { event in
      let service = event.attributes[ComposeLabels.service] ?? ""
      guard services.isEmpty || services.contains(service) else { return true }
      return (try? writeAll(STDOUT_FILENO, text(event, service) + "\n")) != nil
    }
  }

  private func text(_ event: EngineEvent, _ service: String) -> String {
    let attributes = event.attributes.filter { !$0.key.hasPrefix("com.docker.compose.") }
      .sorted { $0.key < $1.key }
    guard json else {
      let list = attributes.map { "\($0.key)=\($0.value)" }.joined(separator: ", ")
      return "\(RFC3339.local(event.time)) container \(event.action) \(event.actor) (\(list))"
    }
    return JSONValue.object([
      "time": .string(RFC3339.local(event.time)), "type": "container",
      "service": .string(service), "id": .string(event.actor), "action": .string(event.action),
      "attributes": .object(JSONObject(attributes.map { ($0.key, .string($0.value)) })),
    ]).text()
  }
}

struct ComposeWait: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "wait", abstract: "Block until containers of all (or specified) services stop",
    usage: "\(ProgramName.compose) wait SERVICE [SERVICE...] [OPTIONS]")

  @OptionGroup var project: ComposeProjectOptions
  @Flag(help: "Drops project when the first container stops") var downProject = false
  @Argument var services: [String]

  func run() throws {
    let session = try ComposeSession(project, services: services, everything: true)
    let records = try session.records(services)
    guard !records.isEmpty else {
      throw DklabError(
        .notFound, id: "compose.no-container",
        Text(
          "no containers for project \"\(session.model.name)\"",
          ko: "프로젝트 \"\(session.model.name)\"의 컨테이너가 없습니다"),
        exitStatus: 1)
    }
    var status: Int32 = 0
    for record in records {
      let code = try session.engine.wait(record) ?? 0
      StandardError.print("container \"\(record.name)\" exited with status code \(code)")
      if status == 0 { status = code }
      if downProject { break }
    }
    if downProject {
      try session.execute(DownPlanner.plan(session.model, try session.observe()))
    }
    if status != 0 { throw ExitCode(status) }
  }
}

struct ComposeStats: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stats",
    abstract: "Display a live stream of container(s) resource usage statistics",
    usage: "\(ProgramName.compose) stats [OPTIONS] [SERVICE]")

  @OptionGroup var project: ComposeProjectOptions
  @Flag(name: .shortAndLong, help: "Show all containers (default shows just running)")
  var all = false
  @Option(help: "Format output: table, json, or a Go template") var format: String?
  @Flag(help: "Disable streaming stats and only pull the first result") var noStream = false
  @Flag(help: "Do not truncate output") var noTrunc = false
  @Argument var service: String?

  func run() throws {
    let services = service.map { [$0] } ?? []
    let session = try ComposeSession(project, services: services, everything: true)
    let names = try session.records(services).filter { all || $0.state.isActive }.map(\.name)
    guard !names.isEmpty else {
      // Without names all containers would be shown, also those of others.
      return try StatsTable.lines([], format: format, noTrunc: noTrunc).forEach { print($0) }
    }
    var words = names
    if noStream { words.insert("--no-stream", at: 0) }
    if noTrunc { words.insert("--no-trunc", at: 0) }
    if let format { words.insert("--format=\(format)", at: 0) }
    var command = try Stats.parseAsRoot(words)
    try command.run()
  }
}

struct ComposeVersion: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "version", abstract: "Show the Docker Compose version information",
    usage: "\(ProgramName.compose) version [OPTIONS]")

  @OptionGroup var project: ComposeProjectOptions
  @Option(name: .shortAndLong, help: "Format the output: pretty or json") var format = "pretty"
  @Flag(help: "Shows only Compose's version number") var short = false

  func run() {
    let version = ComposeLabels.versionText
    if short { return print(version) }
    if format == "json" { return print("{\"version\":\"v\(version)\"}") }
    // The commands are Docker Compose's of this version; who carries them out comes behind.
    print("Docker Compose version v\(version) (dklab \(Version.text))")
  }
}
