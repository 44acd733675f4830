import Documents
import Support

/// Notices nodes that no longer report, marks them with taints, and gives up their pods after a
/// while.
package struct NodeLifecycleController: Controller {
  package let name = "node-controller"
  package let watches = ["nodes", "coordination.k8s.io/leases", "pods"]
  /// How long a node may be silent.
  private static let gracePeriod = 40
  private static let notReady = "node.kubernetes.io/not-ready"
  private static let unreachable = "node.kubernetes.io/unreachable"
  private static let leases = "kube-node-lease"

  package init() {}

  package func keys(for event: StoreEvent, _ view: ClusterView) -> [ObjectKey] {
    let key = event.object.key
    switch key.bucket {
    case "nodes": return [key]
    case "coordination.k8s.io/leases":
      return key.namespace == Self.leases && event.kind == .added
        ? [ObjectKey("nodes", "", key.name)] : []
    default:
      let node = event.object.value.text("spec", "nodeName")
      return node.isEmpty || event.kind == .deleted ? [] : [ObjectKey("nodes", "", node)]
    }
  }

  package func plan(_ key: ObjectKey, _ view: ClusterView) -> Plan {
    var plan = Plan()
    guard let node = view.object(key) else {
      for pod in pods(on: key.name, view) where !pod.isBeingDeleted {
        plan.add(
          .delete(bucket: "pods", pod, owner: nil),
          Text("node \(key.name) is gone", ko: "노드 \(key.name)이(가) 없어졌습니다"))
      }
      return plan
    }
    let lease = view.object("coordination.k8s.io/leases", Self.leases, node.name)
    let heard = lease?.text("spec", "renewTime") ?? node.text("metadata", "creationTimestamp")
    let silence = view.seconds(since: heard) ?? 0
    if silence > Self.gracePeriod {
      declareUnknown(node, view, &plan)
    } else {
      plan.lookAgain(after: Self.gracePeriod - silence + 1)
    }
    let isSilent = silence > Self.gracePeriod
    let taint = taint(node, isSilent)
    settleTaints(node, taint, view, &plan)
    offerExtended(node, view, &plan)
    evict(node, view, &plan)
    return plan
  }

  private func pods(on node: String, _ view: ClusterView) -> [JSONValue] {
    view.objects("pods").filter { $0.text("spec", "nodeName") == node }
  }

  private func taint(_ node: JSONValue, _ isSilent: Bool) -> String? {
    if isSilent { return Self.unreachable }
    return node.isCondition("Ready") ? nil : Self.notReady
  }

  private func declareUnknown(_ node: JSONValue, _ view: ClusterView, _ plan: inout Plan) {
    guard node.condition("Ready")?.text("status") != "Unknown" else { return }
    var new = node
    for type in ["Ready", "MemoryPressure", "DiskPressure", "PIDPressure"] {
      Conditions.set(
        &new, type, status: nil, reason: "NodeStatusUnknown",
        message: "Kubelet stopped posting node status.", now: view.timestamp,
        extra: [("lastHeartbeatTime", .string(view.timestamp))])
    }
    plan.add(
      .updateStatus(bucket: "nodes", new),
      Text(
        "nothing was heard of node \(node.name) for \(Self.gracePeriod) seconds",
        ko: "노드 \(node.name)에서 \(Self.gracePeriod)초 동안 소식이 없습니다"))
    plan.add(
      .record(
        EventNote(
          node, "NodeNotReady", "Node \(node.name) status is now: NodeNotReady",
          from: name)), Text("tell about it", ko: "알립니다"))
    for pod in pods(on: node.name, view) where Pods.isReady(pod) {
      var pod = pod
      Conditions.set(
        &pod, "Ready", status: false, reason: "NodeNotReady", now: view.timestamp)
      plan.add(
        .updateStatus(bucket: "pods", pod),
        Text("its node does not report", ko: "노드가 보고하지 않습니다"))
    }
  }

  /// What somebody adds to a node's capacity (`example.com/dongle`) can be asked for.
  ///
  /// Simplification: on a larger cluster the node's kubelet does this.
  private func offerExtended(_ node: JSONValue, _ view: ClusterView, _ plan: inout Plan) {
    func extended(_ part: String) -> [String: String] {
      node.map("status", part).filter { name, _ in
        name.contains("/") && !name.hasPrefix("kubernetes.io/")
      }
    }
    let (capacity, offered) = (extended("capacity"), extended("allocatable"))
    guard capacity != offered else { return }
    var new = node
    for name in offered.keys { new.set("status", "allocatable", name, to: nil) }
    for (name, amount) in capacity {
      new.set("status", "allocatable", name, to: .string(amount))
    }
    plan.add(
      .updateStatus(bucket: "nodes", new),
      Text(
        "the capacity of node \(node.name) has changed",
        ko: "노드 \(node.name)의 용량이 바뀌었습니다"))
  }

  private func settleTaints(
    _ node: JSONValue, _ wanted: String?, _ view: ClusterView, _ plan: inout Plan
  ) {
    var taints = node.list("spec", "taints")
    let before = taints
    let own = [Self.notReady, Self.unreachable, "node.kubernetes.io/unschedulable"]
    taints.removeAll { taint in
      let key = taint.text("key")
      if key == own[2] { return !node.flag("spec", "unschedulable") }
      return own.contains(key) && key != wanted
    }
    func add(_ key: String, _ effect: String) {
      if taints.contains(where: { $0.text("key") == key && $0.text("effect") == effect }) { return }
      taints.append([
        "key": .string(key), "effect": .string(effect), "timeAdded": .string(view.timestamp),
      ])
    }
    if let wanted {
      add(wanted, "NoSchedule")
      if node.at("status", "conditions") != nil { add(wanted, "NoExecute") }
    }
    if node.flag("spec", "unschedulable") { add(own[2], "NoSchedule") }
    // Tolerations for a time count from then.
    for index in taints.indices
    where taints[index].text("effect") == "NoExecute" && taints[index]["timeAdded"] == nil {
      taints[index]["timeAdded"] = .string(view.timestamp)
    }
    guard taints != before else { return }
    var new = node
    new.set("spec", "taints", to: taints.isEmpty ? nil : .array(taints))
    plan.add(
      .update(bucket: "nodes", new),
      Text(
        "the taints of node \(node.name) follow its condition",
        ko: "노드 \(node.name)의 테인트를 상태에 맞춥니다"))
  }

  /// Pods that do not tolerate a NoExecute taint go; those that do so for a time, after it.
  private func evict(_ node: JSONValue, _ view: ClusterView, _ plan: inout Plan) {
    let taints = node.list("spec", "taints").filter { $0.text("effect") == "NoExecute" }
    guard !taints.isEmpty else { return }
    for pod in pods(on: node.name, view) where !pod.isBeingDeleted {
      for taint in taints {
        let tolerations = pod.list("spec", "tolerations").filter {
          Taints.tolerates($0, taint)
        }
        if tolerations.contains(where: { $0["tolerationSeconds"] == nil }) { continue }
        let patience = tolerations.compactMap { $0.number("tolerationSeconds") }.min() ?? 0
        let waited = view.seconds(since: taint.text("timeAdded")) ?? 0
        if tolerations.isEmpty || waited >= patience {
          plan.add(
            .record(
              EventNote(
                pod, "TaintManagerEviction", "Marking for deletion Pod \(pod.qualifiedName)",
                from: "taint-eviction-controller")), Text("tell about it", ko: "알립니다"))
          plan.add(
            .updateStatus(
              bucket: "pods",
              Pods.disrupted(
                pod, "DeletionByTaintManager", "Taint manager: deleting due to NoExecute taint",
                now: view.timestamp)),
            Text("tell why it goes", ko: "삭제되는 까닭을 남깁니다"))
          plan.add(
            .delete(bucket: "pods", pod, owner: nil),
            Text(
              "the pod does not tolerate the taint \(taint.text("key")) of its node any longer",
              ko: "파드가 노드의 테인트 \(taint.text("key"))을(를) 더는 용인하지 않습니다"))
          break
        }
        plan.lookAgain(after: patience - waited)
      }
    }
  }
}

/// Taints of nodes, and who may ignore them.
package enum Taints {
  /// Whether a toleration covers a taint.
  package static func tolerates(_ toleration: JSONValue, _ taint: JSONValue) -> Bool {
    let effect = toleration.text("effect")
    guard effect.isEmpty || effect == taint.text("effect") else { return false }
    let key = toleration.text("key")
    if key.isEmpty { return toleration.text("operator") == "Exists" }
    guard key == taint.text("key") else { return false }
    return toleration.text("operator") == "Exists"
      || toleration.text("value") == taint.text("value")
  }

  /// The first taint of these effects that a pod does not tolerate.
  package static func untolerated(
    _ pod: JSONValue, _ node: JSONValue, effects: [String]
  ) -> JSONValue? {
    let tolerations = pod.list("spec", "tolerations")
    return node.list("spec", "taints").first { taint in
      effects.contains(taint.text("effect"))
        && !tolerations.contains { tolerates($0, taint) }
    }
  }
}
