import Documents
import Support

/// `kubectl apply`.
enum Apply {
  static let validate = Flag.string(
    "validate", "strict, warn or ignore: what unknown fields are", standard: "strict",
    alone: "strict")

  static let command = Command(
    name: "apply", usage: "(-f FILENAME | -k DIRECTORY)",
    summary: "Make the cluster's objects what files say",
    flags: CommonFlags.files + CommonFlags.output + [
      CommonFlags.selector, CommonFlags.dryRun, validate,
      .bool("all", "With --prune, consider all objects"),
      .string("cascade", "background, foreground or orphan", standard: "background"),
      .string("field-manager", "Name under which the change is recorded"),
      .bool("force", "Delete and make anew what cannot be changed"),
      .bool("force-conflicts", "With --server-side, take fields over from others"),
      .int("grace-period", "Seconds for what --force deletes", standard: -1),
      .bool("openapi-patch", "Accepted; the schema is always used", standard: true),
      .bool("overwrite", "What is wished wins over what is there", standard: true),
      .bool("prune", "Delete what was applied before and is not in the files"),
      .array("prune-allowlist", "Kinds for --prune, as group/version/kind"),
      .bool("server-side", "Let the server merge"),
      .string("subresource", "Apply this part of the object"),
      .duration("timeout", "How long --force waits"),
      .bool("wait", "Wait until what --force deletes is gone"),
    ],
    examples: [
      "kubectl apply -f web.yaml", "kubectl apply -f folder/ -R", "kubectl apply -k overlay/",
      "cat web.yaml | kubectl apply -f -",
    ],
    commands: [ApplyAnnotation.view, ApplyAnnotation.set]
  ) { try ApplyRun($0).run() }
}

/// One run of `apply`.
private struct ApplyRun {
  let session: Session
  let flags: FlagValues
  let report: Report
  private var isServerSide: Bool { flags.bool("server-side") }

  init(_ invocation: Invocation) throws {
    flags = invocation.flags
    guard flags.isSet("filename") || flags.isSet("kustomize") else {
      throw KubectlError("must specify one of -f and -k")
    }
    guard invocation.words.isEmpty else {
      throw invocation.usageError("Unexpected args: [\(invocation.words.joined(separator: " "))]")
    }
    session = try Session(invocation)
    report = try Report(session)
    if try session.dryRun == .client, flags.bool("server-side") {
      throw KubectlError(
        "--dry-run=client doesn't work with --server-side (did you mean --dry-run=server instead?)")
    }
    if flags.bool("force-conflicts"), !flags.bool("server-side") {
      throw KubectlError("--force-conflicts only works with --server-side")
    }
    if flags.bool("prune"), !flags.bool("all"), !flags.isSet("selector") {
      throw KubectlError(
        "all resources selected for prune without explicitly passing --all. To prune all resources, pass the --all flag. If you did not mean to prune all resources, specify a label selector"
      )
    }
  }

  func run() throws {
    var errors: [any Error] = []
    let items = try Selection(session).manifests(&errors)
    if items.isEmpty && errors.isEmpty { throw KubectlError("no objects passed to apply") }
    var results: [JSONValue] = []
    for item in items {
      do {
        results.append(isServerSide ? try applyOnServer(item) : try apply(item))
      } catch {
        errors.append(error)
      }
    }
    try report.print(all: results)
    if errors.isEmpty && flags.bool("prune") {
      try Pruning(session: session, report: report, applied: results).run()
    }
    try ManyErrors.throwing(errors)
  }

  private func tell(_ object: JSONValue, _ verb: String) throws {
    if report.isSentences { try report.print(object, verb) }
  }

  // MARK: Merged here

