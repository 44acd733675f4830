import ArgumentParser
import Compose
import Documents
import Engine
import Images
import Support

struct ComposeList: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ls", abstract: "List running compose projects",
    usage: "\(ProgramName.compose) ls [OPTIONS]")

  @OptionGroup var project: ComposeProjectOptions
  @Flag(name: .shortAndLong, help: "Show all stopped Compose projects") var all = false
  @Option(help: "Filter output based on conditions provided (name=)") var filter: [String] = []
  @Option(help: "Format the output: table or json") var format = "table"
  @Flag(name: .shortAndLong, help: "Only display project names") var quiet = false

  func run() throws {
    let filters = try Filters(filter, known: ["name"])
    guard ["table", "json"].contains(format) else {
      throw DklabError(
        .invalid, id: "compose.format",
        Text("format value \"\(format)\" could not be parsed", ko: "지원하지 않는 형식 `\(format)`"),
        hint: Text("known: table, json", ko: "쓸 수 있는 형식: table, json"), exitStatus: 1)
    }
    let engine = try openEngine()
    var projects: [String: [ContainerRecord]] = [:]
    for record in try engine.containers() {
      guard let name = ProjectObserver.project(of: record),
        record.label(ComposeLabels.oneOff) != "True"
      else { continue }
      projects[name, default: []].append(record)
    }
    let rows = projects.filter { name, records in
      (all || records.contains { $0.state.isActive })
        && filters.allow("name") { name.contains($0) }
    }.sorted { $0.key < $1.key }.map { name, records in
      (name, Self.status(records), Self.files(records))
    }
    if quiet { return rows.forEach { print($0.0) } }
    if format == "json" {
      let objects = rows.map { name, status, files in
        JSONValue.object([
          "Name": .string(name), "Status": .string(status), "ConfigFiles": .string(files),
        ])
      }
      return print(JSONValue.array(objects).text())
    }
    let lines = ["NAME\tSTATUS\tCONFIG FILES"] + rows.map { "\($0)\t\($1)\t\($2)" }
    for line in TabWriter.align(lines, minimumWidth: 20, padding: 1) { print(line) }
  }

  /// `exited(1), running(2)`.
  private static func status(_ records: [ContainerRecord]) -> String {
    let counts = Dictionary(grouping: records) { $0.state.status.rawValue }.mapValues(\.count)
    return counts.sorted { $0.key < $1.key }.map { "\($0)(\($1))" }.joined(separator: ", ")
  }

  private static func files(_ records: [ContainerRecord]) -> String {
    Set(records.compactMap { $0.label(ComposeLabels.files) }).sorted().joined(separator: ",")
  }
}

struct ComposeVolumes: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "volumes", abstract: "List volumes",
    usage: "\(ProgramName.compose) volumes [OPTIONS] [SERVICE...]")

  @OptionGroup var project: ComposeProjectOptions
  @Option(help: "Format output: table, json or TEMPLATE") var format: String?
  @Flag(name: .shortAndLong, help: "Only display volume names") var quiet = false
  @Argument var services: [String] = []

  func run() throws {
    let session = try ComposeSession(project, services: services, everything: true)
    let keys = session.model.services.filter { services.isEmpty || services.contains($0.name) }
      .flatMap(\.volumeKeys)
    let rows = try session.observe().volumes.filter { volume in
      services.isEmpty || keys.contains { session.model.volumeName($0) == volume.name }
    }.map { volume -> JSONObject in
      ["Driver": "local", "Name": .string(volume.name), "Scope": "local"]
    }
    var table = ListFormat(
      columns: ["Driver", "Name"],
      headers: [("Driver", "DRIVER"), ("Name", "VOLUME NAME"), ("Scope", "SCOPE")],
      type: "*formatter.volumeContext")
    table.quietField = "Name"
    for line in try table.lines(rows, format: format, quiet: quiet) { print(line) }
  }
}

struct ComposeImagesList: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "images", abstract: "List images used by the created containers",
    usage: "\(ProgramName.compose) images [OPTIONS] [SERVICE...]")

  @OptionGroup var project: ComposeProjectOptions
  @Option(help: "Format the output: table or json") var format = "table"
  @Flag(name: .shortAndLong, help: "Only display IDs") var quiet = false
  @Argument var services: [String] = []

  func run() throws {
    let session = try ComposeSession(project, services: services, everything: true)
    let store = try session.engine.images()
    let now = RFC3339.now()
    var ids: [String] = []
    var lines = ["CONTAINER\tREPOSITORY\tTAG\tPLATFORM\tIMAGE ID\tSIZE\tCREATED"]
    var objects: [JSONValue] = []
    for record in try session.records(services) {
      guard let image = try store.image(id: record.imageID) ?? store.heldImage(id: record.imageID)
      else { continue }
      let reference = try? Reference(record.spec.image)
      let repository = reference?.familiarName ?? "<none>"
      let tag = reference?.tag ?? "<none>"
      if !ids.contains(image.id.hex) { ids.append(image.id.hex) }
      let platform = "\(image.config.os)/\(image.config.architecture)"
      let created = RFC3339.nanoseconds(image.config.created ?? "").map {
        "\(HumanDuration.text(nanoseconds: now - $0)) ago"
      }
      lines.append(
        [
          record.name, repository, tag, platform, image.id.short,
          ByteSize.decimal(Double(image.size), digits: 3), created ?? "N/A",
        ].joined(separator: "\t"))
      objects.append(
        .object([
          "ID": .string("\(image.id)"), "ContainerName": .string(record.name),
          "Repository": .string(repository), "Tag": .string(tag), "Platform": .string(platform),
          "Size": .integer(image.size),
        ]))
    }
    if quiet { return ids.forEach { print($0) } }
    if format == "json" { return print(JSONValue.array(objects).text()) }
    for line in TabWriter.align(lines, minimumWidth: 20, padding: 1) { print(line) }
  }
}
