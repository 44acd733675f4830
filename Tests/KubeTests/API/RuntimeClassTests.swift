import Documents
import Testing

@testable import Kube

@Suite("Runtime classes")
struct RuntimeClassTests {
  private func pod(_ name: String, _ spec: [(String, JSONValue)]) -> JSONValue {
    var pod: JSONValue = [
      "apiVersion": "v1", "kind": "Pod", "metadata": ["name": .string(name)],
      "spec": ["containers": [["name": "main", "image": "busybox"]]],
    ]
    for (key, value) in spec { pod.set("spec", key, to: value) }
    return pod
  }

  @Test("give a pod their overhead and place; who names none that is there is refused")
  func apply() throws {
    let cluster = try TestCluster()
    try cluster.apply(
      """
      apiVersion: node.k8s.io/v1
      kind: RuntimeClass
      metadata: {name: strict}
      handler: strict
      overhead: {podFixed: {cpu: 10m}}
      scheduling: {nodeSelector: {kind: strong}, tolerations: [{key: strong, operator: Exists}]}
      """)
    let made = try cluster.create(pod("a", [("runtimeClassName", "strict")]))
    #expect(made.at("spec", "overhead") == ["cpu": "10m"])
    #expect(made.map("spec", "nodeSelector") == ["kind": "strong"])
    #expect(made.list("spec", "tolerations").contains { $0.text("key") == "strong" })
    func refusal(_ spec: [(String, JSONValue)]) -> String {
      do {
        try cluster.create(pod("b", spec))
        return ""
      } catch { return (error as? APIError)?.message ?? "\(error)" }
    }
    let start = "pods \"b\" is forbidden: pod rejected: "
    #expect(
      refusal([("runtimeClassName", "gone")]) == start + "RuntimeClass \"gone\" not found")
    #expect(
      refusal([("runtimeClassName", "strict"), ("nodeSelector", ["kind": "weak"])])
        == start + "conflict: runtimeClass.scheduling.nodeSelector[kind] = strong; "
        + "pod.spec.nodeSelector[kind] = weak")
    #expect(
      refusal([("overhead", ["cpu": "1"])])
        == start + "Pod Overhead set without corresponding RuntimeClass defined Overhead")
  }

  @Test("names of kernel settings have a form")
  func sysctls() throws {
    let cluster = try TestCluster()
    let error = #expect(throws: APIError.self) {
      try cluster.create(
        pod(
          "a",
          [
            (
              "securityContext",
              [
                "sysctls": [
                  ["name": "foo-", "value": "1"], ["name": "kernel.shmmax", "value": "1"],
                  ["name": "bar..", "value": "1"],
                ]
              ]
            )
          ]))
    }
    let message = error?.message ?? ""
    #expect(message.contains("sysctls[0].name: Invalid value: \"foo-\": must have at most 253"))
    #expect(message.contains("sysctls[2].name") && !message.contains("sysctls[1]"))
  }
}
