import Documents
import Support

/// The earlier versions of a workload: ReplicaSets of a Deployment, ControllerRevisions of a
/// DaemonSet or StatefulSet.
struct RevisionHistory {
  private let item: ResourceItem
  private let session: Session
  /// Oldest first.
  private let revisions: [(number: Int, cause: String, object: JSONValue)]

  init(_ item: ResourceItem, _ session: Session) throws {
    self.item = item
    self.session = session
    let objects: [JSONValue]
    switch item.kind.kind {
    case "Deployment": objects = try ReplicaSetHistory(session).sets(of: item.object)
    case "DaemonSet", "StatefulSet":
      let kind = try session.discovery.kind(named: "controllerrevisions.apps")
      objects = try session.list(
        kind, namespace: item.namespace,
        labels: DescribeText.selector(item.object.at("spec", "selector"))
      ).list("items").filter { $0.controllerReference?.text("uid") == item.object.uid }
    default:
      throw KubectlError(
        "no history viewer has been implemented for {\"\(item.kind.group)\" \"\(item.kind.kind)\"}")
    }
    revisions = objects.map { object in
      let number =
        object.kind == "ReplicaSet"
        ? ReplicaSetHistory.revision(object) : object.number("revision") ?? 0
      return (number, object.annotations[ReplicaSetHistory.causeKey] ?? "", object)
    }.sorted { $0.number < $1.number }
  }

  /// The table of `rollout history`.
  var text: String {
    guard !revisions.isEmpty else { return "No rollout history found.\n" }
    let lines =
      ["REVISION\tCHANGE-CAUSE"]
      + revisions.map { "\($0.number)\t\(DescribeText.orNone($0.cause))" }
    return TabWriter.align(lines, minimumWidth: 0, padding: 2).map { $0 + "\n" }.joined() + "\n"
  }

  /// One revision, described.
  func detail(_ number: Int) throws -> String {
    guard let found = revisions.first(where: { $0.number == number }) else {
      throw KubectlError("unable to find the specified revision")
    }
    var description = Description()
    var template =
      found.object.at("spec", "template")
      ?? found.object.at("data", "spec", "template") ?? .null
    if !found.cause.isEmpty {
      template.set("metadata", "annotations", ReplicaSetHistory.causeKey, to: .string(found.cause))
    }
    description.template(template)
    // The genuine one leaves the tabs as they are.
    return "with revision #\(number)\n" + description.lines.map { $0 + "\n" }.joined() + "\n"
  }

  enum Undone {
    case done
    /// There was nothing to change.
    case same(Int)
  }

  /// Goes back to a revision; 0 means the one before the last.
  func undo(to number: Int) throws -> Undone {
    let target: (number: Int, cause: String, object: JSONValue)
    if number > 0 {
      guard let found = revisions.first(where: { $0.number == number }) else {
        throw KubectlError("unable to find specified revision \(number) in history")
      }
      target = found
    } else {
      guard revisions.count > 1 else {
        throw KubectlError(
          item.kind.kind == "Deployment"
            ? "no rollout history found for deployment \"\(item.name)\""
            : "no last revision to roll back to")
      }
      target = revisions[revisions.count - 2]
    }
    if target.object.kind != "ReplicaSet" {
      if target.number == revisions.last?.number { return .same(target.number) }
      if try session.dryRun != .client {
        _ = try session.patch(item, target.object["data"] ?? [:], .strategicMerge)
      }
      return .done
    }
    if ReplicaSetHistory.isNewest(target.object, of: item.object) { return .same(target.number) }
    var template = target.object.at("spec", "template") ?? .null
    template.set("metadata", "labels", "pod-template-hash", to: nil)
    var annotations = item.object.annotations
    let kept = [
      LastApplied.annotation, ReplicaSetHistory.revisionKey,
      "deployment.kubernetes.io/revision-history", "deployment.kubernetes.io/desired-replicas",
      "deployment.kubernetes.io/max-replicas", "deprecated.deployment.rollback.to",
    ]
    annotations = annotations.filter { kept.contains($0.key) }
    for (key, value) in target.object.annotations where !kept.contains(key) {
      annotations[key] = value
    }
    let patch: JSONValue = [
      ["op": "replace", "path": "/spec/template", "value": template],
      ["op": "replace", "path": "/metadata/annotations", "value": JSONValue(map: annotations)],
    ]
    if try session.dryRun != .client { _ = try session.patch(item, patch, .jsonPatch) }
    return .done
  }
}
