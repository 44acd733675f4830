import Documents
import Support
import Synchronization
import Testing

@testable import Kube

@Suite("Controllers and slow webhooks")
struct SlowWebhookTests {
  /// A webhook that answers about pods of `slow` only when it is let go.
  private final class Gate: Sendable {
    private let isOpen = Mutex(false)
    private let waiting = Mutex(0)

    func pass() {
      waiting.withLock { $0 += 1 }
      while !isOpen.withLock({ $0 }) { pause() }
    }

    func open() { isOpen.withLock { $0 = true } }
    var isReached: Bool { waiting.withLock { $0 > 0 } }
  }

  private static func pause() {
    ThreadSignal().wait(nanoseconds: 5_000_000)
  }

  /// Waits for something, with a deadline.
  private func eventually(_ what: String, _ holds: () throws -> Bool) throws {
    for _ in 0..<6000 {
      if try holds() { return }
      Self.pause()
    }
    Issue.record("never: \(what)")
  }

  private static func deployment(_ namespace: String) -> String {
    """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web, namespace: \(namespace)}
    spec:
      replicas: 1
      selector: {matchLabels: {app: web}}
      template:
        metadata: {labels: {app: web}}
        spec: {containers: [{name: c, image: i}]}
    """
  }

  @Test("a webhook that does not answer holds up what it is asked about, and nothing else")
  func others() throws {
    let gate = Gate()
    let cluster = try TestCluster("slow", "fast") { _, review, _, _ in
      gate.pass()
      return ["response": ["uid": review.at("request", "uid") ?? "", "allowed": true]]
    }
    try cluster.apply(
      """
      apiVersion: admissionregistration.k8s.io/v1
      kind: ValidatingWebhookConfiguration
      metadata: {name: slow}
      webhooks:
      - name: slow.example.com
        clientConfig: {url: "https://webhook.example.com/x"}
        rules:
        - {apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods]}
        namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: slow}}
        sideEffects: None
        admissionReviewVersions: [v1]
      """)
    let manager = ControllerManager(api: cluster.api)
    try manager.start()
    defer {
      gate.open()
      manager.stop()
    }
    try cluster.apply(Self.deployment("slow"))
    try eventually("the webhook is asked") { gate.isReached }
    // The same controllers go on for others, and others altogether.
    try cluster.apply(Self.deployment("fast"))
    try eventually("the other namespace has its pod") {
      cluster.api.objects("pods", namespace: "fast").count == 1
    }
    try cluster.apply(
      "{apiVersion: v1, kind: Service, metadata: {name: s}, spec: {selector: {a: b}, ports: [{port: 80}]}}"
    )
    try eventually("there are endpoints") {
      cluster.api.objects(EndpointsController.slices, namespace: "default").count == 1
    }
    #expect(cluster.api.objects("pods", namespace: "slow").isEmpty)
    gate.open()
    try eventually("the held one has its pod, too") {
      cluster.api.objects("pods", namespace: "slow").count == 1
    }
  }

  @Test("no object is looked at twice at the same time, and news of it is not lost meanwhile")
  func once() throws {
    let cluster = try TestCluster()
    let probe = Probe()
    let manager = ControllerManager(api: cluster.api, controllers: [probe])
    try manager.start()
    defer { manager.stop() }
    let type = try cluster.type("ConfigMap")
    for name in ["a", "b", "c"] {
      try cluster.apply("{apiVersion: v1, kind: ConfigMap, metadata: {name: \(name)}}")
    }
    for round in 0..<20 {
      for name in ["a", "b", "c"] {
        try cluster.api.change(type, "default", name) { map in
          var map = map
          map.set("data", "round", to: .string("\(round)"))
          return map
        }
      }
    }
    try eventually("the last news is seen") { probe.last == ["a": "19", "b": "19", "c": "19"] }
    #expect(probe.clashes == 0)
  }

  /// Looks at ConfigMaps, slowly, at several at a time.
  private final class Probe: Controller {
    let name = "probe"
    let watches = ["configmaps"]
    let width = 3
    private let state = Mutex<(busy: Set<ObjectKey>, clashes: Int, last: [String: String])>(
      ([], 0, [:]))

    var clashes: Int { state.withLock { $0.clashes } }
    var last: [String: String] { state.withLock { $0.last } }

    func keys(for event: StoreEvent, _ view: ClusterView) -> [ObjectKey] { [event.object.key] }

    func plan(_ key: ObjectKey, _ view: ClusterView) -> Plan {
      state.withLock { if !$0.busy.insert(key).inserted { $0.clashes += 1 } }
      let round = view.object(key)?.text("data", "round") ?? ""
      SlowWebhookTests.pause()
      state.withLock {
        $0.busy.remove(key)
        $0.last[key.name] = round
      }
      return Plan()
    }
  }
}
