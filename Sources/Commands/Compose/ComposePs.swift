import ArgumentParser
import Compose
import Documents
import Engine
import Support

struct ComposePs: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ps", abstract: "List containers",
    usage: "\(ProgramName.compose) ps [OPTIONS] [SERVICE...]")

  @OptionGroup var project: ComposeProjectOptions
  @Flag(
    name: .shortAndLong,
    help: "Show all stopped containers (including those created by the run command)")
  var all = false
  @Option(help: "Filter services by a property (supported filters: status)") var filter: String?
  @Option(help: "Format output: table, table TEMPLATE, json or TEMPLATE") var format: String?
  @Flag(help: "Don't truncate output") var noTrunc = false
  @Flag(inversion: .prefixedNo, help: "Include orphaned services (not declared by project)")
  var orphans = true
  @Flag(name: .shortAndLong, help: "Only display IDs") var quiet = false
  @Flag(help: "Display services") var services = false
  @Option(
    help:
      "Filter services by status (paused, restarting, removing, running, dead, created, exited)")
  var status: [String] = []
  @Argument var names: [String] = []

  func run() throws {
    var wanted = Set(status)
    if let filter {
      let filters = try Filters([filter], known: ["status"])
      wanted.formUnion(filters["status"])
    }
    let session = try ComposeSession(project, services: names, everything: true)
    let records = try session.records(names, oneOff: all).filter { record in
      (all || !wanted.isEmpty || record.state.isActive)
        && (orphans || session.model[record.service] != nil)
        && (wanted.isEmpty || wanted.contains(record.state.status.rawValue))
    }
    if quiet { return records.forEach { print($0.id) } }
    if services {
      var seen: Set<String> = []
      for record in records where seen.insert(record.service).inserted { print(record.service) }
      return
    }
    let now = RFC3339.now()
    let rows = try records.map { record -> JSONObject in
      let row = try ContainerRow.row(record, engine: session.engine, now: now, size: false)
      return fields(record, row, now)
    }
    for line in try Self.table.lines(rows, format: format == "" ? nil : format) { print(line) }
  }

  private func fields(_ record: ContainerRecord, _ row: PsTable.Row, _ now: Int64) -> JSONObject {
    let command = row.command.joined(separator: " ")
    return [
      "ID": .string(noTrunc ? record.id : record.shortID), "Name": .string(record.name),
      "Names": .string(record.name), "Image": .string(record.spec.image),
      "Command": .string("\"\(noTrunc ? command : command.cut(to: 20))\""),
      "Project": .string(record.label(ComposeLabels.project) ?? ""),
      "Service": .string(record.service),
      "CreatedAt": .string(RFC3339.local(record.created)),
      "RunningFor": .string("\(HumanDuration.text(nanoseconds: now - record.created)) ago"),
      "Status": .string(row.status), "State": .string(row.state), "Ports": .string(row.ports),
      "Health": .string(record.composeHealth?.rawValue ?? ""),
      "ExitCode": .integer(Int64(record.state.exitCode)),
      "Labels": .string(
        row.labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
          .joined(separator: ",")),
      "Networks": .string(row.networks.joined(separator: ",")),
      "Mounts": .string(row.mounts.joined(separator: ",")),
      "LocalVolumes": .string("\(row.localVolumes)"),
    ]
  }

  private static let table = ListFormat(
    columns: ["Name", "Image", "Command", "Service", "RunningFor", "Status", "Ports"],
    headers: [
      ("ID", "CONTAINER ID"), ("Name", "NAME"), ("Names", "NAMES"), ("Image", "IMAGE"),
      ("Command", "COMMAND"), ("Project", "PROJECT"), ("Service", "SERVICE"),
      ("CreatedAt", "CREATED AT"), ("RunningFor", "CREATED"), ("Status", "STATUS"),
      ("State", "STATE"), ("Ports", "PORTS"), ("Health", "HEALTH"), ("ExitCode", "EXIT CODE"),
      ("Labels", "LABELS"), ("Networks", "NETWORKS"), ("Mounts", "MOUNTS"),
      ("LocalVolumes", "LOCAL VOLUMES"),
    ], type: "*formatter.ContainerContext")
}
