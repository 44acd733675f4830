import Documents
import Support

/// Keeps as many pods as a ReplicaSet or a ReplicationController asks for.
package struct ReplicaSetController: Controller {
  private let kind: String
  private let bucket: String
  package let name: String
  /// At most so many pods are made or deleted at once.
  private static let burst = 500

  /// The controller of ReplicaSets.
  package static let replicaSets = ReplicaSetController(
    kind: "ReplicaSet", bucket: "apps/replicasets", name: "replicaset-controller")
  /// The controller of ReplicationControllers.
  package static let replicationControllers = ReplicaSetController(
    kind: "ReplicationController", bucket: "replicationcontrollers",
    name: "replication-controller")

  package var watches: [String] { [bucket, "pods"] }
  package let width = 5

  package func keys(for event: StoreEvent, _ view: ClusterView) -> [ObjectKey] {
    let object = event.object.value
    guard event.object.key.bucket == "pods" else { return [event.object.key] }
    var keys = ownerKey(object, kind: kind, bucket: bucket)
    if let previous = event.previous?.value {
      keys += ownerKey(previous, kind: kind, bucket: bucket)
    }
    if !keys.isEmpty || object.controllerReference != nil { return keys }
    // A pod without a manager may fit any of them.
    return view.objects(bucket, object.namespace).filter {
      selector($0)?.matches(object.labels) ?? false
    }.map { ObjectKey(bucket, $0.namespace, $0.name) }
  }

  private func selector(_ set: JSONValue) -> LabelSelector? {
    bucket == "apps/replicasets"
      ? LabelSelector(object: set.at("spec", "selector"))
      : LabelSelector(labels: set.map("spec", "selector"))
  }

  package func plan(_ key: ObjectKey, _ view: ClusterView) -> Plan {
    var plan = Plan()
    guard let set = view.object(key), let selector = selector(set) else { return plan }
    let claim = Pods.claim(for: set, selector: selector, view)
    Pods.settleOwnership(
      of: set, orphans: claim.orphans, strangers: claim.strangers, &plan)
    let active = (claim.mine + claim.orphans).filter(Pods.isActive)
    let wished = set.number("spec", "replicas") ?? 1
    if !set.isBeingDeleted { manage(set, active, wished, view, &plan) }
    reportStatus(set, active, view, &plan)
    return plan
  }

  private func manage(
    _ set: JSONValue, _ active: [JSONValue], _ wished: Int, _ view: ClusterView,
    _ plan: inout Plan
  ) {
    let missing = wished - active.count
    if missing > 0 {
      let template = set.at("spec", "template") ?? [:]
      for _ in 0..<min(missing, Self.burst) {
        plan.add(
          .create(bucket: "pods", Pods.make(from: template, owner: set), owner: set),
          Text(
            "\(set.name) has \(active.count) of \(wished) pods",
            ko: "\(set.name)의 파드가 \(wished)개 중 \(active.count)개뿐입니다"))
      }
    } else if missing < 0 {
      for pod in Pods.byExpendability(active, view).prefix(min(-missing, Self.burst)) {
        plan.add(
          .delete(bucket: "pods", pod, owner: set),
          Text(
            "\(set.name) has \(active.count) pods and wants \(wished)",
            ko: "\(set.name)의 파드가 \(active.count)개인데 \(wished)개만 필요합니다"))
      }
    }
  }

  private func reportStatus(
    _ set: JSONValue, _ active: [JSONValue], _ view: ClusterView, _ plan: inout Plan
  ) {
    let minReady = set.number("spec", "minReadySeconds") ?? 0
    let wanted = set.map("spec", "template", "metadata", "labels")
    let labels = LabelSelector(labels: wanted)
    let ready = active.filter(Pods.isReady)
    let available = ready.filter { Pods.isAvailable($0, minReadySeconds: minReady, view) }
    var new = set
    func count(_ key: String, _ number: Int) {
      new.set("status", key, to: number == 0 ? nil : .integer(Int64(number)))
    }
    new.set("status", "replicas", to: .integer(Int64(active.count)))
    count("fullyLabeledReplicas", active.count { labels.matches($0.labels) })
    count("readyReplicas", ready.count)
    count("availableReplicas", available.count)
    new.set("status", "observedGeneration", to: set.at("metadata", "generation"))
    // Set by the executor when a pod could not be made.
    if active.count >= set.number("spec", "replicas") ?? 1 {
      Conditions.remove(&new, "ReplicaFailure")
    }
    if new != set {
      plan.add(
        .updateStatus(bucket: bucket, new),
        Text(
          "\(active.count) pods, \(ready.count) ready",
          ko: "파드 \(active.count)개 가운데 \(ready.count)개가 준비되었습니다"))
    }
    // Somebody must look again when a ready pod has been ready long enough.
    if minReady > 0, available.count < ready.count { plan.lookAgain(after: 1) }
  }
}
