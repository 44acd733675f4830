import Documents
import Support

/// Keeps one pod on every node that suits.
package struct DaemonSetController: Controller {
  package let name = "daemonset-controller"
  package let watches = ["apps/daemonsets", "pods", "nodes", Revisions.bucket]
  package let width = 5
  private static let bucket = "apps/daemonsets"

  package init() {}

  package func keys(for event: StoreEvent, _ view: ClusterView) -> [ObjectKey] {
    switch event.object.key.bucket {
    case Self.bucket: return [event.object.key]
    case "nodes":
      return view.objects(Self.bucket).map { ObjectKey(Self.bucket, $0.namespace, $0.name) }
    default: return ownerKey(event.object.value, kind: "DaemonSet", bucket: Self.bucket)
    }
  }

  package func plan(_ key: ObjectKey, _ view: ClusterView) -> Plan {
    var plan = Plan()
    guard let set = view.object(key), !set.isBeingDeleted,
      let selector = LabelSelector(object: set.at("spec", "selector"))
    else { return plan }
    let revisions = Revisions(of: set, view, &plan)
    let claim = Pods.claim(for: set, selector: selector, view)
    Pods.settleOwnership(of: set, orphans: claim.orphans, strangers: claim.strangers, &plan)
    let pods = claim.mine + claim.orphans
    let hash = Revisions.label(revisions.current)
    var updated = 0
    var (ready, available, misplaced, placed, wished) = (0, 0, 0, 0, 0)
    var unavailable = 0
    var outdated: [JSONValue] = []
    for node in view.objects("nodes").sorted(by: { $0.name < $1.name }) {
      let here = pods.filter { Self.node(of: $0) == node.name }
      let fits = Self.fit(set, node)
      if fits.runs { wished += 1 }
      place(set, node, here, fits, hash, &plan)
      let active = here.filter(Pods.isActive)
      guard let pod = active.first else {
        if fits.runs { unavailable += 1 }
        continue
      }
      if !fits.runs {
        misplaced += 1
        continue
      }
      placed += 1
      let isAvailable = Pods.isAvailable(
        pod, minReadySeconds: set.number("spec", "minReadySeconds") ?? 0, view)
      if Pods.isReady(pod) { ready += 1 }
      if isAvailable { available += 1 } else { unavailable += 1 }
      if pod.labels[Revisions.hashLabel] == hash { updated += 1 } else { outdated.append(pod) }
    }
    replace(outdated, set, unavailable, wished, view, &plan)
    dropStrays(set, pods, view, &plan)
    var new = set
    let counts = [
      "currentNumberScheduled": placed, "numberMisscheduled": misplaced,
      "desiredNumberScheduled": wished, "numberReady": ready,
    ]
    for (key, count) in counts { new.set("status", key, to: .integer(Int64(count))) }
    let optional = [
      "updatedNumberScheduled": updated, "numberAvailable": available,
      "numberUnavailable": max(0, wished - available),
    ]
    for (key, count) in optional {
      new.set("status", key, to: count == 0 ? nil : .integer(Int64(count)))
    }
    new.set("status", "observedGeneration", to: set.at("metadata", "generation"))
    if new != set {
      plan.add(
        .updateStatus(bucket: Self.bucket, new),
        Text("\(ready) of \(wished) nodes are served", ko: "노드 \(wished)개 중 \(ready)개에서 실행 중입니다"))
    }
    revisions.cleanUp(
      keeping: set.number("spec", "revisionHistoryLimit") ?? 10,
      used: Set(pods.compactMap { $0.labels[Revisions.hashLabel] }), &plan)
    return plan
  }

  /// The node a daemon's pod is meant for, which its affinity says before the scheduler does.
  private static func node(of pod: JSONValue) -> String {
    let bound = pod.text("spec", "nodeName")
    if !bound.isEmpty { return bound }
    let terms = pod.list(
      "spec", "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution",
      "nodeSelectorTerms")
    return terms.first?.list("matchFields").first { $0.text("key") == "metadata.name" }?
      .list("values").first?.string ?? ""
  }

  private static let tolerated: [(String, String)] = [
    ("node.kubernetes.io/not-ready", "NoExecute"),
    ("node.kubernetes.io/unreachable", "NoExecute"),
    ("node.kubernetes.io/disk-pressure", "NoSchedule"),
    ("node.kubernetes.io/memory-pressure", "NoSchedule"),
    ("node.kubernetes.io/pid-pressure", "NoSchedule"),
    ("node.kubernetes.io/unschedulable", "NoSchedule"),
  ]

  private static func podSpec(_ set: JSONValue) -> JSONValue {
    var spec = set.at("spec", "template", "spec") ?? [:]
    var tolerations = spec.list("tolerations")
    for (key, effect) in tolerated {
      tolerations.append([
        "key": .string(key), "operator": "Exists", "effect": .string(effect),
      ])
    }
    spec["tolerations"] = .array(tolerations)
    return spec
  }

  /// Whether a daemon should be made on a node, and whether one that is there may stay.
  private static func fit(_ set: JSONValue, _ node: JSONValue) -> (runs: Bool, stays: Bool) {
    let pod: JSONValue = ["spec": podSpec(set)]
    guard NodeFit.matchesSelectors(pod, node) else { return (false, false) }
    if Taints.untolerated(pod, node, effects: ["NoExecute"]) != nil { return (false, false) }
    return (Taints.untolerated(pod, node, effects: ["NoSchedule"]) == nil, true)
  }

  private func place(
    _ set: JSONValue, _ node: JSONValue, _ here: [JSONValue], _ fits: (runs: Bool, stays: Bool),
    _ hash: String, _ plan: inout Plan
  ) {
    for pod in here where pod.text("status", "phase") == "Failed" && !pod.isBeingDeleted {
      plan.add(
        .delete(bucket: "pods", pod, owner: set),
        Text("pod \(pod.name) has failed", ko: "파드 \(pod.name)이(가) 실패했습니다"))
    }
    let active = here.filter { Pods.isActive($0) }
    if fits.runs, here.allSatisfy({ !Pods.isActive($0) && !$0.isBeingDeleted }) {
      var template = set.at("spec", "template") ?? [:]
      template["spec"] = Self.podSpec(set)
      var pod = Pods.make(from: template, owner: set, labels: [Revisions.hashLabel: hash])
      pod.set(
        "spec", "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution",
        to: [
          "nodeSelectorTerms": [
            [
              "matchFields": [
                ["key": "metadata.name", "operator": "In", "values": [.string(node.name)]]
              ]
            ]
          ]
        ])
      plan.add(
        .create(bucket: "pods", pod, owner: set),
        Text(
          "node \(node.name) has no pod of \(set.name)",
          ko: "노드 \(node.name)에 \(set.name)의 파드가 없습니다"))
    } else if !fits.stays {
      for pod in active {
        plan.add(
          .delete(bucket: "pods", pod, owner: set),
          Text(
            "node \(node.name) does not suit \(set.name) any more",
            ko: "노드 \(node.name)은(는) \(set.name)에 더는 맞지 않습니다"))
      }
    } else {
      for pod in active.dropFirst() {
        plan.add(
          .delete(bucket: "pods", pod, owner: set),
          Text("one pod on node \(node.name) is enough", ko: "노드 \(node.name)에는 파드 하나면 됩니다"))
      }
    }
  }

  /// Old pods make room for new ones, a few at a time.
  private func replace(
    _ outdated: [JSONValue], _ set: JSONValue, _ unavailable: Int, _ wished: Int,
    _ view: ClusterView, _ plan: inout Plan
  ) {
    guard set.text("spec", "updateStrategy", "type") == "RollingUpdate" else { return }
    let most =
      IntOrPercent(set.at("spec", "updateStrategy", "rollingUpdate", "maxUnavailable"))?
      .resolved(of: wished, roundUp: true) ?? 1
    var room = max(most, 1) - unavailable
    for pod in outdated {
      // Who does not serve anyway does not count.
      let serves = Pods.isReady(pod)
      guard room > 0 || !serves else { continue }
      if serves { room -= 1 }
      plan.add(
        .delete(bucket: "pods", pod, owner: set),
        Text(
          "pod \(pod.name) is of an old template", ko: "파드 \(pod.name)은(는) 예전 템플릿의 것입니다"))
    }
  }

  private func dropStrays(
    _ set: JSONValue, _ pods: [JSONValue], _ view: ClusterView, _ plan: inout Plan
  ) {
    let nodes = Set(view.objects("nodes").map(\.name))
    for pod in pods where !pod.isBeingDeleted && !nodes.contains(Self.node(of: pod)) {
      plan.add(
        .delete(bucket: "pods", pod, owner: set),
        Text("the node of pod \(pod.name) is gone", ko: "파드 \(pod.name)의 노드가 없어졌습니다"))
    }
  }
}
