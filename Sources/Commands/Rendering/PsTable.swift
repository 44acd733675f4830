import Documents
import Support

/// `docker ps`: one row a container.
package enum PsTable {
  /// What a row is made from.
  package struct Row: Sendable {
    package var id: String
    package var name: String
    package var image: String
    /// The program and its arguments.
    package var command: [String]
    /// Nanoseconds since 1970.
    package var created: Int64
    package var state: String
    package var status: String
    package var ports: String
    package var labels: [String: String]
    package var mounts: [String]
    package var localVolumes: Int
    package var networks: [String]
    package var size: String

    package init(id: String, name: String, image: String, command: [String], created: Int64) {
      self.id = id
      self.name = name
      self.image = image
      self.command = command
      self.created = created
      state = ""
      status = ""
      ports = ""
      labels = [:]
      mounts = []
      localVolumes = 0
      networks = []
      size = ""
    }
  }

  static func format(size: Bool) -> ListFormat {
    ListFormat(
      columns: ["ID", "Image", "Command", "RunningFor", "Status", "Ports", "Names"]
        + (size ? ["Size"] : []),
      headers: [
        ("ID", "CONTAINER ID"), ("Image", "IMAGE"), ("Command", "COMMAND"),
        ("CreatedAt", "CREATED AT"), ("RunningFor", "CREATED"), ("Ports", "PORTS"),
        ("State", "STATE"), ("Status", "STATUS"), ("Size", "SIZE"), ("Names", "NAMES"),
        ("Labels", "LABELS"), ("Mounts", "MOUNTS"), ("LocalVolumes", "LOCAL VOLUMES"),
        ("Networks", "NETWORKS"),
      ], type: "*formatter.ContainerContext")
  }

  /// The lines to print.
  package static func lines(
    _ rows: [Row], format: String? = nil, quiet: Bool = false, noTrunc: Bool = false,
    size: Bool = false, now: Int64
  ) throws -> [String] {
    // `{{.Label "x"}}` needs the labels apart; they are kept out of the printed fields.
    let labels = Dictionary(rows.map { ($0.id, $0.labels) }, uniquingKeysWith: { $1 })
    let byShort = Dictionary(
      rows.map { (String($0.id.prefix(12)), $0.labels) }, uniquingKeysWith: { $1 })
    let label: TemplateShape.Method = { members, arguments in
      let id = members["ID"]?.string ?? ""
      let all = labels[id] ?? byShort[id] ?? [:]
      return .string(all[arguments.first?.string ?? ""] ?? "")
    }
    return try Self.format(size: size).lines(
      rows.map { fields($0, noTrunc: noTrunc, now: now) }, format: format, quiet: quiet,
      methods: ["Label": label])
  }

  private static func fields(_ row: Row, noTrunc: Bool, now: Int64) -> JSONObject {
    let command = row.command.joined(separator: " ")
    let mounts = row.mounts.map { noTrunc ? $0 : $0.cut(to: 15) }
    let age = HumanDuration.text(nanoseconds: now - row.created)
    return [
      "ID": .string(noTrunc ? row.id : String(row.id.prefix(12))), "Names": .string(row.name),
      "Image": .string(row.image),
      "Command": .string("\"\(noTrunc ? command : command.cut(to: 20))\""),
      "CreatedAt": .string(RFC3339.local(row.created)), "RunningFor": .string("\(age) ago"),
      "State": .string(row.state), "Status": .string(row.status), "Ports": .string(row.ports),
      "Size": .string(row.size),
      "Labels": .string(
        row.labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
          .joined(separator: ",")),
      "Mounts": .string(mounts.joined(separator: ",")),
      "LocalVolumes": .string(String(row.localVolumes)),
      "Networks": .string(row.networks.joined(separator: ",")),
    ]
  }
}

extension String {
  /// At most `width` characters, the last of them `…` when something was cut off.
  func cut(to width: Int) -> String {
    count > width ? prefix(width - 1) + "…" : self
  }
}
