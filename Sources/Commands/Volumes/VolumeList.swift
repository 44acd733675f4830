import ArgumentParser
import Documents
import Engine
import Linux
import Support

struct VolumeList: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ls", abstract: "List volumes",
    usage: "\(ProgramName.current) volume ls [OPTIONS]")

  @Option(name: .shortAndLong, help: "Provide filter values (e.g. \"dangling=true\")")
  var filter: [String] = []
  @Option(help: "Format output: table, table TEMPLATE, json or TEMPLATE") var format: String?
  @Flag(name: .shortAndLong, help: "Only display volume names") var quiet = false

  func run() throws {
    let filters = try Filters(filter, known: VolumeFilter.keys)
    let engine = try openEngine()
    let selection = try VolumeFilter(filters, engine: engine)
    let rows = try engine.volumes().filter(selection.matches).map { volume -> JSONObject in
      [
        "Driver": "local", "Name": .string(volume.name), "Scope": "local",
        "Mountpoint": .string(engine.volumeDirectory(volume.name)),
        "Labels": .string(LabelMethod.text(volume.labels)), "Links": "N/A", "Size": "N/A",
        "Availability": "N/A", "Group": "N/A", "Status": "N/A",
      ]
    }
    var list = ListFormat(
      columns: ["Driver", "Name"],
      headers: [
        ("Driver", "DRIVER"), ("Name", "VOLUME NAME"), ("Scope", "SCOPE"),
        ("Mountpoint", "MOUNTPOINT"), ("Labels", "LABELS"), ("Links", "LINKS"), ("Size", "SIZE"),
        ("Availability", "AVAILABILITY"), ("Group", "GROUP"), ("Status", "STATUS"),
      ], type: "*formatter.volumeContext")
    list.quietField = "Name"
    for line in try list.lines(rows, format: format, quiet: quiet, methods: LabelMethod.methods) {
      print(line)
    }
  }
}

/// `docker volume ls --filter`.
struct VolumeFilter {
  static let keys = ["dangling", "driver", "label", "name"]

  private let filters: Filters
  private let dangling: Bool?
  private let used: Set<String>

  init(_ filters: Filters, engine: Engine) throws {
    self.filters = filters
    dangling = try filters.bool("dangling")
    used = Set(try engine.containers().flatMap { $0.mounts.compactMap(\.name) })
  }

  func matches(_ volume: VolumeRecord) -> Bool {
    filters.allow("driver") { $0 == "local" }
      && filters.allow("name") { volume.name.contains($0) }
      && filters.allowLabels(volume.labels)
      && (dangling.map { $0 != used.contains(volume.name) } ?? true)
  }
}

/// `{{.Label "key"}}` of listings, and the labels as one text.
enum LabelMethod {
  static func text(_ labels: [String: String]) -> String {
    labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ",")
  }

  static let methods: [String: TemplateShape.Method] = [
    "Label": { object, arguments in
      let wanted = arguments.first?.string ?? ""
      let entries = (object["Labels"]?.string ?? "").split(separator: ",")
      for entry in entries where entry.prefix(while: { $0 != "=" }) == wanted {
        return .string(String(entry.dropFirst(wanted.count + 1)))
      }
      return ""
    }
  ]
}
