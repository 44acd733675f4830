import Documents
import Linux
import Support

/// `kubectl wait`.
enum Wait {
  static let command = Command(
    name: "wait", usage: "(-f FILENAME | TYPE NAME) --for=condition=available",
    summary: "Wait for a specific condition on one or many resources",
    flags: [
      .list("filename", "File, folder or - with the objects", short: "f"),
      .string("kustomize", "Folder with a kustomization", short: "k"),
      .bool("recursive", "Read folders below folders too", short: "R", standard: true),
    ] + CommonFlags.output + [
      CommonFlags.selector, CommonFlags.fieldSelector, CommonFlags.allNamespaces,
      .bool("all", "All objects of the kinds"),
      .string("for", "create, delete, condition=NAME[=VALUE] or jsonpath='{PATH}'[=VALUE]"),
      .bool("local", "Accepted and not used"),
      .duration("timeout", "How long to wait; 0 to look once", standard: "30s"),
    ],
    examples: [
      "kubectl wait --for=condition=Ready pod/web --timeout=60s",
      "kubectl wait --for=jsonpath='{.status.phase}'=Running pod/web",
    ]
  ) { try WaitRun($0).run() }
}

/// One run of `wait`.
private struct WaitRun {
  let session: Session
  let goal: Goal

  enum Goal {
    case create
    case delete
    case condition(String, String)
    case path(JSONPath, String?)
  }

  init(_ invocation: Invocation) throws {
    goal = try Self.goal(invocation.flags.string("for"))
    session = try Session(invocation)
    guard Selection(session).hasFiles || !invocation.words.isEmpty else {
      throw KubectlError(
        "you must specify resources by --filename when --local is set.\nExample resource specifications include:\n   '-f rsrc.yaml'\n   '--filename=rsrc.json'"
      )
    }
  }

  private static func goal(_ text: String) throws -> Goal {
    switch text.lowercased() {
    case "create": return .create
    case "delete": return .delete
    default: break
    }
    if text.hasPrefix("condition=") {
      let parts = text.dropFirst("condition=".count).split(separator: "=", maxSplits: 1)
        .map(String.init)
      guard let name = parts.first else {
        throw KubectlError("condition name must be specified")
      }
      return .condition(name, parts.count > 1 ? parts[1] : "true")
    }
    if text.hasPrefix("jsonpath=") {
      let rest = String(text.dropFirst("jsonpath=".count))
      let close = rest.lastIndex(of: "}")
      let sign = close.map { rest[$0...].firstIndex(of: "=") } ?? rest.firstIndex(of: "=")
      let path = sign.map { String(rest[..<$0]) } ?? rest
      let value = sign.map { String(rest[rest.index(after: $0)...]) }
      if let value, value.isEmpty {
        throw KubectlError("jsonpath wait has to have a value after equal sign")
      }
      return .path(try JSONPath.relaxed(unquoted(path)), value.map(unquoted))
    }
    throw KubectlError("unrecognized condition: \"\(text)\"")
  }

  private static func unquoted(_ text: String) -> String {
    guard text.count >= 2, let first = text.first, first == text.last, "'\"".contains(first) else {
      return text
    }
    return String(text.dropFirst().dropLast())
  }

  func run() throws {
    let flags = session.flags
    let seconds = flags.duration("timeout")
    let deadline =
      monotonicMilliseconds() + (seconds < 0 ? 7 * 24 * 3_600_000 : Int64(seconds * 1000))
    var errors: [any Error] = []
    var items: [ResourceItem] = []
    while true {
      errors = []
      items = try Selection(session).items(session.invocation.words, &errors)
      let isMissing =
        !errors.isEmpty && errors.allSatisfy { ($0 as? StatusError)?.isNotFound == true }
      guard case .create = goal, isMissing || (errors.isEmpty && items.isEmpty) else { break }
      guard monotonicMilliseconds() < deadline else {
        throw KubectlError(
          "timed out waiting for the condition on \(session.invocation.words.joined(separator: "/"))"
        )
      }
      usleepBriefly()
    }
    if case .delete = goal {
      errors.removeAll { ($0 as? StatusError)?.isNotFound == true }
      if items.isEmpty && errors.isEmpty { return }
    }
    if items.isEmpty && errors.isEmpty { throw KubectlError("no matching resources found") }
    let report = try Report(session)
    for item in items {
      do { try wait(item, until: deadline, report) } catch { errors.append(error) }
    }
    try ManyErrors.throwing(errors)
  }

  private func usleepBriefly() {
    var none: [PollEntry] = []
    _ = try? pollDescriptors(&none, timeout: 500)
  }

  private func timedOut(_ item: ResourceItem) -> KubectlError {
    KubectlError("timed out waiting for the condition on \(item.kind.plural)/\(item.name)")
  }

  private func wait(_ item: ResourceItem, until deadline: Int64, _ report: Report) throws {
    let left = Double(deadline - monotonicMilliseconds()) / 1000
    switch goal {
    case .create: try report.print(item, "condition met")
    case .delete:
      guard left > 0 else {
        if (try? session.get(item.kind, item.name, namespace: item.namespace)) == nil { return }
        throw timedOut(item)
      }
      do {
        try GoneWait(session: session, seconds: left).wait([item])
      } catch let error as KubectlError where error.message.hasPrefix("timed out") {
        throw timedOut(item)
      }
      try report.print(item, "condition met")
    case .condition, .path:
      if try isReached(item.object) { return try report.print(item.object, "condition met") }
      guard left > 0 else { throw timedOut(item) }
      var failure: (any Error)?
      let reached: JSONValue
      do {
        reached = try PodWait(session: session).wait(item, seconds: left) { object in
          do { return try isReached(object) } catch {
            failure = error
            return true
          }
        }
      } catch let error as KubectlError where error.message.hasPrefix("timed out") {
        throw timedOut(item)
      }
      if let failure { throw failure }
      try report.print(reached, "condition met")
    }
  }

  private func isReached(_ object: JSONValue) throws -> Bool {
    switch goal {
    case .condition(let name, let value):
      let found = object.list("status", "conditions").first {
        $0.text("type").lowercased() == name.lowercased()
      }
      guard let found else { return false }
      let generation = object.number("metadata", "generation") ?? 0
      if let seen = found.number("observedGeneration"), seen < generation { return false }
      if let seen = object.number("status", "observedGeneration"), seen < generation {
        return false
      }
      return found.text("status").lowercased() == value.lowercased()
    case .path(let path, let value):
      let found = (try? path.values(object))?.flatMap { $0 } ?? []
      guard let first = found.first else { return false }
      guard found.count == 1 else {
        throw KubectlError("given jsonpath expression matches more than one value")
      }
      guard let value else { return true }
      if first.array != nil || first.object != nil {
        throw KubectlError("jsonpath leads to a nested object or list which is not supported")
      }
      return JSONPath.text(first) == value
    default: return false
    }
  }
}
