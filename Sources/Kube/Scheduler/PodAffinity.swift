import Documents
import Support

/// Pods that want to be near others, or far from them.
enum PodAffinity {
  /// Why a node will not do; nil when it will.
  static func problem(_ pod: JSONValue, _ node: NodeState, _ cluster: SchedulerSnapshot) -> String?
  {
    let required = "requiredDuringSchedulingIgnoredDuringExecution"
    // Others may not want this one near them.
    for other in cluster.nodes {
      for neighbour in other.pods {
        for term in neighbour.list("spec", "affinity", "podAntiAffinity", required)
        where matches(term, of: neighbour, pod, cluster)
          && isSamePlace(term, node.object, other.object)
        {
          return "node(s) didn't satisfy existing pods anti-affinity rules"
        }
      }
    }
    for term in pod.list("spec", "affinity", "podAffinity", required) {
      let isNear = cluster.nodes.contains { other in
        isSamePlace(term, node.object, other.object)
          && other.pods.contains { matches(term, of: pod, $0, cluster) }
      }
      // The first of a group that wants to be together has nobody to go to.
      let isFirst =
        matches(term, of: pod, pod, cluster)
        && !cluster.pods.contains { matches(term, of: pod, $0, cluster) }
        && node.object.labels[term.text("topologyKey")] != nil
      if !isNear && !isFirst { return "node(s) didn't match pod affinity rules" }
    }
    for term in pod.list("spec", "affinity", "podAntiAffinity", required) {
      let isNear = cluster.nodes.contains { other in
        isSamePlace(term, node.object, other.object)
          && other.pods.contains { matches(term, of: pod, $0, cluster) }
      }
      if isNear { return "node(s) didn't match pod anti-affinity rules" }
    }
    return nil
  }

  /// How many of the wished neighbours a node has, by weight.
  static func score(_ pod: JSONValue, _ node: NodeState, _ cluster: SchedulerSnapshot) -> Int {
    let preferred = "preferredDuringSchedulingIgnoredDuringExecution"
    var score = 0
    for (key, sign) in [("podAffinity", 1), ("podAntiAffinity", -1)] {
      for wish in pod.list("spec", "affinity", key, preferred) {
        guard let term = wish["podAffinityTerm"] else { continue }
        let count = cluster.nodes.filter { isSamePlace(term, node.object, $0.object) }
          .reduce(0) { $0 + $1.pods.count { matches(term, of: pod, $0, cluster) } }
        score += sign * (wish.number("weight") ?? 0) * count
      }
    }
    return score
  }

  private static func isSamePlace(_ term: JSONValue, _ one: JSONValue, _ other: JSONValue) -> Bool {
    let key = term.text("topologyKey")
    guard let place = one.labels[key] else { return false }
    return other.labels[key] == place
  }

  private static func matches(
    _ term: JSONValue, of owner: JSONValue, _ pod: JSONValue, _ cluster: SchedulerSnapshot
  ) -> Bool {
    let namespaces = term.list("namespaces").compactMap(\.string)
    let isNamed = namespaces.contains(pod.namespace)
    var isInside = isNamed || namespaces.isEmpty && pod.namespace == owner.namespace
    if let selector = LabelSelector(object: term["namespaceSelector"]) {
      let labels = cluster.view.object("namespaces", "", pod.namespace)?.labels ?? [:]
      isInside = isNamed || selector.matches(labels)
    }
    return isInside
      && LabelSelector(object: term["labelSelector"])?.matches(pod.labels) ?? false
  }
}

/// Pods that are to be spread evenly over places.
enum TopologySpread {
  /// Why a node will not do; nil when it will.
  static func problem(_ pod: JSONValue, _ node: NodeState, _ cluster: SchedulerSnapshot) -> String?
  {
    for rule in pod.list("spec", "topologySpreadConstraints")
    where rule.text("whenUnsatisfiable") == "DoNotSchedule" {
      guard let place = node.object.labels[rule.text("topologyKey")] else {
        return "node(s) didn't match pod topology spread constraints (missing required label)"
      }
      let counts = counts(rule, pod, cluster)
      let least = counts.values.min() ?? 0
      let own = LabelSelector(object: rule["labelSelector"])?.matches(pod.labels) ?? false
      if (counts[place] ?? 0) + (own ? 1 : 0) - least > rule.number("maxSkew") ?? 1 {
        return "node(s) didn't match pod topology spread constraints"
      }
    }
    return nil
  }

  /// Fewer in a place is better.
  static func score(_ pod: JSONValue, _ node: NodeState, _ cluster: SchedulerSnapshot) -> Int {
    pod.list("spec", "topologySpreadConstraints")
      .filter { $0.text("whenUnsatisfiable") == "ScheduleAnyway" }
      .reduce(0) { sum, rule in
        let place = node.object.labels[rule.text("topologyKey")] ?? ""
        return sum - (counts(rule, pod, cluster)[place] ?? 0) * 10
      }
  }

  /// How many of the meant pods there are in each place that the pod could go to.
  private static func counts(_ rule: JSONValue, _ pod: JSONValue, _ cluster: SchedulerSnapshot)
    -> [String: Int]
  {
    let key = rule.text("topologyKey")
    let selector = LabelSelector(object: rule["labelSelector"])
    var counts: [String: Int] = [:]
    for node in cluster.nodes where NodeFit.matchesSelectors(pod, node.object) {
      guard let place = node.object.labels[key] else { continue }
      counts[place, default: 0] += node.pods.count {
        $0.namespace == pod.namespace && !$0.isBeingDeleted
          && selector?.matches($0.labels) ?? false
      }
    }
    return counts
  }
}