  private func apply(_ item: ResourceItem) throws -> JSONValue {
    guard !item.name.isEmpty else {
      if !item.object.text("metadata", "generateName").isEmpty {
        throw KubectlError(
          "from \(item.object.text("metadata", "generateName")): cannot use generate name with apply"
        )
      }
      throw KubectlError(
        "error when retrieving current configuration of:\nResource: \"\(item.kind.apiVersion), "
          + "Resource=\(item.kind.plural)\", GroupVersionKind: \"\(item.kind.apiVersion), "
          + "Kind=\(item.kind.kind)\"\nName: \"\", Namespace: \"\(item.namespace)\"\nfrom server "
          + "for: \"\(item.source)\": resource name may not be empty")
    }
    let current: JSONValue
    do {
      current = try session.get(item.kind, item.name, namespace: item.namespace)
    } catch let error as StatusError where error.isNotFound {
      return try create(item)
    } catch let error as StatusError {
      var wrapped = error
      wrapped.message =
        "error when retrieving current configuration of:\nResource: \"\(gvr(item))\", "
        + "GroupVersionKind: \"\(item.kind.apiVersion), Kind=\(item.kind.kind)\"\nName: "
        + "\"\(item.name)\", Namespace: \"\(item.namespace)\"\nfrom server for: "
        + "\"\(item.source)\": \(error.message)"
      throw wrapped
    }
    let wished = LastApplied.adding(to: item.object)
    let last = LastApplied.of(current)
    if last == nil {
      Screen.remark(
        "Warning: resource \(item.kind.plural)/\(item.name) is missing the "
          + "\(LastApplied.annotation) annotation which is required by kubectl apply. kubectl apply "
          + "should only be used on resources created declaratively by either kubectl create "
          + "--save-config or kubectl apply. The missing annotation will be patched automatically.")
    }
    let type = KnownSchema.of(item.kind)
    let patch = ThreeWayMerge.patch(
      last: last ?? .null, wished: wished, current: current, type: type)
    if patch.isEmpty {
      try tell(current, "unchanged")
      return current
    }
    if try session.dryRun == .client {
      try tell(current, "configured")
      return current
    }
    do {
      let changed = try send(item, .object(patch), type == nil ? .merge : .strategicMerge)
      try tell(changed, "configured")
      return changed
    } catch let error as StatusError {
      if flags.bool("force"), error.reason == "Invalid" || error.isConflict {
        return try replace(item, wished)
      }
      throw failure(error, item, patch)
    }
  }

  private func gvr(_ item: ResourceItem) -> String {
    "\(item.kind.apiVersion), Resource=\(item.kind.plural)"
  }

  private func failure(_ error: StatusError, _ item: ResourceItem, _ patch: JSONObject)
    -> StatusError
  {
    var error = error
    let text = ManifestText.compactJSON(ManifestText.sorted(.object(patch)))
    error.message =
      "error when applying patch:\n\(text)\nto:\nResource: \"\(gvr(item))\", GroupVersionKind: "
      + "\"\(item.kind.apiVersion), Kind=\(item.kind.kind)\"\nName: \"\(item.name)\", Namespace: "
      + "\"\(item.namespace)\"\nfor: \"\(item.source)\": error when patching \"\(item.source)\": "
      + error.message
    return error
  }

  private func send(
    _ item: ResourceItem, _ patch: JSONValue, _ type: APIClient.BodyType
  ) throws -> JSONValue {
    var query = [("fieldManager", manager("kubectl-client-side-apply"))]
    if try session.dryRun == .server { query.append(("dryRun", "All")) }
    query.append(("fieldValidation", try session.fieldValidation))
    return try session.client.request(
      "PATCH", item.path, query: query, body: patch, type: type)
  }

  private func manager(_ standard: String) -> String {
    flags.string("field-manager").isEmpty ? standard : flags.string("field-manager")
  }

  private func create(_ item: ResourceItem) throws -> JSONValue {
    var item = item
    item.object = LastApplied.adding(to: item.object)
    if try session.dryRun == .client {
      try tell(item.object, "created")
      return item.object
    }
    do {
      let made = try session.create(item, manager: manager("kubectl-client-side-apply"))
      try tell(made, "created")
      return made
    } catch let error as StatusError {
      throw error.adding("creating", source: item.source)
    }
  }

