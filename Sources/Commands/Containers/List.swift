import ArgumentParser
import Engine
import Support

struct List: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ps", abstract: "List containers",
    usage: "\(ProgramName.current) ps [OPTIONS]")

  @Flag(name: .shortAndLong, help: "Show all containers (default shows just running)")
  var all = false
  @Option(name: .shortAndLong, help: "Filter output based on conditions provided")
  var filter: [String] = []
  @Option(help: "Format output: table, table TEMPLATE, json or TEMPLATE") var format: String?
  @Option(name: [.customShort("n"), .long], help: "Show n last created containers")
  var last: String?
  @Flag(name: .shortAndLong, help: "Show the latest created container") var latest = false
  @Flag(help: "Don't truncate output") var noTrunc = false
  @Flag(name: .shortAndLong, help: "Only display container IDs") var quiet = false
  @Flag(name: .shortAndLong, help: "Display total file sizes") var size = false

  func run() throws {
    let filters = try Filters(filter, known: ContainerFilter.keys)
    let limit = latest ? 1 : try last.map { try flagValue("-n, --last", $0, GoValue.int) } ?? -1
    let engine = try openEngine()
    let now = RFC3339.now()
    let containers = try engine.containers()
    let selection = try ContainerFilter(filters, among: containers, engine: engine)
    // A status filter and -n look at stopped containers too.
    let everything = all || limit > 0 || !filters["status"].isEmpty || !filters["exited"].isEmpty
    var records = containers.filter { record in
      (everything || record.state.isActive) && selection.matches(record)
    }
    if limit > 0 { records = Array(records.prefix(Int(limit))) }
    let rows = try records.map { try ContainerRow.row($0, engine: engine, now: now, size: size) }
    let lines = try PsTable.lines(
      rows, format: format, quiet: quiet, noTrunc: noTrunc, size: size, now: now)
    for line in lines { print(line) }
  }
}
