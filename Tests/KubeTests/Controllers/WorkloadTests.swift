import Documents
import HTTP
import Support
import Testing

@testable import Kube

@Suite("Workloads as the conformance suite asks for them")
struct WorkloadTests {
  private func start(_ cluster: TestCluster) throws -> ControllerManager {
    let manager = ControllerManager(api: cluster.api)
    try manager.startWithoutThread()
    manager.settle()
    return manager
  }

  private func pods(_ cluster: TestCluster) -> [JSONValue] {
    cluster.api.objects("pods", namespace: "default").sorted { $0.name < $1.name }
  }

  private func status(
    _ cluster: TestCluster, _ type: ResourceType, _ name: String, _ patch: JSONValue
  ) throws -> JSONValue {
    try cluster.api.patch(
      type, type.isNamespaced ? "default" : "", name, subresource: "status", .merge, patch,
      WriteOptions()
    ).object
  }

  /// Ends the pods of an indexed job: those with an odd number fail.
  private func end(_ cluster: TestCluster, code: (Int) -> Int) throws {
    for pod in pods(cluster) where pod.text("status", "phase") == "Pending" {
      let index = JobState.index(pod) ?? 0
      let state: JSONValue = [
        "name": "c", "state": ["terminated": ["exitCode": .integer(Int64(code(index)))]],
      ]
      _ = try status(
        cluster, try cluster.type("Pod"), pod.name,
        [
          "status": [
            "phase": code(index) == 0 ? "Succeeded" : "Failed", "containerStatuses": [state],
          ]
        ])
    }
  }

  private func job(_ more: JSONValue) -> JSONValue {
    var job: JSONValue = [
      "apiVersion": "batch/v1", "kind": "Job", "metadata": ["name": "j"],
      "spec": [
        "completions": 4, "parallelism": 4, "completionMode": "Indexed",
        "template": [
          "spec": ["restartPolicy": "Never", "containers": [["name": "c", "image": "i"]]]
        ],
      ],
    ]
    for (key, value) in more.object ?? [:] { job.set("spec", key, to: value) }
    return job
  }

  private func run(_ more: JSONValue, code: (Int) -> Int) throws -> JSONValue {
    let cluster = try TestCluster()
    let manager = try start(cluster)
    try cluster.create(job(more))
    manager.settle()
    try end(cluster, code: code)
    manager.settle()
    return try #require(cluster.api.objects("batch/jobs").first)
  }

  @Test("indexes fail on their own where each has a limit")
  func perIndex() throws {
    let done = try run(["backoffLimitPerIndex": 0]) { $0 % 2 }
    #expect(done.text("status", "failedIndexes") == "1,3")
    #expect(done.text("status", "completedIndexes") == "0,2")
    #expect(done.condition("Failed")?.text("reason") == "FailedIndexes")
    let over = try run(["backoffLimitPerIndex": 0, "maxFailedIndexes": 1]) { $0 == 0 ? 0 : 1 }
    #expect(over.condition("Failed")?.text("reason") == "MaxFailedIndexesExceeded")
  }

  @Test("one index may be enough for a job")
  func successPolicy() throws {
    let done = try run([
      "successPolicy": ["rules": [["succeededIndexes": "0-1", "succeededCount": 1]]]
    ]
    ) { $0 == 1 ? 0 : 7 }
    #expect(done.condition("Complete")?.text("reason") == "SuccessPolicy")
    #expect(done.condition("Complete")?.text("message") == "Matched rules at index 0")
    #expect(JobRules.numbers("0-2,5,x,7-6") == [0, 1, 2, 5])
  }

