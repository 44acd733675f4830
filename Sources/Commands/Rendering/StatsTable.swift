import Documents
import Engine
import Support

/// `docker stats`: one row a container.
package enum StatsTable {
  /// What a row is made from.
  package struct Row: Sendable {
    package var id: String
    package var name: String
    package var cpuPercent: Double
    package var memory: UInt64
    package var memoryLimit: UInt64
    package var memoryPercent: Double
    package var received: UInt64
    package var sent: UInt64
    package var read: UInt64
    package var written: UInt64
    package var pids: UInt64

    package init(id: String, name: String) {
      self.id = id
      self.name = name
      (cpuPercent, memoryPercent) = (0, 0)
      (memory, memoryLimit, received, sent, read, written, pids) = (0, 0, 0, 0, 0, 0, 0)
    }

    init(_ record: ContainerRecord, since earlier: ContainerSample, _ sample: ContainerSample) {
      self.init(id: record.id, name: record.name)
      cpuPercent = sample.cpuPercent(since: earlier)
      memory = sample.usage.memoryInUse
      memoryLimit = sample.memoryLimit
      memoryPercent = sample.memoryPercent
      received = sample.interfaces.reduce(0) { $0 + $1.receivedBytes }
      sent = sample.interfaces.reduce(0) { $0 + $1.sentBytes }
      read = sample.usage.bytes("read")
      written = sample.usage.bytes("write")
      pids = sample.usage.pids ?? 0
    }
  }

  private static let format = ListFormat(
    columns: [
      "ID", "Name", "CPUPerc", "MemUsage", "MemPerc", "NetIO", "BlockIO", "PIDs",
    ],
    headers: [
      ("Container", "CONTAINER"), ("ID", "CONTAINER ID"), ("Name", "NAME"), ("CPUPerc", "CPU %"),
      ("MemUsage", "MEM USAGE / LIMIT"), ("MemPerc", "MEM %"), ("NetIO", "NET I/O"),
      ("BlockIO", "BLOCK I/O"), ("PIDs", "PIDS"),
    ], type: "*container.statsContext")

  /// The lines to print.
  package static func lines(
    _ rows: [Row], format: String? = nil, noTrunc: Bool = false
  ) throws -> [String] {
    try Self.format.lines(rows.map { fields($0, noTrunc) }, format: format)
  }

  private static func fields(_ row: Row, _ noTrunc: Bool) -> JSONObject {
    func pair(_ one: UInt64, _ other: UInt64) -> JSONValue {
      let size = { (bytes: UInt64) in ByteSize.decimal(Double(bytes), digits: 3) }
      return .string("\(size(one)) / \(size(other))")
    }
    func percent(_ value: Double) -> JSONValue {
      .string(value.formatted("f", precision: 2) + "%")
    }
    let id = noTrunc ? row.id : String(row.id.prefix(12))
    return [
      "Container": .string(id), "ID": .string(id), "Name": .string(row.name),
      "CPUPerc": percent(row.cpuPercent),
      "MemUsage": .string(
        ByteSize.binary(Double(row.memory)) + " / " + ByteSize.binary(Double(row.memoryLimit))),
      "MemPerc": percent(row.memoryPercent), "NetIO": pair(row.received, row.sent),
      "BlockIO": pair(row.read, row.written), "PIDs": .string(String(row.pids)),
    ]
  }
}
