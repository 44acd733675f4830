import Documents
import Support

/// The templates that a DaemonSet or a StatefulSet has had, as ControllerRevisions: what a roll-back
/// goes back to, and by whose hash pods are told apart.
struct Revisions {
  static let bucket = "apps/controllerrevisions"
  static let hashLabel = "controller-revision-hash"
  /// All of them, in order.
  var all: [JSONValue]
  /// The one of the present template; made when it is missing.
  var current: JSONValue

  init(of owner: JSONValue, _ view: ClusterView, _ plan: inout Plan) {
    all = view.owned(by: owner, Self.bucket).sorted {
      ($0.number("revision") ?? 0) < ($1.number("revision") ?? 0)
    }
    let data: JSONValue = [
      "spec": ["template": Self.patch(owner.at("spec", "template") ?? [:])]
    ]
    let last = all.last?.number("revision") ?? 0
    if var found = all.last(where: { $0["data"] == data }) {
      // Going back makes an old revision the newest.
      if found.number("revision") != last {
        found["revision"] = .integer(Int64(last + 1))
        plan.add(
          .update(bucket: Self.bucket, found),
          Text(
            "the template of \(owner.name) is that of revision \(found.name) again",
            ko: "\(owner.name)의 템플릿이 다시 리비전 \(found.name)의 것입니다"))
      }
      current = found
      return
    }
    let hash = Pods.hash(
      of: data, salt: owner.number("status", "collisionCount") ?? 0)
    var labels = owner.map("spec", "template", "metadata", "labels")
    labels[Self.hashLabel] = hash
    current = [
      "apiVersion": "apps/v1", "kind": "ControllerRevision",
      "metadata": [
        "name": .string("\(owner.name)-\(hash)"), "namespace": .string(owner.namespace),
        "labels": JSONValue(map: labels), "ownerReferences": [Pods.reference(to: owner)],
      ], "data": data, "revision": .integer(Int64(last + 1)),
    ]
    all.append(current)
    plan.add(
      .create(bucket: Self.bucket, current, owner: nil),
      Text(
        "the template of \(owner.name) is new", ko: "\(owner.name)의 템플릿이 새것입니다"))
  }

  private static func patch(_ template: JSONValue) -> JSONValue {
    var template = template
    template["$patch"] = "replace"
    return template
  }

  /// What pods of a DaemonSet's revision carry as a label; those of a StatefulSet carry its name.
  static func label(_ revision: JSONValue) -> String {
    revision.labels[hashLabel] ?? revision.name
  }

  /// Revisions that no pod has and that are more than the history that is kept.
  func cleanUp(keeping limit: Int, used: Set<String>, _ plan: inout Plan) {
    let idle = all.filter {
      !used.contains(Self.label($0)) && !used.contains($0.name) && $0.name != current.name
    }
    for revision in idle.prefix(max(0, idle.count - limit)) {
      plan.add(
        .delete(bucket: Self.bucket, revision, owner: nil),
        Text(
          "only \(limit) old revisions are kept (revisionHistoryLimit)",
          ko: "오래된 리비전은 \(limit)개만 남깁니다 (revisionHistoryLimit)"))
    }
  }
}