  @Test("the first rule of a pod failure policy that fits decides")
  func failurePolicy() throws {
    let rules: JSONValue = [
      "rules": [
        ["action": "Ignore", "onExitCodes": ["operator": "In", "values": [3]]],
        ["action": "FailJob", "onExitCodes": ["operator": "NotIn", "values": [0]]],
      ]
    ]
    let ignored = try run(["backoffLimit": 0, "podFailurePolicy": rules]) { _ in 3 }
    #expect(ignored.condition("Failed") == nil)
    let failed = try run(["podFailurePolicy": rules]) { $0 == 2 ? 4 : 3 }
    #expect(failed.condition("Failed")?.text("reason") == "PodFailurePolicy")
    #expect(
      failed.condition("Failed")?.text("message").hasSuffix(
        "failed with exit code 4 matching FailJob rule at index 1") == true)
  }

  @Test("a job takes back a pod that lost it, and leaves alone what somebody else manages")
  func adoption() throws {
    let cluster = try TestCluster()
    let manager = try start(cluster)
    try cluster.create(job([:]))
    manager.settle()
    let pod = try #require(pods(cluster).first)
    try cluster.api.change(try cluster.type("Pod"), "default", pod.name) {
      var pod = $0
      pod.set("metadata", "ownerReferences", to: nil)
      return pod
    }
    manager.settle()
    #expect(pods(cluster).count == 4 && pods(cluster).allSatisfy { $0.controllerReference != nil })
    var foreign = job(["managedBy": "example.com/queue"])
    foreign.set("metadata", "name", to: "k")
    try cluster.create(foreign)
    manager.settle()
    #expect(pods(cluster).count == 4)
  }

  @Test("a dependent with another owner outlives the one that goes")
  func twoOwners() throws {
    let cluster = try TestCluster()
    let manager = try start(cluster)
    let owners = try ["a", "b"].map { name in
      try cluster.create([
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": .string(name)],
      ])
    }
    let references = owners.map { owner -> JSONValue in
      [
        "apiVersion": "v1", "kind": "ConfigMap", "name": .string(owner.name),
        "uid": .string(owner.uid), "blockOwnerDeletion": true,
      ]
    }
    try cluster.create([
      "apiVersion": "v1", "kind": "Secret",
      "metadata": ["name": "s", "ownerReferences": .array(references)],
    ])
    var options = DeleteOptions()
    options.propagation = "Foreground"
    try cluster.api.delete(try cluster.type("ConfigMap"), "default", "a", options)
    manager.settle()
    let secret = try #require(cluster.api.objects("secrets", namespace: "default").first)
    #expect(secret.list("metadata", "ownerReferences").map { $0.text("name") } == ["b"])
    #expect(names(cluster.api.objects("configmaps", namespace: "default")) == ["b"])
  }

  @Test("labels and annotations may come along with a status, but not for a definition")
  func statusMetadata() throws {
    let cluster = try TestCluster()
    let patch: JSONValue = [
      "metadata": ["annotations": ["note": "x"]], "spec": ["finalizers": ["other"]],
      "status": ["phase": "Active"],
    ]
    let namespace = try status(cluster, try cluster.type("Namespace"), "default", patch)
    #expect(namespace.annotations["note"] == "x")
    #expect(namespace.list("spec", "finalizers").contains("other") == false)
  }

  @Test("a set says that it may not have its pods, until it may")
  func replicaFailure() throws {
    let cluster = try TestCluster()
    let manager = try start(cluster)
    try cluster.apply(
      """
      apiVersion: v1
      kind: ResourceQuota
      metadata: {name: q}
      spec: {hard: {pods: "2"}}
      ---
      apiVersion: v1
      kind: ReplicationController
      metadata: {name: r}
      spec:
        replicas: 3
        selector: {a: b}
        template:
          metadata: {labels: {a: b}}
          spec: {containers: [{name: c, image: i}]}
      """)
    manager.settle(limit: 200)
    var set = try #require(cluster.api.objects("replicationcontrollers").first)
    #expect(set.condition("ReplicaFailure")?.text("reason") == "FailedCreate")
    try cluster.api.change(try cluster.type("ReplicationController"), "default", "r") {
      var set = $0
      set.set("spec", "replicas", to: 2)
      return set
    }
    manager.settle(limit: 200)
    set = try #require(cluster.api.objects("replicationcontrollers").first)
    #expect(set.condition("ReplicaFailure") == nil)
  }

  @Test("pods of a stateful set carry the name of its revision")
  func revisionLabel() throws {
    let cluster = try TestCluster()
    let manager = try start(cluster)
    try cluster.apply(
      """
      apiVersion: apps/v1
      kind: StatefulSet
      metadata: {name: db}
      spec:
        replicas: 1
        serviceName: db
        selector: {matchLabels: {a: b}}
        template:
          metadata: {labels: {a: b}}
          spec: {containers: [{name: c, image: i}]}
      """)
    manager.settle()
    let set = try #require(cluster.api.objects("apps/statefulsets").first)
    let label = try #require(pods(cluster).first).labels["controller-revision-hash"]
    #expect(label == set.text("status", "updateRevision") && label?.hasPrefix("db-") == true)
  }

  @Test("what somebody adds to a node's capacity can be asked for, and is taken back with it")
  func extendedResources() throws {
    let cluster = try TestCluster()
    try cluster.create(["apiVersion": "v1", "kind": "Node", "metadata": ["name": "n"]])
    let manager = try start(cluster)
    let type = try cluster.type("Node")
    _ = try status(
      cluster, type, "n", ["status": ["capacity": ["cpu": "2", "example.com/dongle": "3"]]])
    manager.settle()
    var node = try cluster.api.get(type, "", "n")
    #expect(node.map("status", "allocatable") == ["example.com/dongle": "3"])
    _ = try status(
      cluster, type, "n", ["status": ["capacity": ["example.com/dongle": .null]]])
    manager.settle()
    node = try cluster.api.get(type, "", "n")
    #expect(node.map("status", "allocatable") == [:])
  }

  @Test("somebody who is approved gets a certificate for the key that is theirs, but not as master")
  func certificates() throws {
    let cluster = try TestCluster()
    let authority = try CertificateAuthority(name: "kubernetes")
    let manager = ControllerManager(
      api: cluster.api, controllers: [CertificateController(authority: authority)])
    try manager.startWithoutThread()
    func request(_ name: String, _ pem: String) -> JSONValue {
      [
        "apiVersion": "certificates.k8s.io/v1", "kind": "CertificateSigningRequest",
        "metadata": ["name": .string(name)],
        "spec": [
          "request": .string(Base64.encode(pem.utf8)), "usages": ["client auth"],
          "signerName": "kubernetes.io/kube-apiserver-client", "expirationSeconds": 600,
        ],
      ]
    }
    let made = try cluster.create(request("jane", Self.jane))
    #expect(made.text("spec", "username") == "system:apiserver")
    let type = try cluster.type("CertificateSigningRequest", "certificates.k8s.io/v1")
    manager.settle()
    #expect(try cluster.api.get(type, "", "jane").text("status", "certificate").isEmpty)
    _ = try cluster.api.patch(
      type, "", "jane", subresource: "approval", .merge,
      ["status": ["conditions": [["type": "Approved", "status": "True", "reason": "test"]]]],
      WriteOptions())
    manager.settle()
    let text = try cluster.api.get(type, "", "jane").text("status", "certificate")
    let pem = String(decoding: try #require(Base64.decode(text)), as: UTF8.self)
    let subject = CertificateSubject(certificate: try #require(PEM.decode(pem)))
    #expect(subject == CertificateSubject("jane", organizations: ["devs"]))
    #expect(throws: APIError.self) { try cluster.create(request("root", Self.master)) }
  }

  /// `openssl req -new` with the subject /O=devs/CN=jane.
  private static let jane = """
    -----BEGIN CERTIFICATE REQUEST-----
    MIHZMIGAAgEAMB4xDTALBgNVBAoMBGRldnMxDTALBgNVBAMMBGphbmUwWTATBgcq
    hkjOPQIBBggqhkjOPQMBBwNCAARAB+shJjpKt1OH/+2CVblzhCcW3mvBO7JqV9+I
    JwNK+wgsfmKH3R+HF3dkPGmwmD99/xDpl5XERdVCT9zKzOfaoAAwCgYIKoZIzj0E
    AwIDSAAwRQIhAIn/OqkJQ745/9beMJsyKPP2MaR0KJbQtYXwXkcuKzMoAiAuYKuE
    14w4T92bTLZYS4aG4N2aDsO5gKuQ4uMAn1P4pw==
    -----END CERTIFICATE REQUEST-----
    """
  /// `openssl req -new` with the subject /O=system:masters/CN=root.
  private static let master = """
    -----BEGIN CERTIFICATE REQUEST-----
    MIHjMIGKAgEAMCgxFzAVBgNVBAoMDnN5c3RlbTptYXN0ZXJzMQ0wCwYDVQQDDARy
    b290MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEgEvCFU1F441GhmM8Ij1XfwVn
    UHItAA+wrQxJwziveGXNRanyDh5MguFIKeEdUGpBXmSqWa5FQBLkUX7+fz2peaAA
    MAoGCCqGSM49BAMCA0gAMEUCIAs4Su0pvdBBB4Z2O6qspzMLIMab0i7TeTiIw0kO
    /iVKAiEA6MF/4MqMBxvcS67P3uqii41IkyQTmM8+I0dGA9M+J2k=
    -----END CERTIFICATE REQUEST-----
    """
}
