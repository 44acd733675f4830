import Documents
import Support

/// Works out how many pods of a disruption budget may be taken away.
package struct DisruptionController: Controller {
  package let name = "controllermanager"
  package let watches = ["policy/poddisruptionbudgets", "pods"]
  private static let bucket = "policy/poddisruptionbudgets"

  package init() {}

  package func keys(for event: StoreEvent, _ view: ClusterView) -> [ObjectKey] {
    guard event.object.key.bucket == "pods" else { return [event.object.key] }
    let pod = event.object.value
    return view.objects(Self.bucket, pod.namespace).filter {
      LabelSelector(object: $0.at("spec", "selector"))?.matches(pod.labels) ?? false
    }.map { ObjectKey(Self.bucket, $0.namespace, $0.name) }
  }

  package func plan(_ key: ObjectKey, _ view: ClusterView) -> Plan {
    var plan = Plan()
    guard let budget = view.object(key),
      let selector = LabelSelector(object: budget.at("spec", "selector"))
    else { return plan }
    let pods = view.objects("pods", budget.namespace).filter {
      selector.matches($0.labels) && Pods.isActive($0)
    }
    let disrupted = budget.at("status", "disruptedPods")?.object ?? [:]
    let healthy = pods.count { Pods.isReady($0) && disrupted[$0.name] == nil }
    let expected = expectedCount(pods, budget, view)
    var needed = 0
    if let least = IntOrPercent(budget.at("spec", "minAvailable")) {
      needed = least.resolved(of: expected, roundUp: true)
    } else if let most = IntOrPercent(budget.at("spec", "maxUnavailable")) {
      needed = max(0, expected - most.resolved(of: expected, roundUp: true))
    }
    let allowed = max(0, min(healthy - needed, expected))
    var new = budget
    let counts = [
      "currentHealthy": healthy, "desiredHealthy": needed, "disruptionsAllowed": allowed,
      "expectedPods": expected,
    ]
    for (key, count) in counts { new.set("status", key, to: .integer(Int64(count))) }
    new.set("status", "observedGeneration", to: budget.at("metadata", "generation"))
    // Pods whose eviction was allowed are forgotten when they are gone.
    let left = disrupted.filter { name, _ in
      pods.contains { $0.name == name && !$0.isBeingDeleted }
    }
    new.set(
      "status", "disruptedPods",
      to: left.isEmpty ? nil : .object(JSONObject(left.map { ($0.key, $0.value) })))
    Conditions.set(
      &new, "DisruptionAllowed", status: allowed > 0,
      reason: allowed > 0 ? "SufficientPods" : "InsufficientPods", now: view.timestamp,
      extra: [("observedGeneration", budget.at("metadata", "generation") ?? 0), ("message", "")])
    if new != budget {
      plan.add(
        .updateStatus(bucket: Self.bucket, new),
        Text(
          "\(healthy) of \(expected) pods are healthy and \(needed) are needed",
          ko: "파드 \(expected)개 중 \(healthy)개가 정상이고 \(needed)개가 필요합니다"))
    }
    return plan
  }

  /// How many pods there should be: what their managers ask for.
  private func expectedCount(_ pods: [JSONValue], _ budget: JSONValue, _ view: ClusterView) -> Int {
    let isPlainNumber =
      if case .number? = IntOrPercent(budget.at("spec", "minAvailable")) { true } else { false }
    if isPlainNumber { return pods.count }
    let buckets = [
      "ReplicaSet": "apps/replicasets", "StatefulSet": "apps/statefulsets",
      "ReplicationController": "replicationcontrollers",
    ]
    var seen: Set<String> = []
    var total = 0
    for pod in pods {
      guard let owner = pod.controllerReference, let bucket = buckets[owner.text("kind")],
        let manager = view.object(bucket, pod.namespace, owner.text("name"))
      else {
        total += 1
        continue
      }
      if seen.insert(manager.uid).inserted { total += manager.number("spec", "replicas") ?? 0 }
    }
    return total
  }
}
