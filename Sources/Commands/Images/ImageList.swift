import ArgumentParser
import Images
import Support

struct ImageList: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "images", abstract: "List images",
    usage: "\(ProgramName.current) images [OPTIONS] [REPOSITORY[:TAG]]")

  @Flag(name: .shortAndLong, help: "Show all images") var all = false
  @Flag(help: "Show digests") var digests = false
  @Option(name: .shortAndLong, help: "Filter output based on conditions provided")
  var filter: [String] = []
  @Option(help: "Format output: table, table TEMPLATE, json or TEMPLATE") var format: String?
  @Flag(help: "Don't truncate output") var noTrunc = false
  @Flag(name: .shortAndLong, help: "Only show image IDs") var quiet = false
  @Argument(completion: Completion.images) var repository: String?

  func run() throws {
    let filters = try Filters(filter, known: ImageFilter.keys)
    let engine = try openEngine()
    let selection = try ImageFilter(filters, repository: repository, store: engine.images())
    let rows = try engine.images().list().filter(selection.matches)
      .sorted { $0.created > $1.created }
      .flatMap { ImageRows.rows($0, digests: digests, selection: selection) }
    let lines = try ImagesTable.lines(
      rows, format: format, quiet: quiet, noTrunc: noTrunc, digests: digests, now: RFC3339.now())
    for line in lines { print(line) }
  }
}

/// The rows of an image: one for each name.
enum ImageRows {
  static func rows(
    _ image: Image, digests: Bool, selection: ImageFilter
  ) -> [ImagesTable.Row] {
    let id = image.id.description
    var rows: [ImagesTable.Row] = []
    for name in image.tags where selection.matches(name) {
      let digest = image.digests.first { $0.repository == name.repository }?.digest
      rows.append(
        ImagesTable.Row(
          repository: name.familiarName, tag: name.tag ?? "<none>",
          digest: digest?.description ?? "<none>", id: id, created: image.created,
          size: image.size))
    }
    if rows.isEmpty, image.tags.isEmpty {
      let digest = image.digests.first
      rows.append(
        ImagesTable.Row(
          repository: digest?.familiarName ?? "<none>",
          digest: digest?.digest?.description ?? "<none>", id: id, created: image.created,
          size: image.size))
    }
    return rows
  }
}
