import Documents
import Support

/// A node with what runs on it.
struct NodeState {
  let object: JSONValue
  var pods: [JSONValue] = []
  var requested: [String: Quantity] = [:]
  let allocatable: [String: Quantity]

  init(_ node: JSONValue) {
    object = node
    var amounts: [String: Quantity] = [:]
    let source = node.at("status", "allocatable") ?? node.at("status", "capacity")
    for (name, value) in source?.object ?? [:] {
      amounts[name] = value.string.flatMap(Quantity.init)
    }
    allocatable = amounts
  }

  var podLimit: Int { allocatable["pods"]?.units ?? 110 }

  mutating func add(_ pod: JSONValue) {
    pods.append(pod)
    requested.merge(PodResources.sum(pod, "requests")) { $0 + $1 }
  }

  mutating func remove(_ uid: String) {
    guard let index = pods.firstIndex(where: { $0.uid == uid }) else { return }
    for (name, amount) in PodResources.sum(pods[index], "requests") {
      requested[name] = requested[name].map { $0 - amount }
    }
    pods.remove(at: index)
  }
}

/// All nodes and all pods on them at one moment.
struct SchedulerSnapshot {
  let view: ClusterView
  var nodes: [NodeState]

  init(_ view: ClusterView) {
    self.view = view
    nodes = view.objects("nodes").filter { !$0.isBeingDeleted }.map(NodeState.init)
      .sorted { $0.object.name < $1.object.name }
    var index: [String: Int] = [:]
    for (place, node) in nodes.enumerated() { index[node.object.name] = place }
    for pod in view.objects("pods") {
      let phase = pod.text("status", "phase")
      guard phase != "Succeeded", phase != "Failed", let place = index[pod.text("spec", "nodeName")]
      else { continue }
      nodes[place].add(pod)
    }
  }

  /// All pods that have a node.
  var pods: [JSONValue] { nodes.flatMap(\.pods) }
}
