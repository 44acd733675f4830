import Documents
import Support

/// `kubectl replace`.
enum Replace {
  static let command = Command(
    name: "replace", usage: "-f FILENAME", summary: "Replace a resource by file name or stdin",
    flags: CommonFlags.files + CommonFlags.output + [
      CommonFlags.dryRun, CommonFlags.fieldManager("kubectl-replace"), Apply.validate,
      .string("cascade", "As for delete", standard: "background", alone: "background"),
      .bool("force", "Delete and make anew"), .int("grace-period", "As for delete", standard: -1),
      .string("raw", "Put the file to this path"), .bool("save-config", "As apply does"),
      .string("subresource", "Replace this part of the object"),
      .duration("timeout", "How long to wait for what --force deletes"),
      .bool("wait", "Wait until what --force deletes is gone"),
    ]
  ) { invocation in
    let flags = invocation.flags
    guard flags.isSet("filename") || flags.isSet("kustomize") else {
      throw KubectlError("must specify --filename to replace")
    }
    let session = try Session(invocation)
    let report = try Report(session)
    var errors: [any Error] = []
    for var item in try Selection(session).manifests(&errors) {
      do {
        if flags.bool("save-config") { item.object = LastApplied.adding(to: item.object) }
        if flags.bool("force") {
          try force(item, session, report)
        } else {
          try put(item, session, report)
        }
      } catch let error as StatusError {
        errors.append(error.adding("replacing", source: item.source))
      } catch {
        errors.append(error)
      }
    }
    try ManyErrors.throwing(errors)
  }

  private static func put(_ item: ResourceItem, _ session: Session, _ report: Report) throws {
    let current = try session.get(item.kind, item.name, namespace: item.namespace)
    if try session.dryRun == .client { return try report.print(item.object, "replaced") }
    var object = item.object
    if object.resourceVersion.isEmpty {
      object.set("metadata", "resourceVersion", to: .string(current.resourceVersion))
    }
    var query = [("fieldManager", session.flags.string("field-manager"))]
    if try session.dryRun == .server { query.append(("dryRun", "All")) }
    query.append(("fieldValidation", try session.fieldValidation))
    let changed = try session.client.request(
      "PUT",
      item.kind.path(
        namespace: item.namespace, name: item.name,
        subresource: session.flags.string("subresource")), query: query, body: object)
    try report.print(changed, "replaced")
  }

  private static func force(_ item: ResourceItem, _ session: Session, _ report: Report) throws {
    let grace = session.flags.int("grace-period")
    do {
      var options: JSONValue = [
        "kind": "DeleteOptions", "apiVersion": "v1", "propagationPolicy": "Background",
      ]
      options["gracePeriodSeconds"] = .integer(Int64(max(0, grace)))
      let gone = try session.client.request("DELETE", item.path, body: options)
      Screen.print("\(item.kind.qualifiedSingular) \"\(item.name)\" deleted")
      var place = item
      place.object = gone.kind == "Status" ? .null : gone
      try GoneWait(session: session, seconds: 300).wait([place])
    } catch let error as StatusError where error.isNotFound {
      // Then there is only something to make.
    }
    try report.print(
      try session.create(item, manager: session.flags.string("field-manager")), "replaced")
  }
}
