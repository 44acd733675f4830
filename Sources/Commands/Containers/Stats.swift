import ArgumentParser
import Engine
import Glibc
import Linux
import Support

struct Stats: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stats",
    abstract: "Display a live stream of container(s) resource usage statistics",
    usage: "\(ProgramName.current) stats [OPTIONS] [CONTAINER...]")

  @Flag(name: .shortAndLong, help: "Show all containers (default shows just running)")
  var all = false
  @Option(help: "Format output: table, json, or a Go template") var format: String?
  @Flag(help: "Disable streaming stats and only pull the first result") var noStream = false
  @Flag(help: "Do not truncate output") var noTrunc = false
  @Argument(completion: Completion.runningContainers) var containers: [String] = []

  func run() throws {
    let engine = try openEngine()
    // A name that does not exist is told before anything is shown.
    for name in containers { _ = try engine.container(name) }
    var earlier: [String: ContainerSample] = [:]
    try look(engine).forEach { earlier[$0.id] = engine.sample($0) }
    while true {
      // A rate takes two looks.
      usleep(1_000_000)
      var rows: [StatsTable.Row] = []
      var later: [String: ContainerSample] = [:]
      for record in try look(engine) {
        let sample = engine.sample(record)
        later[record.id] = sample
        rows.append(StatsTable.Row(record, since: earlier[record.id] ?? sample, sample))
      }
      earlier = later
      let lines = try StatsTable.lines(rows, format: format, noTrunc: noTrunc)
      if noStream { return lines.forEach { print($0) } }
      guard show(lines, isTable: format.map { $0.hasPrefix("table") || $0.isEmpty } ?? true)
      else { return }
    }
  }

  /// The containers that are wanted and there.
  private func look(_ engine: Engine) throws -> [ContainerRecord] {
    if !containers.isEmpty {
      // One that is removed meanwhile leaves the table.
      return containers.compactMap { try? engine.container($0) }
    }
    return try engine.containers().filter { all || $0.state.isActive }
  }

  /// A table stands still and changes its numbers; other formats run on. False when nobody reads.
  private func show(_ lines: [String], isTable: Bool) -> Bool {
    let text: String
    if isTable && isatty(STDOUT_FILENO) == 1 {
      // To the top left; each line clears what is behind it; then everything below.
      text = "\u{1b}[H" + lines.map { $0 + "\u{1b}[K\n" }.joined() + "\u{1b}[J"
    } else {
      text = lines.map { $0 + "\n" }.joined()
    }
    fflush(nil)
    return (try? writeAll(STDOUT_FILENO, text)) != nil
  }
}
