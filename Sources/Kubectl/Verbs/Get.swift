import Documents
import Support

/// `kubectl get`.
enum Get {
  static let command = Command(
    name: "get", usage: "(TYPE[.VERSION][.GROUP] [NAME | -l label] | TYPE/NAME ...) [flags]",
    summary: "Display one or many resources",
    flags: CommonFlags.files + CommonFlags.output + [
      CommonFlags.selector, CommonFlags.fieldSelector, CommonFlags.allNamespaces,
      .int("chunk-size", "Objects to ask for at once", standard: 500),
      .bool("ignore-not-found", "What is not there is no error"),
      .list("label-columns", "Labels to show as columns", short: "L"),
      .bool("no-headers", "Leave the line of titles out"),
      .bool("output-watch-events", "With --watch, show what kind of event came"),
      .string("raw", "Ask for this path and print the answer"),
      .bool("server-print", "Let the server make the table", standard: true),
      .bool("show-kind", "Show the kind before each name"),
      .bool("show-labels", "Show all labels as the last column"),
      .string("sort-by", "Sort by this field, such as {.metadata.name}"),
      .string("subresource", "Get this part of the object: status, scale"),
      .bool("watch", "Go on watching for changes", short: "w"),
      .bool("watch-only", "Only watch for changes"),
    ],
    examples: [
      "kubectl get pods -o wide", "kubectl get deployment web -o yaml",
      "kubectl get pods -l app=web -A", "kubectl get pods -o jsonpath='{.items[*].metadata.name}'",
    ]
  ) { try GetRun($0).run() }
}

/// One run of `get`.
struct GetRun {
  let session: Session
  let flags: FlagValues
  let words: [String]
  let format: OutputFormat

  init(_ invocation: Invocation) throws {
    flags = invocation.flags
    words = invocation.words
    format = try OutputFormat(flags, hasTables: true)
    session = try Session(invocation)
  }

  func run() throws {
    if flags.isSet("raw") {
      Screen.write(try session.client.raw("GET", flags.string("raw")))
      return
    }
    let hasFiles = flags.isSet("filename") || flags.isSet("kustomize")
    guard !words.isEmpty || hasFiles else {
      Screen.remark(
        "You must specify the type of resource to get. Use \"kubectl api-resources\" for a "
          + "complete list of supported resources.\n")
      throw KubectlError(
        "Required resource not specified.\nUse \"kubectl explain <resource>\" for a detailed "
          + "description of that resource (e.g. kubectl explain pods).\n"
          + "See 'kubectl get -h' for help and examples")
    }
    if flags.bool("watch") || flags.bool("watch-only") { return try GetWatch(self).run() }
    if case .standard(let isWide) = format { return try tables(isWide: isWide) }
    if case .columns(let columns) = format { return try customColumns(columns) }
    try objects()
  }

  // MARK: Tables

  /// What one question to the server brought.
  private struct Section {
    var kind: ResourceKind
    var table: JSONValue
  }

  private func tables(isWide: Bool) throws {
    var errors: [any Error] = []
    var sections: [Section] = []
    let parts = try self.parts(&errors)
    for part in parts {
      do {
        for table in try answers(part, accept: APIClient.tables) {
          if let last = sections.indices.last, sections[last].kind == part.kind {
            let rows = sections[last].table.list("rows") + table.list("rows")
            sections[last].table["rows"] = .array(rows)
          } else {
            sections.append(Section(kind: part.kind, table: table))
          }
        }
      } catch let error as StatusError where error.isNotFound && flags.bool("ignore-not-found") {
        continue
      } catch {
        errors.append(error)
      }
    }
    let hasKinds = flags.bool("show-kind") || Set(parts.map(\.kind)).count > 1
    let filled = sections.filter { !$0.table.list("rows").isEmpty }
    for (index, section) in filled.enumerated() {
      if index > 0 { Screen.print("") }
      try show(section, isWide: isWide, hasKinds: hasKinds)
    }
    if filled.isEmpty && errors.isEmpty && !flags.bool("ignore-not-found") {
      let isNamespaced = parts.contains { $0.kind.isNamespaced }
      Screen.remark(
        flags.bool("all-namespaces") || !isNamespaced
          ? "No resources found" : "No resources found in \(session.namespace) namespace.")
    }
    try ManyErrors.throwing(errors)
  }

