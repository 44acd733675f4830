import ArgumentParser
import Support

struct History: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "history", abstract: "Show the history of an image",
    usage: "\(ProgramName.current) history [OPTIONS] IMAGE")

  @Option(help: "Format output: table, table TEMPLATE, json or TEMPLATE") var format: String?
  @Flag(
    name: [.customShort("H"), .long], inversion: .prefixedNo,
    help: "Print sizes and dates in human readable format")
  var human = true
  @Flag(help: "Don't truncate output") var noTrunc = false
  @Flag(name: .shortAndLong, help: "Only show image IDs") var quiet = false
  @Argument(completion: Completion.images) var image: String

  func run() throws {
    let rows = try openEngine().images().resolve(image).history.map { row in
      HistoryTable.Row(
        id: row.id?.description, created: row.created, createdBy: row.createdBy, size: row.size,
        comment: row.comment)
    }
    let lines = try HistoryTable.lines(
      rows, format: format, quiet: quiet, noTrunc: noTrunc, human: human, now: RFC3339.now())
    for line in lines { print(line) }
  }
}
