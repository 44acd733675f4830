import Documents
import Support

/// `kubectl events`.
enum Events {
  static let command = Command(
    name: "events", usage: "[(-o|--output=)json|yaml|name|...] [--for TYPE/NAME] [--watch]",
    summary: "List events",
    flags: CommonFlags.output + [
      CommonFlags.allNamespaces, .int("chunk-size", "Objects to ask for at once", standard: 500),
      .string("for", "Only about this object, as TYPE/NAME"),
      .bool("no-headers", "Leave the line of titles out"),
      .list("types", "Normal, Warning"), .bool("watch", "Go on watching", short: "w"),
    ]
  ) { try EventsRun($0).run() }
}

/// One run of `events`.
private struct EventsRun {
  let session: Session
  let flags: FlagValues
  let format: OutputFormat

  init(_ invocation: Invocation) throws {
    flags = invocation.flags
    format = try OutputFormat(flags)
    for type in flags.list("types") where !["normal", "warning"].contains(type.lowercased()) {
      throw KubectlError("valid --types are Normal or Warning")
    }
    session = try Session(invocation)
  }

  func run() throws {
    let kind = try session.discovery.kind(named: "events")
    var fields = ""
    if flags.isSet("for") {
      guard let part = try Selection(session).parts([flags.string("for")]).first,
        let name = part.names.first
      else { throw KubectlError("--for must be in resource/name form") }
      fields =
        "involvedObject.kind=\(part.kind.kind),involvedObject.apiVersion=\(part.kind.apiVersion),"
        + "involvedObject.name=\(name)"
    }
    let list = try session.list(kind, namespace: session.listNamespace, fields: fields)
    let events = list.list("items").filter(isWanted).enumerated().sorted { one, other in
      let (a, b) = (EventText.last(one.element), EventText.last(other.element))
      return a == b ? one.offset < other.offset : a < b
    }.map(\.element)
    if events.isEmpty && !flags.bool("watch") {
      Screen.remark(
        flags.bool("all-namespaces")
          ? "No events found." : "No events found in \(session.namespace) namespace.")
      return
    }
    var printer = TablePrinter(TablePrinter.Options(hasHeader: !flags.bool("no-headers")))
    if format.isStandard {
      for line in printer.lines(table(events)) { Screen.print(line) }
    } else {
      var whole = list
      whole["items"] = .array(events)
      Screen.write(try format.text(whole, showsManagedFields: flags.bool("show-managed-fields")))
    }
    guard flags.bool("watch") else { return }
    var query = [("resourceVersion", list.resourceVersion)]
    if !fields.isEmpty { query.append(("fieldSelector", fields)) }
    let stream = try WatchStream(
      session.client, kind.path(namespace: session.listNamespace), query: query)
    while case .event(let event) = try stream.next() {
      guard ["ADDED", "MODIFIED"].contains(event.kind), isWanted(event.object) else { continue }
      for line in printer.lines(table([event.object])) { Screen.print(line) }
    }
  }

  private func isWanted(_ event: JSONValue) -> Bool {
    let types = flags.list("types").map { $0.lowercased() }
    return types.isEmpty || types.contains(event.text("type").lowercased())
  }

  private func table(_ events: [JSONValue]) -> JSONValue {
    var titles = ["LAST SEEN", "TYPE", "REASON", "OBJECT", "MESSAGE"]
    if flags.bool("all-namespaces") { titles.insert("NAMESPACE", at: 0) }
    return [
      "columnDefinitions": .array(titles.map { ["name": .string($0)] }),
      "rows": .array(
        events.map { event in
          let object = event["involvedObject"] ?? .null
          var cells = [
            EventText.age(event), event.text("type"), event.text("reason"),
            "\(object.text("kind"))/\(object.text("name"))", event.text("message").trimmingSpace(),
          ]
          if flags.bool("all-namespaces") { cells.insert(event.namespace, at: 0) }
          return ["cells": .array(cells.map(JSONValue.string))]
        }),
    ]
  }
}
