import ArgumentParser
import Documents
import Engine
import Support

struct NetworkList: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ls", abstract: "List networks",
    usage: "\(ProgramName.current) network ls [OPTIONS]")

  @Option(name: .shortAndLong, help: "Provide filter values (e.g. \"driver=bridge\")")
  var filter: [String] = []
  @Option(help: "Format output: table, table TEMPLATE, json or TEMPLATE") var format: String?
  @Flag(help: "Do not truncate the output") var noTrunc = false
  @Flag(name: .shortAndLong, help: "Only display network IDs") var quiet = false

  func run() throws {
    let filters = try Filters(filter, known: NetworkFilter.keys)
    let engine = try openEngine()
    let selection = try NetworkFilter(filters, engine: engine)
    let networks = try engine.networks().filter(selection.matches).sorted { $0.name < $1.name }
    for line in try NetworksTable.lines(
      networks, format: format, quiet: quiet, noTrunc: noTrunc)
    {
      print(line)
    }
  }
}

/// `docker network ls --filter`, also of `network prune`.
struct NetworkFilter {
  static let keys = ["dangling", "driver", "id", "label", "name", "scope", "type", "until"]

  private let filters: Filters
  private let used: Set<String>
  private let until: Int64?

  init(_ filters: Filters, engine: Engine) throws {
    self.filters = filters
    used =
      filters["dangling"].isEmpty
      ? [] : Set(try engine.containers().flatMap { $0.state.networks.map(\.networkID) })
    _ = try filters.bool("dangling")
    until = try filters["until"].last.map { try TimeOption.parse($0) }
    for type in filters["type"] where !["builtin", "custom"].contains(type) {
      throw DklabError(
        .invalid, id: "filter.value",
        Text("invalid filter 'type=\(type)'", ko: "잘못된 필터 'type=\(type)'"),
        hint: Text("type takes builtin or custom", ko: "type에는 builtin이나 custom이 옵니다"))
    }
  }

  func matches(_ network: NetworkRecord) -> Bool {
    filters.allow("driver") { $0 == network.config.driver }
      && filters.allow("id") { network.id.hasPrefix($0) }
      && filters.allow("name") { NamePattern($0).matches(network.name) }
      && filters.allow("scope") { $0 == "local" }
      && filters.allow("type") { ($0 == "builtin") == network.isPredefined }
      && filters.allow("dangling") {
        (GoValue.bool($0) ?? false) == (!network.isPredefined && !used.contains(network.id))
      }
      && filters.allowLabels(network.config.labels) && network.created < until ?? .max
  }
}

/// `docker network ls`: one row for each network.
enum NetworksTable {
  static func lines(
    _ networks: [NetworkRecord], format: String?, quiet: Bool, noTrunc: Bool
  ) throws -> [String] {
    let list = ListFormat(
      columns: ["ID", "Name", "Driver", "Scope"],
      headers: [
        ("ID", "NETWORK ID"), ("Name", "NAME"), ("Driver", "DRIVER"), ("Scope", "SCOPE"),
        ("IPv4", "IPV4"), ("IPv6", "IPV6"), ("Internal", "INTERNAL"), ("Labels", "LABELS"),
        ("CreatedAt", "CREATED AT"),
      ], type: "*network.networkContext")
    return try list.lines(
      networks.map { fields($0, noTrunc: noTrunc) }, format: format, quiet: quiet,
      methods: LabelMethod.methods)
  }

  private static func fields(_ network: NetworkRecord, noTrunc: Bool) -> JSONObject {
    [
      "ID": .string(noTrunc ? network.id : network.shortID), "Name": .string(network.name),
      "Driver": .string(network.config.driver), "Scope": "local", "IPv4": "true",
      "IPv6": .string("\(network.config.hasIPv6)"),
      "Internal": .string("\(network.config.isInternal)"),
      "Labels": .string(LabelMethod.text(network.config.labels)),
      "CreatedAt": .string(RFC3339.local(network.created)),
    ]
  }
}