  private func show(_ section: Section, isWide: Bool, hasKinds: Bool) throws {
    var table = section.table
    if flags.isSet("sort-by") {
      let rows = table.list("rows")
      let order = try ObjectSorter(flags.string("sort-by")).order(
        rows.map { $0["object"] ?? .null })
      table["rows"] = .array(order.map { rows[$0] })
    }
    var printer = TablePrinter(options(section.kind, isWide: isWide, hasKinds: hasKinds))
    for line in printer.lines(table) { Screen.print(line) }
  }

  func options(_ kind: ResourceKind, isWide: Bool, hasKinds: Bool) -> TablePrinter.Options {
    TablePrinter.Options(
      isWide: isWide, hasHeader: !flags.bool("no-headers"),
      showsNamespace: flags.bool("all-namespaces") && kind.isNamespaced,
      showsLabels: flags.bool("show-labels"), labelColumns: flags.list("label-columns"),
      kindPrefix: hasKinds ? kind.qualifiedSingular : nil)
  }

  // MARK: What is asked for

  /// The kinds and names of the words, or of the files.
  func parts(_ errors: inout [any Error]) throws -> [Selection.Part] {
    let selection = Selection(session)
    guard selection.hasFiles else {
      // Each name is a question of its own: one that fails does not keep the others away.
      return try selection.parts(words).flatMap { part -> [Selection.Part] in
        part.names.count < 2
          ? [part] : part.names.map { Selection.Part(kind: part.kind, names: [$0]) }
      }
    }
    return try selection.manifests(&errors).map { Selection.Part(kind: $0.kind, names: [$0.name]) }
  }

  /// The server's answers: one for each name, or the list.
  func answers(_ part: Selection.Part, accept: String = "application/json") throws -> [JSONValue] {
    let needsObjects = flags.isSet("sort-by") && accept == APIClient.tables
    let extra = needsObjects ? [("includeObject", "Object")] : []
    if part.names.isEmpty {
      return [
        try session.list(
          part.kind, namespace: session.listNamespace, labels: flags.string("selector"),
          fields: flags.string("field-selector"), accept: accept, extra: extra)
      ]
    }
    if flags.bool("all-namespaces") && part.kind.isNamespaced {
      throw KubectlError(
        "a resource cannot be retrieved by name across all namespaces")
    }
    return try part.names.map { name in
      try session.client.request(
        "GET",
        part.kind.path(
          namespace: session.namespace, name: name, subresource: flags.string("subresource")),
        query: extra, accept: accept)
    }
  }

  // MARK: Objects

  /// The objects themselves; `isSingle` when one was asked for by name.
  private func collect(_ errors: inout [any Error]) throws -> (items: [JSONValue], isSingle: Bool) {
    var items: [JSONValue] = []
    let parts = try self.parts(&errors)
    for part in parts {
      do {
        for answer in try answers(part) {
          items += part.names.isEmpty ? answer.list("items") : [answer]
        }
      } catch let error as StatusError where error.isNotFound && flags.bool("ignore-not-found") {
        continue
      } catch {
        errors.append(error)
      }
    }
    if flags.isSet("sort-by") {
      let order = try ObjectSorter(flags.string("sort-by")).order(items)
      items = order.map { items[$0] }
    }
    return (items, parts.count == 1 && parts[0].names.count == 1)
  }

  private func objects() throws {
    var errors: [any Error] = []
    let (items, isSingle) = try collect(&errors)
    if errors.isEmpty || !items.isEmpty {
      let showsFields = flags.bool("show-managed-fields")
      if isSingle {
        if let item = items.first {
          Screen.write(try format.text(item, showsManagedFields: showsFields))
        }
      } else {
        let list: JSONValue = [
          "apiVersion": "v1", "items": .array(items), "kind": "List",
          "metadata": ["resourceVersion": ""],
        ]
        Screen.write(try format.text(list, showsManagedFields: showsFields))
      }
    }
    try ManyErrors.throwing(errors)
  }

  private func customColumns(_ columns: CustomColumns) throws {
    var errors: [any Error] = []
    let (items, _) = try collect(&errors)
    if !items.isEmpty || errors.isEmpty {
      Screen.write(columns.text(items, hasHeader: !flags.bool("no-headers")))
    }
    try ManyErrors.throwing(errors)
  }
}
