import Documents
import Support

/// Whether a pod may run on a node: the filters of the scheduler, each with the words in which
/// kube-scheduler says no.
package enum NodeFit {
  /// Node selector and required node affinity.
  package static func matchesSelectors(_ pod: JSONValue, _ node: JSONValue) -> Bool {
    let wanted = pod.map("spec", "nodeSelector")
    guard wanted.allSatisfy({ node.labels[$0.key] == $0.value }) else { return false }
    let required = pod.at(
      "spec", "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution")
    guard let required else { return true }
    return required.list("nodeSelectorTerms").contains { matches($0, node) }
  }

  /// A term of node affinity: all its expressions must hold; an empty term matches nothing.
  static func matches(_ term: JSONValue, _ node: JSONValue) -> Bool {
    let expressions = term.list("matchExpressions")
    let fields = term.list("matchFields")
    guard !expressions.isEmpty || !fields.isEmpty else { return false }
    return expressions.allSatisfy { holds($0, node.labels) }
      && fields.allSatisfy { holds($0, ["metadata.name": node.name]) }
  }

  private static func holds(_ expression: JSONValue, _ labels: [String: String]) -> Bool {
    let key = expression.text("key")
    let values = expression.list("values").compactMap(\.string)
    let value = labels[key]
    switch expression.text("operator") {
    case "In": return value.map(values.contains) ?? false
    case "NotIn": return value.map { !values.contains($0) } ?? true
    case "Exists": return value != nil
    case "DoesNotExist": return value == nil
    case "Gt", "Lt":
      guard let number = value.flatMap(Int.init), let bound = values.first.flatMap(Int.init) else {
        return false
      }
      return expression.text("operator") == "Gt" ? number > bound : number < bound
    default: return false
    }
  }

  /// All reasons why a pod does not fit on a node; none when it does.
  static func reasons(_ pod: JSONValue, _ node: NodeState, _ cluster: SchedulerSnapshot) -> [String]
  {
    let object = node.object
    if object.flag("spec", "unschedulable"),
      Taints.untolerated(
        pod,
        [
          "spec": [
            "taints": [["key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"]]
          ]
        ], effects: ["NoSchedule"]) != nil
    {
      return ["node(s) were unschedulable"]
    }
    let wantedNode = pod.text("spec", "nodeName")
    if !wantedNode.isEmpty, wantedNode != object.name {
      return ["node(s) didn't match the requested node name"]
    }
    if let taint = Taints.untolerated(pod, object, effects: ["NoSchedule", "NoExecute"]) {
      let value = taint.text("value")
      return ["node(s) had untolerated taint {\(taint.text("key")): \(value)}"]
    }
    if !matchesSelectors(pod, object) {
      return ["node(s) didn't match Pod's node affinity/selector"]
    }
    if portsClash(pod, node.pods) {
      return [portsReason]
    }
    let short = shortages(pod, node)
    if !short.isEmpty { return short }
    if let volume = volumeProblem(pod, node, cluster) { return [volume] }
    if let spread = TopologySpread.problem(pod, node, cluster) { return [spread] }
    if let affinity = PodAffinity.problem(pod, node, cluster) { return [affinity] }
    return []
  }

  static let portsReason = "node(s) didn't have free ports for the requested pod ports"

  /// Whether a pod wants a port of its node that one of the node's pods has.
  static func portsClash(_ pod: JSONValue, _ pods: [JSONValue]) -> Bool {
    let wanted = hostPorts(pod)
    guard !wanted.isEmpty else { return false }
    let taken = pods.flatMap(hostPorts)
    return wanted.contains { one in
      taken.contains { other in
        one.port == other.port
          && (one.address == other.address || one.isEverywhere || other.isEverywhere)
      }
    }
  }

  /// A port of the node that a pod asks for: on one address, or on all.
  private struct HostPort {
    var port: String
    var address: String
    var isEverywhere: Bool { address.isEmpty || address == "0.0.0.0" }
  }

  private static func hostPorts(_ pod: JSONValue) -> [HostPort] {
    pod.list("spec", "containers").flatMap { $0.list("ports") }.compactMap { port in
      guard let number = port.number("hostPort"), number > 0 else { return nil }
      return HostPort(
        port: "\(port.text("protocol"))/\(number)", address: port.text("hostIP"))
    }
  }

  private static func shortages(_ pod: JSONValue, _ node: NodeState) -> [String] {
    var reasons: [String] = []
    if node.pods.count + 1 > node.podLimit { reasons.append("Too many pods") }
    for (name, amount) in PodResources.sum(pod, "requests").sorted(by: { $0.key < $1.key })
    where amount.nano > 0 {
      let all = node.allocatable[name] ?? Quantity(0)
      let used = node.requested[name] ?? Quantity(0)
      if used + amount > all { reasons.append("Insufficient \(name)") }
    }
    return reasons
  }

  /// A volume that is bound to other nodes, or a claim that is not bound at all.
  private static func volumeProblem(
    _ pod: JSONValue, _ node: NodeState, _ cluster: SchedulerSnapshot
  ) -> String? {
    for volume in pod.list("spec", "volumes") {
      let name = volume.text("persistentVolumeClaim", "claimName")
      guard !name.isEmpty,
        let claim = cluster.view.object("persistentvolumeclaims", pod.namespace, name),
        let bound = cluster.view.object(
          "persistentvolumes", "", claim.text("spec", "volumeName")),
        let terms = bound.at("spec", "nodeAffinity", "required")
      else { continue }
      if !terms.list("nodeSelectorTerms").contains(where: { matches($0, node.object) }) {
        return "node(s) had volume node affinity conflict"
      }
    }
    return nil
  }
}
