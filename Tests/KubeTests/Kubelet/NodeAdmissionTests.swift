import Documents
import Testing

@testable import Kube

@Suite("What a node takes")
struct NodeAdmissionTests {
  private let node: JSONValue = ["metadata": ["name": "one", "labels": ["disk": "fast"]]]

  private func pod(
    _ name: String, _ container: [(String, JSONValue)] = [], _ spec: [(String, JSONValue)] = []
  ) -> JSONValue {
    var main: JSONValue = ["name": "main"]
    for (key, value) in container { main[key] = value }
    var pod: JSONValue = [
      "metadata": ["name": .string(name), "uid": .string(name)],
      "spec": ["containers": [main], "nodeName": "one"],
    ]
    for (key, value) in spec { pod.set("spec", key, to: value) }
    return pod
  }

  private func port(_ number: Int64, _ address: String = "") -> [(String, JSONValue)] {
    [
      (
        "ports",
        [["hostPort": .integer(number), "hostIP": .string(address), "protocol": "TCP"]]
      )
    ]
  }

  private func refusal(_ pod: JSONValue, beside pods: [JSONValue] = []) -> NodeVerdict? {
    NodeAdmission(
      node: node,
      allocatable: [
        "cpu": Quantity(2), "memory": Quantity(1 << 30), "pods": Quantity(3),
        "ephemeral-storage": Quantity(1 << 20),
      ], pods: pods
    ).refusal(of: pod)
  }

  @Test("a port that another pod has is not given twice")
  func ports() throws {
    let holder = pod("holder", port(8080))
    let found = try #require(refusal(pod("late", port(8080)), beside: [holder]))
    #expect(found.reason == "NodePorts")
    #expect(
      found.status
        == "Pod was rejected: Predicate NodePorts failed: node(s) didn't have free ports for the "
        + "requested pod ports")
    #expect(refusal(pod("other", port(8081)), beside: [holder]) == nil)
    let here = pod("here", port(8080, "127.0.0.1"))
    #expect(refusal(pod("there", port(8080, "192.0.2.2")), beside: [here]) == nil)
    let status = PodStatus(
      pod("late"), [], verdict: found, hostAddress: "192.0.2.2", now: 0
    ).json
    #expect(status.text("phase") == "Failed" && status.text("reason") == "NodePorts")
    #expect(status.text("message") == found.status)
  }

  @Test("labels hold for who was bound by hand, too")
  func labels() {
    #expect(refusal(pod("a", [], [("nodeSelector", ["disk": "fast"])])) == nil)
    let wrong = refusal(pod("a", [], [("nodeSelector", ["disk": "slow"])]))
    #expect(wrong?.reason == "NodeAffinity")
    #expect(
      wrong?.message
        == "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector")
  }

  @Test(
    "what is not there cannot be had",
    arguments: [
      ("cpu", "1500m", "OutOfcpu: cpu, requested: 1500, used: 1500, capacity: 2000"),
      (
        "memory", "600Mi",
        "OutOfmemory: memory, requested: 629145600, used: 629145600, capacity: 1073741824"
      ),
      (
        "ephemeral-storage", "1Mi",
        "OutOfephemeral-storage: ephemeral-storage, requested: 1048576, used: 1048576, "
          + "capacity: 1048576"
      ),
    ])
  func resources(name: String, amount: String, words: String) {
    let requests: JSONValue = ["requests": .object([name: .string(amount)])]
    let wanting = pod("a", [("resources", requests)])
    #expect(refusal(wanting) == nil)
    let found = refusal(pod("b", [("resources", requests)]), beside: [wanting])
    let parts = words.split(separator: ": ", maxSplits: 1)
    #expect(found?.reason == String(parts[0]))
    #expect(found?.message == "Node didn't have enough resource: \(parts[1])")
  }

  @Test("a node has room for so many pods")
  func count() {
    let pods = ["a", "b", "c"].map { pod($0) }
    #expect(
      refusal(pod("d"), beside: pods)?.message
        == "Node didn't have enough resource: pods, requested: 1, used: 3, capacity: 3")
  }
}
