import ArgumentParser
import Documents
import Engine
import Support

struct SystemDiskUsage: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "df", abstract: "Show docker disk usage",
    usage: "\(ProgramName.current) system df [OPTIONS]")

  @Option(help: "Format output: table, json or TEMPLATE") var format: String?
  @Flag(name: .shortAndLong, help: "Show detailed information on space usage") var verbose = false

  func run() throws {
    let engine = try openEngine()
    let usage = try engine.diskUsage()
    guard verbose else {
      return try DiskUsageTable.lines(usage, format: format).forEach { print($0) }
    }
    guard format == nil else {
      throw DklabError(
        .invalid, id: "df.format",
        Text(
          "the verbose and the format options conflict",
          ko: "--verbose와 --format은 함께 쓸 수 없습니다"))
    }
    try DiskUsageTable.details(usage, engine: engine, now: RFC3339.now()).forEach { print($0) }
  }
}

/// `docker system df`: a row for each kind of thing.
enum DiskUsageTable {
  static func lines(_ usage: DiskUsage, format: String? = nil) throws -> [String] {
    let rows = [
      ("Images", usage.imageTotal), ("Containers", usage.containerTotal),
      ("Local Volumes", usage.volumeTotal), ("Build Cache", usage.buildCacheTotal),
    ]
    let list = ListFormat(
      columns: ["Type", "TotalCount", "Active", "Size", "Reclaimable"],
      headers: [
        ("Type", "TYPE"), ("TotalCount", "TOTAL"), ("Active", "ACTIVE"), ("Size", "SIZE"),
        ("Reclaimable", "RECLAIMABLE"),
      ], type: "*formatter.diskUsageContext")
    return try list.lines(
      rows.map { type, total in
        [
          "Type": .string(type), "TotalCount": .string("\(total.count)"),
          "Active": .string("\(total.active)"), "Size": .string(size(total.size)),
          "Reclaimable": .string(reclaimable(total)),
        ]
      }, format: format)
  }

  /// The build cache has no share in docker's table.
  private static func reclaimable(_ total: DiskUsage.Total) -> String {
    let text = size(total.reclaimable)
    return total.size > 0 ? "\(text) (\(total.reclaimable * 100 / total.size)%)" : text
  }

  private static func size(_ bytes: Int64) -> String { ByteSize.decimal(Double(bytes)) }

  private static func short(_ bytes: Int64) -> String { ByteSize.decimal(Double(bytes), digits: 3) }

  /// `-v`: every image, container and volume.
  static func details(_ usage: DiskUsage, engine: Engine, now: Int64) throws -> [String] {
    func table(_ header: String, _ rows: [[String]]) -> [String] {
      TabWriter.align([header] + rows.map { $0.joined(separator: "\t") })
    }
    func age(_ time: Int64) -> String { "\(HumanDuration.text(nanoseconds: now - time)) ago" }
    var lines = ["Images space usage:", ""]
    lines += table(
      "REPOSITORY\tTAG\tIMAGE ID\tCREATED\tSIZE\tSHARED SIZE\tUNIQUE SIZE\tCONTAINERS",
      usage.images.map { entry in
        let image = entry.image
        let name = image.tags.first
        return [
          name?.familiarName ?? "<none>", name?.tag ?? "<none>", image.id.short,
          image.created == 0 ? "N/A" : age(image.created), short(image.size), short(entry.shared),
          short(entry.unique), "\(entry.containers)",
        ]
      })
    lines += ["", "Containers space usage:", ""]
    lines += table(
      "CONTAINER ID\tIMAGE\tCOMMAND\tLOCAL VOLUMES\tSIZE\tCREATED\tSTATUS\tNAMES",
      try usage.containers.map { entry in
        let row = try ContainerRow.row(entry.record, engine: engine, now: now, size: false)
        return [
          entry.record.shortID, row.image, "\"\(row.command.joined(separator: " ").cut(to: 20))\"",
          "\(row.localVolumes)", short(entry.size), age(entry.record.created), row.status, row.name,
        ]
      })
    lines += ["", "Local Volumes space usage:", ""]
    lines += table(
      "VOLUME NAME\tLINKS\tSIZE",
      usage.volumes.map { [$0.volume.name, "\($0.links)", short($0.size)] })
    lines += ["", "Build cache usage: \(size(usage.buildCacheTotal.size))", ""]
    lines += table(
      "CACHE ID\tCACHE TYPE\tSIZE\tCREATED\tLAST USED\tUSAGE\tSHARED",
      usage.buildCache.map { entry in
        [
          String(entry.key.prefix(12)), "regular", short(entry.size), "", age(entry.used), "",
          "false",
        ]
      })
    return lines
  }
}
