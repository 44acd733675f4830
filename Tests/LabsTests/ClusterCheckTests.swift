import Documents
import Support
import Testing

@testable import Labs

/// The checks about a cluster and the causes they name, on facts made by hand.
@Suite("Checks of a cluster")
struct ClusterCheckTests {
  private static func object(
    _ kind: String, _ name: String, labels: [String: String] = [:], owner: String? = nil,
    namespace: String = "default", _ rest: JSONObject = [:]
  ) -> JSONValue {
    var metadata: JSONObject = [
      "name": .string(name), "namespace": .string(namespace), "uid": .string("u-\(name)"),
      "generation": 1, "labels": .object(JSONObject(labels.map { ($0.key, .string($0.value)) })),
    ]
    if let owner {
      metadata["ownerReferences"] = [
        ["kind": .string(owner), "name": "x", "uid": "u-web", "controller": true]
      ]
    }
    var object = rest
    object["kind"] = .string(kind)
    object["metadata"] = .object(metadata)
    return .object(object)
  }

  private static let ready: JSONObject = [
    "spec": ["nodeName": "n", "containers": [["name": "c", "image": "nginx"]]],
    "status": ["phase": "Running", "conditions": [["type": "Ready", "status": "True"]]],
  ]

  private static func pod(
    _ name: String, labels: [String: String] = ["app": "web"], owner: String? = "ReplicaSet",
    _ rest: JSONObject = ready
  ) -> JSONValue {
    object("pod", name, labels: labels, owner: owner, rest)
  }

  /// A pod on a node whose container waits for `reason`.
  private static func waiting(_ reason: String, _ more: JSONObject = [:]) -> JSONValue {
    var status = more
    status["name"] = "c"
    status["state"] = ["waiting": ["reason": .string(reason), "message": "why not"]]
    return pod(
      "web-1",
      [
        "spec": ["nodeName": "n", "containers": [["name": "c", "image": "ngnix"]]],
        "status": ["phase": "Pending", "containerStatuses": [.object(status)]],
      ])
  }

  private static func deployment(replicas: Int64 = 1, ready: Int64 = 0) -> JSONValue {
    object(
      "deployment", "web",
      [
        "spec": ["replicas": .integer(replicas), "selector": ["matchLabels": ["app": "web"]]],
        "status": [
          "observedGeneration": 1, "replicas": .integer(ready), "readyReplicas": .integer(ready),
          "updatedReplicas": .integer(ready),
        ],
      ])
  }

  private static func service(_ selector: JSONObject, port: JSONValue = 80) -> JSONValue {
    object(
      "service", "web",
      ["spec": ["selector": .object(selector), "ports": [["port": 80, "targetPort": port]]]])
  }

  private static func slice(_ addresses: JSONValue...) -> JSONValue {
    object(
      "endpointslice", "web-x", labels: ["kubernetes.io/service-name": "web"],
      ["endpoints": .array(addresses.map { ["addresses": [$0], "conditions": ["ready": true]] })])
  }

  private func snapshot(_ objects: [JSONValue], journal: [JournalEvent] = []) -> Snapshot {
    var facts = ClusterFacts()
    facts.objects["namespaces"] = [Self.object("namespace", "default", namespace: "")]
    for object in objects {
      guard let kind = ClusterKind.named(object.kind) else { continue }
      facts.objects[kind.plural, default: []].append(object)
    }
    return Snapshot(journal: journal, probes: [.cluster(nil): .cluster(facts)])
  }

  private func causes(_ check: String, _ objects: JSONValue...) throws -> [String] {
    let verdict = try Fixture.verdict("- \(check)", snapshot(objects))
    #expect(!verdict.passed, "\(check)")
    return verdict.failure?.causes.map(\.id) ?? []
  }

  private func passes(_ check: String, _ objects: JSONValue...) throws -> Bool {
    try Fixture.verdict("- \(check)", snapshot(objects)).passed
  }

