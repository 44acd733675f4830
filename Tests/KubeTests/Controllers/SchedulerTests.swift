import Documents
import Testing

@testable import Kube

@Suite("The scheduler")
struct SchedulerTests {
  private func node(_ name: String, cpu: String = "2", _ extra: JSONValue = [:]) -> JSONValue {
    var node: JSONValue = [
      "apiVersion": "v1", "kind": "Node",
      "metadata": ["name": .string(name), "labels": ["kubernetes.io/hostname": .string(name)]],
      "status": ["allocatable": ["cpu": .string(cpu), "memory": "4Gi", "pods": "10"]],
    ]
    for (key, value) in extra.object ?? [:] {
      node[key] = MergePatch.apply(value, to: node[key] ?? [:])
    }
    return node
  }

  private func pod(
    _ name: String, on node: String = "", _ spec: JSONValue = [:], labels: JSONValue = [:]
  )
    -> JSONValue
  {
    var pod: JSONValue = [
      "apiVersion": "v1", "kind": "Pod",
      "metadata": [
        "name": .string(name), "namespace": "default", "uid": .string(name), "labels": labels,
      ],
      "spec": ["containers": [["name": "c"]], "schedulerName": "default-scheduler"],
      "status": ["phase": "Pending"],
    ]
    for (key, value) in spec.object ?? [:] { pod.set("spec", key, to: value) }
    if !node.isEmpty { pod.set("spec", "nodeName", to: .string(node)) }
    return pod
  }

  private func asking(_ cpu: String) -> JSONValue {
    ["containers": [["name": "c", "resources": ["requests": ["cpu": .string(cpu)]]]]]
  }

  private func decide(_ pod: JSONValue, _ nodes: [JSONValue], _ pods: [JSONValue] = []) -> String {
    switch Scheduler().decide(pod, ClusterView(["nodes": nodes, "pods": pods], now: 0)) {
    case .bind(let node, _): node
    case .preempt(let node, let victims, _):
      "\(node) without \(victims.map(\.name).joined(separator: ","))"
    case .unschedulable(let message): message
    }
  }

  @Test("prefers the node with the most room")
  func room() {
    #expect(decide(pod("p"), [node("a"), node("b")], [pod("x", on: "a", asking("1"))]) == "b")
  }

  @Test("a port of all addresses is a port of each; other addresses and protocols have their own")
  func hostPorts() {
    func asking(_ address: String, _ transport: String = "TCP") -> JSONValue {
      let port: JSONValue = [
        "hostPort": 8080, "containerPort": 80, "hostIP": .string(address),
        "protocol": .string(transport),
      ]
      return ["containers": [["name": "c", "ports": [port]]]]
    }
    func fits(_ one: JSONValue, beside other: JSONValue) -> Bool {
      decide(pod("p", one), [node("a")], [pod("x", on: "a", other)]) == "a"
    }
    #expect(!fits(asking("127.0.0.1"), beside: asking("")))
    #expect(!fits(asking("0.0.0.0"), beside: asking("127.0.0.1")))
    #expect(!fits(asking("127.0.0.1"), beside: asking("127.0.0.1")))
    #expect(fits(asking("127.0.0.1"), beside: asking("127.0.0.2")))
    #expect(fits(asking("", "UDP"), beside: asking("")))
  }

  @Test("says why no node will do, in kube-scheduler's words")
  func reasons() {
    #expect(decide(pod("p"), []) == "no nodes available to schedule pods")
    #expect(
      decide(pod("p", asking("3")), [node("a"), node("b")])
        == "0/2 nodes are available: 2 Insufficient cpu. preemption: 0/2 nodes are available: 2 No "
        + "preemption victims found for incoming pod.")
    #expect(
      decide(pod("p", ["nodeSelector": ["disk": "ssd"]]), [node("a")])
        == "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector. "
        + "preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.")
    let tainted = node(
      "a", ["spec": ["taints": [["key": "k", "value": "v", "effect": "NoSchedule"]]]])
    #expect(
      decide(pod("p"), [tainted]).hasPrefix(
        "0/1 nodes are available: 1 node(s) had untolerated taint {k: v}."))
    #expect(
      decide(pod("p", ["tolerations": [["key": "k", "operator": "Exists"]]]), [tainted]) == "a")
    #expect(
      decide(pod("p"), [node("a", ["spec": ["unschedulable": true]])]).hasPrefix(
        "0/1 nodes are available: 1 node(s) were unschedulable."))
  }

  @Test("keeps pods apart or together as they ask")
  func affinity() {
    let apart: JSONValue = [
      "affinity": [
        "podAntiAffinity": [
          "requiredDuringSchedulingIgnoredDuringExecution": [
            [
              "labelSelector": ["matchLabels": ["app": "web"]],
              "topologyKey": "kubernetes.io/hostname",
            ]
          ]
        ]
      ]
    ]
    let nodes = [node("a"), node("b")]
    let first = pod("x", on: "a", labels: ["app": "web"])
    #expect(decide(pod("p", apart, labels: ["app": "web"]), nodes, [first]) == "b")
    let second = pod("y", on: "b", labels: ["app": "web"])
    #expect(
      decide(pod("p", apart, labels: ["app": "web"]), nodes, [first, second]).hasPrefix(
        "0/2 nodes are available: 2 node(s) didn't match pod anti-affinity rules."))
    let together: JSONValue = [
      "affinity": [
        "podAffinity": [
          "requiredDuringSchedulingIgnoredDuringExecution": [
            [
              "labelSelector": ["matchLabels": ["app": "db"]],
              "topologyKey": "kubernetes.io/hostname",
            ]
          ]
        ]
      ]
    ]
    #expect(decide(pod("p", together), nodes, [pod("d", on: "b", labels: ["app": "db"])]) == "b")
    #expect(decide(pod("p", together), nodes).contains("didn't match pod affinity rules"))
    // The first of its kind needs nobody.
    #expect(decide(pod("p", together, labels: ["app": "db"]), nodes) == "a")
  }

  @Test("spreads pods over places as they ask")
  func spread() {
    let rule: JSONValue = [
      "topologySpreadConstraints": [
        [
          "maxSkew": 1, "topologyKey": "kubernetes.io/hostname",
          "whenUnsatisfiable": "DoNotSchedule",
          "labelSelector": ["matchLabels": ["app": "web"]],
        ]
      ]
    ]
    let nodes = [node("a"), node("b")]
    let one = pod("x", on: "a", labels: ["app": "web"])
    #expect(decide(pod("p", rule, labels: ["app": "web"]), nodes, [one]) == "b")
    #expect(
      decide(
        pod(
          "p", MergePatch.apply(["nodeSelector": ["kubernetes.io/hostname": "a"]], to: rule),
          labels: ["app": "web"]),
        [node("a"), node("b")], [one]) == "a")
  }

  @Test("takes the least from others, and only for the more important")
  func preemption() {
    func ranked(_ name: String, _ priority: Int, on node: String = "") -> JSONValue {
      var spec = asking("1500m")
      spec["priority"] = .integer(Int64(priority))
      return pod(name, on: node, spec)
    }
    let nodes = [node("a"), node("b")]
    let others = [ranked("low", 1, on: "a"), ranked("lower", 0, on: "b")]
    #expect(decide(ranked("p", 10), nodes, others) == "b without lower")
    #expect(decide(ranked("p", 0), nodes, others).contains("No preemption victims found"))
  }
}