  private func replace(_ item: ResourceItem, _ wished: JSONValue) throws -> JSONValue {
    try session.client.request(
      "DELETE", item.path,
      body: [
        "kind": "DeleteOptions", "apiVersion": "v1", "propagationPolicy": "Background",
        "gracePeriodSeconds": .integer(Int64(max(0, flags.int("grace-period")))),
      ])
    try GoneWait(session: session, seconds: 300).wait([item])
    return try create(item)
  }

  // MARK: Merged by the server

  private func applyOnServer(_ item: ResourceItem) throws -> JSONValue {
    var query = [("fieldManager", manager("kubectl"))]
    if flags.bool("force-conflicts") { query.append(("force", "true")) }
    if try session.dryRun == .server { query.append(("dryRun", "All")) }
    query.append(("fieldValidation", try session.fieldValidation))
    do {
      let applied = try session.client.request(
        "PATCH",
        item.kind.path(
          namespace: item.namespace, name: item.name, subresource: flags.string("subresource")),
        query: query, body: item.object, type: .apply)
      try tell(applied, "serverside-applied")
      return applied
    } catch let error as StatusError where error.isConflict {
      throw KubectlError(Self.conflictText(error.message))
    } catch let error as StatusError {
      throw error
    }
  }

  private static func conflictText(_ message: String) -> String {
    """
    \(message)
    Please review the fields above--they currently have other managers. Here
    are the ways you can resolve this warning:
    * If you intend to manage all of these fields, please re-run the apply
      command with the `--force-conflicts` flag.
    * If you do not intend to manage all of the fields, please edit your
      manifest to remove references to the fields that should keep their
      current managers.
    * You may co-own fields by updating your manifest to match the existing
      value; in this case, you'll become the manager if the other manager(s)
      stop managing the field (remove it from their configuration).
    See https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts
    """
  }
}

/// `apply --prune`: what was applied once and is in no file any more.
private struct Pruning {
  let session: Session
  let report: Report
  let applied: [JSONValue]

  private static let standardKinds = [
    "v1/ConfigMap", "v1/Endpoints", "v1/PersistentVolumeClaim", "v1/Pod",
    "v1/ReplicationController", "v1/Secret", "v1/Service", "batch/v1/Job", "batch/v1/CronJob",
    "networking.k8s.io/v1/Ingress", "apps/v1/DaemonSet", "apps/v1/Deployment",
    "apps/v1/ReplicaSet", "apps/v1/StatefulSet", "v1/Namespace", "v1/PersistentVolume",
  ]

  func run() throws {
    let kept = Set(applied.map(\.uid))
    let namespaces = Set(applied.map(\.namespace).filter { !$0.isEmpty })
    let given = session.flags.list("prune-allowlist").map {
      $0.hasPrefix("core/") ? String($0.dropFirst(5)) : $0
    }
    for name in given.isEmpty ? Self.standardKinds : given {
      let slash = name.lastIndex(of: "/") ?? name.startIndex
      guard
        let kind = try session.discovery.kind(
          apiVersion: String(name[..<slash]), kind: String(name[slash...].dropFirst()))
      else { throw KubectlError("error pruning: no matches for kind \"\(name)\"") }
      for namespace in kind.isNamespaced ? namespaces.sorted().map(Optional.some) : [nil] {
        let list = try session.list(
          kind, namespace: namespace, labels: session.flags.string("selector"))
        for object in list.list("items") {
          guard LastApplied.of(object) != nil, !kept.contains(object.uid) else { continue }
          var query: [(String, String)] = []
          if try session.dryRun == .server { query.append(("dryRun", "All")) }
          if try session.dryRun != .client {
            try session.client.request(
              "DELETE", kind.path(namespace: object.namespace, name: object.name), query: query,
              body: [
                "kind": "DeleteOptions", "apiVersion": "v1", "propagationPolicy": "Background",
              ])
          }
          if report.isSentences { try report.print(object, "pruned") }
        }
      }
    }
  }
}
