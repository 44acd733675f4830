import Documents
import Glibc
import Linux
import Support

/// `kubectl diff`.
enum Diff {
  static let command = Command(
    name: "diff", usage: "-f FILENAME",
    summary: "Diff the live version against a would-be applied version",
    flags: CommonFlags.files + [
      CommonFlags.selector, CommonFlags.fieldManager("kubectl-client-side-apply"),
      .int("concurrency", "Accepted and not used", standard: 1),
      .bool("force-conflicts", "With --server-side, take fields over from others"),
      .bool("prune", "Accepted and not used"), .bool("server-side", "Let the server merge"),
      .bool("show-managed-fields", "Show who manages which field"),
    ]
  ) { try run($0) }

  private static func run(_ invocation: Invocation) throws {
    guard invocation.flags.isSet("filename") || invocation.flags.isSet("kustomize") else {
      throw KubectlError("must specify one of -f and -k")
    }
    let session = try Session(invocation)
    var errors: [any Error] = []
    let items = try Selection(session).manifests(&errors)
    try ManyErrors.throwing(errors)
    let base = "\(ConfigFiles.variable("TMPDIR") ?? "/tmp")/"
    let number = UInt32.random(in: 0...(.max))
    let (live, merged) = ("\(base)LIVE-\(number)", "\(base)MERGED-\(number)")
    for folder in [live, merged] { try Directory.make(folder, mode: 0o700) }
    defer { for folder in [live, merged] { try? Directory.removeTree(folder) } }
    for item in items {
      let (before, after) = try versions(item, session)
      let parts = [item.kind.group, item.kind.version, item.kind.kind, item.namespace, item.name]
      let name = parts.filter { !$0.isEmpty }.joined(separator: ".")
      for (folder, object) in [(live, before), (merged, after)] {
        let text = object.isNull ? "" : ManifestText.yaml(shown(object, session))
        try File.replace("\(folder)/\(name)", text, mode: 0o600, durable: false)
      }
    }
    let program = ConfigFiles.variable("KUBECTL_EXTERNAL_DIFF") ?? "diff -u -N"
    let status = try HostShell.run("\(program) '\(live)' '\(merged)'")
    if status > 1 { throw KubectlError("exit status \(status)", status: status) }
    if status == 1 { throw KubectlError.silent(1) }
  }

  private static func shown(_ object: JSONValue, _ session: Session) -> JSONValue {
    var object =
      session.flags.bool("show-managed-fields")
      ? object : OutputFormat.withoutManagedFields(object)
    if object.kind == "Secret", let data = object["data"]?.object {
      object["data"] = .object(JSONObject(data.keys.map { ($0, "***") }))
    }
    return object
  }

  /// What is there, and what would be.
  private static func versions(_ item: ResourceItem, _ session: Session) throws -> (
    JSONValue, JSONValue
  ) {
    let query = [("dryRun", "All"), ("fieldManager", session.flags.string("field-manager"))]
    if session.flags.bool("server-side") {
      let current = try? session.get(item.kind, item.name, namespace: item.namespace)
      var query = query
      if session.flags.bool("force-conflicts") { query.append(("force", "true")) }
      return (
        current ?? .null,
        try session.client.request(
          "PATCH", item.path, query: query, body: item.object, type: .apply)
      )
    }
    let current: JSONValue
    do {
      current = try session.get(item.kind, item.name, namespace: item.namespace)
    } catch let error as StatusError where error.isNotFound {
      let made = try session.client.request(
        "POST", item.kind.path(namespace: item.namespace), query: query,
        body: LastApplied.adding(to: item.object))
      return (.null, made)
    }
    let type = KnownSchema.of(item.kind)
    let patch = ThreeWayMerge.patch(
      last: LastApplied.of(current) ?? .null, wished: LastApplied.adding(to: item.object),
      current: current, type: type)
    if patch.isEmpty { return (current, current) }
    let merged = try session.client.request(
      "PATCH", item.path, query: query, body: .object(patch),
      type: type == nil ? .merge : .strategicMerge)
    return (current, merged)
  }
}
