import Documents
import Support

/// `kubectl get --watch`: the list, then a line for every change.
struct GetWatch {
  private let main: GetRun

  init(_ main: GetRun) { self.main = main }

  private var flags: FlagValues { main.flags }

  func run() throws {
    var errors: [any Error] = []
    let parts = try main.parts(&errors)
    try ManyErrors.throwing(errors)
    guard let part = parts.first, parts.count == 1, part.names.count <= 1 else {
      throw KubectlError("you may only specify a single resource type")
    }
    let isTable = if case .standard = main.format { true } else { false }
    let accept = isTable ? APIClient.tables : "application/json"
    guard let first = try main.answers(part, accept: accept).first else { return }
    var printer = TablePrinter(main.options(part.kind, isWide: isWide, hasKinds: false))
    if !flags.bool("watch-only") {
      if isTable {
        show(&printer, first, "ADDED")
      } else {
        for item in part.names.isEmpty ? first.list("items") : [first] { try show(item, "ADDED") }
      }
    }
    var query = [("resourceVersion", version(of: first, isTable: isTable, part))]
    if flags.isSet("selector") { query.append(("labelSelector", flags.string("selector"))) }
    var fields = flags.string("field-selector")
    if let name = part.names.first { fields = "metadata.name=\(name)" }
    if !fields.isEmpty { query.append(("fieldSelector", fields)) }
    let stream = try WatchStream(
      main.session.client, part.kind.path(namespace: main.session.listNamespace), query: query,
      accept: accept)
    while case .event(let event) = try stream.next() {
      if event.kind == "ERROR" { throw StatusError(event.object, code: 0) }
      guard event.kind != "BOOKMARK" else { continue }
      if isTable {
        show(&printer, event.object, event.kind)
      } else {
        try show(event.object, event.kind)
      }
    }
  }

  private var isWide: Bool {
    if case .standard(true) = main.format { true } else { false }
  }

  /// Where the watch goes on: the list's version, or the one object's.
  private func version(of answer: JSONValue, isTable: Bool, _ part: Selection.Part) -> String {
    if isTable && !part.names.isEmpty {
      let row = answer.list("rows").first?["object"] ?? .null
      return answer.resourceVersion.isEmpty ? row.resourceVersion : answer.resourceVersion
    }
    return answer.resourceVersion
  }

  private func show(_ printer: inout TablePrinter, _ table: JSONValue, _ kind: String) {
    var table = table
    if flags.bool("output-watch-events") {
      if let columns = table["columnDefinitions"]?.array, !columns.isEmpty {
        table["columnDefinitions"] = .array([["name": "Event", "type": "string"]] + columns)
      }
      table["rows"] = .array(
        table.list("rows").map { row in
          var row = row
          row["cells"] = .array([.string(kind)] + row.list("cells"))
          return row
        })
    }
    for line in printer.lines(table) { Screen.print(line) }
  }

  private func show(_ object: JSONValue, _ kind: String) throws {
    let shown: JSONValue =
      flags.bool("output-watch-events") ? ["type": .string(kind), "object": object] : object
    if case .yaml = main.format { Screen.print("---") }
    if case .columns(let columns) = main.format {
      Screen.write(columns.text([object], hasHeader: false))
      return
    }
    Screen.write(
      try main.format.text(shown, showsManagedFields: flags.bool("show-managed-fields")))
  }
}