  @Test("an object is there, is not, or is somewhere else") func objects() throws {
    let web = Self.deployment()
    #expect(try passes("kube.exists: deploy/web", web))
    #expect(try passes("kube.absent: pod/web", web))
    #expect(try causes("kube.exists: pod/web", web) == ["kube.other-kind"])
    #expect(try causes("kube.exists: deployment/wep", web) == ["kube.similar-name"])
    #expect(try causes("kube.exists: deployment/other", web) == ["kube.no-object"])
    #expect(
      try causes("kube.exists: {object: pod/p, namespace: shop}", Self.pod("p"))
        == ["kube.other-namespace"])
    #expect(
      try causes("kube.exists: {object: pod/p, namespace: shop}") == ["kube.no-namespace"])
    #expect(try causes("kube.absent: pod/p", Self.pod("p")) == ["kube.owned"])
    #expect(try causes("kube.absent: pod/p", Self.pod("p", owner: nil)) == ["kube.not-deleted"])
  }

  @Test("the command that was refused is named") func refused() throws {
    let event = JournalEvent(
      time: 1, type: "command", action: "run", name: "sh",
      attributes: ["argv": "kubectl create -f web.yaml", "exit": "1"])
    let verdict = try Fixture.verdict(
      "- kube.exists: pod/p", snapshot([], journal: [event]))
    #expect(verdict.failure?.causes.map(\.id) == ["journal.failed"])
  }

  @Test("a value is compared, and what was ordered is told from what came of it") func values()
    throws
  {
    let web = Self.deployment(replicas: 2, ready: 2)
    #expect(try passes("kube.value: {object: deploy/web, path: spec.replicas, is: 2}", web))
    #expect(
      try causes("kube.value: {object: deploy/web, path: spec.replicas, is: 3}", web)
        == ["kube.ordered"])
    #expect(
      try causes(
        "kube.value: {object: deploy/web, path: status.readyReplicas, is: 1}",
        Self.deployment(replicas: 0)) == ["kube.scaled-down"])
  }

  @Test("objects are counted by labels, owner and readiness") func counting() throws {
    let pods = [Self.pod("a"), Self.pod("b"), Self.pod("c", labels: ["app": "aside"], owner: nil)]
    let all = snapshot(pods)
    func verdict(_ check: String) throws -> Verdict { try Fixture.verdict("- \(check)", all) }
    #expect(try verdict("kube.count: {kind: pods, is: 3}").passed)
    #expect(try verdict("kube.count: {kind: po, labels: app=web, ready: true, is: 2}").passed)
    #expect(try verdict("kube.count: {kind: pods, owner: ReplicaSet, is: 2}").passed)
    let none = try verdict("kube.count: {kind: pods, labels: app=shop, is: 1}")
    #expect(none.failure?.causes.map(\.id) == ["label.missing"])
    let many = try verdict("kube.count: {kind: pods, is: 2}")
    #expect(many.failure?.causes.map(\.id) == ["count.too-many"])
  }

  @Test("what is not ready names what holds it up, down to the container") func unready() throws {
    let check = "kube.ready: deployment/web"
    #expect(try passes(check, Self.deployment(ready: 1), Self.pod("web-1")))
    #expect(
      try causes("kube.ready: {object: deploy/web, replicas: 3}", Self.deployment(ready: 1))
        == ["kube.replicas"])
    #expect(try causes(check, Self.deployment()) == ["kube.no-pods"])
    for (reason, cause) in [
      ("ErrImagePull", "kube.image"), ("ImagePullBackOff", "kube.image"),
      ("CreateContainerConfigError", "kube.config-missing"),
      ("RunContainerError", "kube.start-failed"),
      ("CrashLoopBackOff", "kube.crash"),
    ] {
      #expect(
        try causes(check, Self.deployment(), Self.waiting(reason)) == [
          "kube.waits-for-pod", cause,
        ],
        "\(reason)")
    }
    let killed = Self.waiting(
      "CrashLoopBackOff", ["lastState": ["terminated": ["reason": "OOMKilled", "exitCode": 137]]])
    #expect(
      try causes(check, Self.deployment(), killed) == ["kube.waits-for-pod", "kube.out-of-memory"])
    let noProgram = Self.waiting(
      "CrashLoopBackOff",
      ["lastState": ["terminated": ["reason": "StartError", "exitCode": 127, "message": "no"]]])
    #expect(
      try causes(check, Self.deployment(), noProgram) == [
        "kube.waits-for-pod", "kube.start-failed",
      ])
    let homeless = Self.pod("web-1", ["spec": [:], "status": ["phase": "Pending"]])
    #expect(
      try causes(check, Self.deployment(), homeless)
        == ["kube.waits-for-pod", "kube.not-scheduled"])
    let rejected = Self.pod(
      "web-1",
      [
        "spec": [:],
        "status": [
          "conditions": [["type": "PodScheduled", "status": "False", "message": "0/1 nodes"]]
        ],
      ])
    #expect(try causes("kube.ready: pod/web-1", rejected) == ["kube.unschedulable"])
    let probed = Self.pod(
      "web-1", ["spec": ["nodeName": "n"], "status": ["phase": "Running", "conditions": []]])
    let event = Self.object(
      "event", "e",
      [
        "reason": "Unhealthy", "message": "Readiness probe failed",
        "involvedObject": ["kind": "Pod", "name": "web-1", "namespace": "default"],
      ])
    #expect(try causes("kube.ready: pod/web-1", probed, event) == ["kube.probe"])
    #expect(
      try passes("kube.event: {object: pod/web-1, reason: Unhealthy}", probed, event))
    #expect(
      try causes("kube.event: {object: pod/web-1, reason: Scheduled}", probed, event)
        == ["kube.other-events"])
  }

  @Test("pods that the quota keeps out are told of") func quota() throws {
    let event = Self.object(
      "event", "e",
      [
        "reason": "FailedCreate", "message": "pods \"x\" is forbidden: exceeded quota: small",
        "involvedObject": ["kind": "ReplicaSet", "name": "web-rs", "namespace": "default"],
      ])
    let set = Self.object("replicaset", "web-rs", owner: "Deployment")
    #expect(
      try causes("kube.ready: deployment/web", Self.deployment(), set, event) == ["kube.quota"])
  }

  @Test("a service names the labels that do not fit, and the port that nobody has") func services()
    throws
  {
    let check = "kube.endpoints: {service: web, is: 1}"
    #expect(
      try passes(check, Self.service(["app": "web"]), Self.pod("web-1"), Self.slice("10.0.0.1")))
    #expect(
      try causes(check, Self.service(["app": "Web"]), Self.pod("web-1")) == ["kube.selector"])
    #expect(try causes(check, Self.service([:]), Self.pod("web-1")) == ["kube.no-selector"])
    #expect(
      try causes(check, Self.service(["app": "web"], port: "http"), Self.pod("web-1"))
        == ["kube.port"])
    #expect(
      try causes(check, Self.service(["app": "web"]), Self.waiting("ErrImagePull"))
        == ["kube.waits-for-pod", "kube.image"])
    #expect(try causes(check) == ["kube.no-object"])
    #expect(
      try causes(
        check, Self.service(["app": "web"]), Self.pod("a"), Self.pod("b"),
        Self.slice("10.0.0.1", "10.0.0.2")) == ["kube.selected"])
  }

  @Test("no cluster is a fail with its cause, and a look that went wrong is an error") func absent()
    throws
  {
    func verdict(_ result: ProbeResult) throws -> Verdict {
      try Fixture.verdict("- kube.exists: pod/p", Snapshot(probes: [.cluster(nil): result]))
    }
    #expect(try verdict(.nothing("stopped")).failure?.causes.map(\.id) == ["kube.stopped"])
    #expect(try verdict(.nothing("no cluster")).failure?.causes.map(\.id) == ["kube.no-cluster"])
    #expect(try verdict(.failed(Text("broken", ko: "고장"))).word == "error")
  }
}
