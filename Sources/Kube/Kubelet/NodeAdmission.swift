// A pod that is bound to a node has not been taken yet: whoever bound it may have been wrong, or not the
// scheduler at all (`spec.nodeName`, a static pod). So the kubelet judges once more, by what it knows of
// its own pods, and what it refuses has failed for good.
//
// Next: NodeFit.swift, whose filters these are; Kubelet+Admission.swift asks.

import Documents
import Support

/// Why a node does not take a pod, or does not keep it.
struct NodeVerdict: Error, Equatable {
  var reason: String
  var message: String
  /// It ran, and had to go.
  var isEviction = false

  /// The message as the pod's status has it.
  var status: String { isEviction ? message : "Pod was rejected: \(message)" }
}

/// Whether a node takes a pod beside the ones it has.
struct NodeAdmission {
  let node: JSONValue
  let allocatable: [String: Quantity]
  /// The pods that it has taken and that have not ended.
  let pods: [JSONValue]

  /// Nil when it does.
  func refusal(of pod: JSONValue) -> NodeVerdict? {
    if let security = PodSecurity(pod: pod).refusal { return security }
    if let short = shortage(pod) { return short }
    if !NodeFit.matchesSelectors(pod, node) {
      return predicate("NodeAffinity", "node(s) didn't match Pod's node affinity/selector")
    }
    if NodeFit.portsClash(pod, pods) { return predicate("NodePorts", NodeFit.portsReason) }
    return nil
  }

  private func predicate(_ name: String, _ why: String) -> NodeVerdict {
    NodeVerdict(reason: name, message: "Predicate \(name) failed: \(why)")
  }

  /// The first resource of which there is not enough left; processors are counted in thousandths.
  private func shortage(_ pod: JSONValue) -> NodeVerdict? {
    let limit = allocatable["pods"]?.units ?? 110
    if pods.count + 1 > limit { return shortage("pods", 1, pods.count, limit) }
    let wanted = PodResources.sum(pod, "requests")
    for name in ["cpu", "memory", "ephemeral-storage"] {
      guard let amount = wanted[name], amount.nano > 0 else { continue }
      let used = pods.reduce(Quantity(0)) {
        $0 + (PodResources.sum($1, "requests")[name] ?? Quantity(0))
      }
      let all = allocatable[name] ?? Quantity(0)
      guard used + amount > all else { continue }
      func number(_ quantity: Quantity) -> Int { name == "cpu" ? quantity.milli : quantity.units }
      return shortage(name, number(amount), number(used), number(all))
    }
    return nil
  }

  private func shortage(_ name: String, _ wanted: Int, _ used: Int, _ all: Int) -> NodeVerdict {
    NodeVerdict(
      reason: "OutOf\(name)",
      message: "Node didn't have enough resource: \(name), requested: \(wanted), used: \(used), "
        + "capacity: \(all)")
  }
}
