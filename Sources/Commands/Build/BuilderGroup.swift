import ArgumentParser
import Engine
import Images
import Linux
import Support

/// What builds leave behind, for those who look after it.
struct BuilderGroup: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "builder", abstract: "Manage builds",
    subcommands: [Build.self, BuilderUsage.self, BuilderPrune.self], aliases: ["buildx"])
}

/// `buildx du`.
struct BuilderUsage: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "du", abstract: "Disk usage",
    usage: "\(ProgramName.current) builder du [OPTIONS]")

  @Flag(help: "Provide a more verbose output") var verbose = false

  func run() throws {
    let engine = try openEngine()
    let entries = try engine.buildCache()
    let now = RFC3339.now()
    var lines = ["ID\tRECLAIMABLE\tSIZE\tLAST ACCESSED"]
    for entry in entries {
      lines.append(
        "\(entry.key.prefix(25))\t\(!entry.isInUse)\t\(ByteSize.decimal(Double(entry.size)))\t"
          + "\(HumanDuration.text(nanoseconds: now - entry.used)) ago")
      if verbose { lines.append("  \(entry.operation)\t\t\t") }
    }
    let mounts = try engine.cacheMounts()
    for mount in mounts {
      lines.append("\(mount.name)\ttrue\t\(ByteSize.decimal(Double(mount.size)))\t")
      if verbose { lines.append("  cache \(mount.id)\t\t\t") }
    }
    for line in TabWriter.align(lines) { print(line) }
    let total = entries.reduce(0) { $0 + $1.size } + mounts.reduce(0) { $0 + $1.size }
    let used = entries.filter(\.isInUse).reduce(0) { $0 + $1.size }
    print("Reclaimable:\t\(ByteSize.decimal(Double(total - used)))")
    print("Total:\t\t\(ByteSize.decimal(Double(total)))")
  }
}

/// `builder prune`.
struct BuilderPrune: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prune", abstract: "Remove build cache",
    usage: "\(ProgramName.current) builder prune [OPTIONS]")

  @Flag(name: .shortAndLong, help: "Remove all unused build cache, not just dangling ones")
  var all = false
  @Option(help: "Provide filter values (until=TIME, id=ID, description=TEXT …)")
  var filter: [String] = []
  @Flag(name: .shortAndLong, help: "Do not prompt for confirmation") var force = false
  @Option(help: "Amount of disk space to keep for cache") var keepStorage: String?

  func run() throws {
    let warning =
      all
      ? Text("WARNING! This will remove all build cache.", ko: "주의! 빌드 캐시를 모두 지웁니다.")
      : Text(
        "WARNING! This will remove all dangling build cache.", ko: "주의! 이미지가 쓰지 않는 빌드 캐시를 지웁니다.")
    let filters = try Filters(filter, known: BuildCacheFilter.keys)
    let keep = try keepStorage.map(ByteSize.parseDecimal)
    guard try force || Confirmation.ask(warning) else { return }
    let until = try filters["until"].map { try TimeOption.parse($0) }
    let wanted = BuildCacheFilter(filters.all, until: until)
    let (entries, reclaimed) = try openEngine().pruneBuildCache(
      all: all, keep: keep, where: wanted.matches)
    if !entries.isEmpty {
      print("ID\t\t\t\t\t\tRECLAIMABLE\tSIZE\t\tLAST ACCESSED")
      for entry in entries {
        print("\(entry.key.prefix(25))\ttrue\t\(ByteSize.decimal(Double(entry.size)))")
      }
    }
    print("Total:\t\(ByteSize.decimal(Double(reclaimed)))")
  }
}
