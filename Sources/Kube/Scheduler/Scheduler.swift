import Documents
import Support

/// Decides on which node a pod runs: filters say where it may, scores where it had better. A pure
/// function of the cluster; carrying the decision out is somebody else's.
package struct Scheduler: Sendable {
  /// What was decided, and why.
  package enum Decision: Sendable {
    case bind(node: String, scores: [(node: String, score: Int)])
    /// Pods of less priority on a node make room.
    case preempt(node: String, victims: [JSONValue], message: String)
    case unschedulable(message: String)
  }

  package init() {}

  /// Where a pod goes.
  package func decide(_ pod: JSONValue, _ view: ClusterView) -> Decision {
    let cluster = SchedulerSnapshot(view)
    if let problem = claimProblem(pod, view) { return .unschedulable(message: problem) }
    var reasons: [String: Int] = [:]
    var fitting: [NodeState] = []
    for node in cluster.nodes {
      let found = NodeFit.reasons(pod, node, cluster)
      if found.isEmpty { fitting.append(node) }
      for reason in found { reasons[reason, default: 0] += 1 }
    }
    guard fitting.isEmpty else {
      let scores = fitting.map { ($0.object.name, score(pod, $0, cluster)) }
        .sorted { $0.1 == $1.1 ? $0.0 < $1.0 : $0.1 > $1.1 }
      return .bind(node: scores[0].0, scores: scores)
    }
    var message = message(reasons, total: cluster.nodes.count)
    guard !cluster.nodes.isEmpty else {
      return .unschedulable(message: "no nodes available to schedule pods")
    }
    if let (node, victims) = preemption(pod, cluster) {
      return .preempt(node: node, victims: victims, message: message)
    }
    message += " preemption: 0/\(cluster.nodes.count) nodes are available: "
    let helpless = cluster.nodes.filter { node in
      !NodeFit.reasons(pod, node, cluster).allSatisfy {
        $0.hasPrefix("Insufficient") || $0 == "Too many pods"
          || $0.contains("anti-affinity") || $0.contains("free ports")
      }
    }.count
    var parts: [String] = []
    if cluster.nodes.count > helpless {
      parts.append(
        "\(cluster.nodes.count - helpless) No preemption victims found for incoming pod")
    }
    if helpless > 0 {
      parts.append("\(helpless) Preemption is not helpful for scheduling")
    }
    return .unschedulable(message: message + parts.joined(separator: ", ") + ".")
  }

  private func message(_ reasons: [String: Int], total: Int) -> String {
    let parts = reasons.map { "\($0.value) \($0.key)" }.sorted()
    return "0/\(total) nodes are available: " + parts.joined(separator: ", ") + "."
  }

  private func claimProblem(_ pod: JSONValue, _ view: ClusterView) -> String? {
    for volume in pod.list("spec", "volumes") {
      let name = volume.text("persistentVolumeClaim", "claimName")
      guard !name.isEmpty else { continue }
      guard let claim = view.object("persistentvolumeclaims", pod.namespace, name) else {
        return "persistentvolumeclaim \"\(name)\" not found"
      }
      if claim.isBeingDeleted { return "persistentvolumeclaim \"\(name)\" is being deleted" }
      if claim.text("spec", "volumeName").isEmpty {
        let count = view.objects("nodes").count
        return "0/\(count) nodes are available: pod has unbound immediate PersistentVolumeClaims."
      }
    }
    return nil
  }

  // MARK: Scores

  private func score(_ pod: JSONValue, _ node: NodeState, _ cluster: SchedulerSnapshot) -> Int {
    leastAllocated(pod, node) + balance(pod, node) + preferredAffinity(pod, node.object)
      + PodAffinity.score(pod, node, cluster) + TopologySpread.score(pod, node, cluster)
      - Self.softTaints(pod, node.object) * 100 + spread(pod, node)
  }

  /// Room that is left, 0…100.
  private func leastAllocated(_ pod: JSONValue, _ node: NodeState) -> Int {
    let asked = PodResources.sum(pod, "requests")
    let shares = ["cpu", "memory"].map { name -> Int in
      let all = node.allocatable[name]?.milli ?? 0
      guard all > 0 else { return 0 }
      let used = (node.requested[name]?.milli ?? 0) + (asked[name]?.milli ?? Self.assumed(name))
      return max(0, (all - used) * 100 / all)
    }
    return shares.reduce(0, +) / 2
  }

  /// A pod that asks for nothing uses something all the same.
  private static func assumed(_ name: String) -> Int {
    name == "cpu" ? 100 : 200 * 1024 * 1024 * 1000
  }

  private func balance(_ pod: JSONValue, _ node: NodeState) -> Int {
    let asked = PodResources.sum(pod, "requests")
    let shares = ["cpu", "memory"].map { name -> Int in
      let all = node.allocatable[name]?.milli ?? 0
      guard all > 0 else { return 0 }
      return ((node.requested[name]?.milli ?? 0) + (asked[name]?.milli ?? 0)) * 100 / all
    }
    return 100 - abs(shares[0] - shares[1])
  }

  private func preferredAffinity(_ pod: JSONValue, _ node: JSONValue) -> Int {
    pod.list(
      "spec", "affinity", "nodeAffinity", "preferredDuringSchedulingIgnoredDuringExecution"
    ).reduce(0) { sum, wish in
      NodeFit.matches(wish["preference"] ?? [:], node)
        ? sum + 2 * (wish.number("weight") ?? 0) : sum
    }
  }

  private static func softTaints(_ pod: JSONValue, _ node: JSONValue) -> Int {
    let tolerations = pod.list("spec", "tolerations")
    return node.list("spec", "taints").count { taint in
      taint.text("effect") == "PreferNoSchedule"
        && !tolerations.contains { Taints.tolerates($0, taint) }
    }
  }

  /// Pods of the same manager go to different nodes where they can.
  private func spread(_ pod: JSONValue, _ node: NodeState) -> Int {
    guard let owner = pod.controllerReference?.text("uid") else { return 0 }
    return -20 * node.pods.count { $0.controllerReference?.text("uid") == owner }
  }

  // MARK: Preemption

  /// The node on which the least has to go, and what.
  private func preemption(_ pod: JSONValue, _ cluster: SchedulerSnapshot) -> (String, [JSONValue])?
  {
    let priority = pod.number("spec", "priority") ?? 0
    guard pod.text("spec", "preemptionPolicy") != "Never" else { return nil }
    var best: (node: String, victims: [JSONValue])?
    for (index, node) in cluster.nodes.enumerated() {
      var without = cluster
      let lower = node.pods.filter { ($0.number("spec", "priority") ?? 0) < priority }
      guard !lower.isEmpty else { continue }
      for victim in lower { without.nodes[index].remove(victim.uid) }
      guard NodeFit.reasons(pod, without.nodes[index], without).isEmpty else { continue }
      // Put back whatever can stay, the most important first.
      var victims: [JSONValue] = []
      let ranked = lower.sorted {
        ($0.number("spec", "priority") ?? 0) > ($1.number("spec", "priority") ?? 0)
      }
      for candidate in ranked {
        without.nodes[index].add(candidate)
        if !NodeFit.reasons(pod, without.nodes[index], without).isEmpty {
          without.nodes[index].remove(candidate.uid)
          victims.append(candidate)
        }
      }
      if best.map({ cost(victims) < cost($0.victims) }) ?? true {
        best = (node.object.name, victims)
      }
    }
    return best
  }

  private func cost(_ victims: [JSONValue]) -> (Int, Int) {
    (victims.compactMap { $0.number("spec", "priority") }.max() ?? 0, victims.count)
  }
}
