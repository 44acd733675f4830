import Documents
import Support
import Synchronization
import Testing

@testable import Kube

/// A cluster in memory, with a clock that stands still until it is moved.
final class TestCluster: Sendable {
  let api: ObjectAPI

  init(_ namespaces: String..., webhooks: WebhookCall? = nil) throws {
    let start = try #require(RFC3339.nanoseconds("2025-01-01T00:00:00Z"))
    let clock = TestClock(start)
    api = ObjectAPI(store: try Store(path: ":memory:"), webhooks: webhooks, now: { clock.now })
    self.testClock = clock
    for name in namespaces + ["default", "kube-system"] {
      try create(["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": .string(name)]])
      try create([
        "apiVersion": "v1", "kind": "ServiceAccount",
        "metadata": ["name": "default", "namespace": .string(name)],
      ])
    }
  }

  let testClock: TestClock

  func type(_ kind: String, _ apiVersion: String = "v1") throws -> ResourceType {
    try #require(api.registry.find(apiVersion: apiVersion, kind: kind))
  }

  /// Creates an object of any kind, in `default` unless it says otherwise.
  @discardableResult
  func create(_ object: JSONValue, _ options: WriteOptions = WriteOptions()) throws -> JSONValue {
    let type = try type(object.kind, object.text("apiVersion"))
    let namespace = object.namespace.isEmpty ? "default" : object.namespace
    return try api.create(type, type.isNamespaced ? namespace : "", object, options).object
  }

  /// The same for a manifest.
  @discardableResult
  func apply(_ manifest: String) throws -> [JSONValue] {
    try YAMLDocument.parseAll(manifest, file: "test").map { try create($0.json) }
  }

  /// Pods as they would be once a kubelet has started them.
  func startPods(_ namespace: String = "default") throws {
    for pod in api.objects("pods", namespace: namespace)
    where pod.text("status", "phase") == "Pending" {
      try api.change(try type("Pod"), pod.namespace, pod.name, subresource: "status") { pod in
        var pod = pod
        pod.set("status", "phase", to: "Running")
        pod.set(
          "status", "podIP",
          to: .string("10.244.0.\(pod.name.utf8.reduce(7) { ($0 * 31 + Int($1)) % 250 })"))
        Conditions.set(&pod, "Ready", status: true, now: api.timestamp)
        return pod
      }
    }
  }
}

/// A clock that tests move.
final class TestClock: Sendable {
  private let time: Mutex<Int64>

  init(_ start: Int64) {
    time = Mutex(start)
  }

  var now: Int64 { time.withLock { $0 } }

  func advance(seconds: Int) {
    time.withLock { $0 += Int64(seconds) * 1_000_000_000 }
  }
}

/// The names of the objects of a list.
func names(_ objects: [JSONValue]) -> [String] { objects.map(\.name) }
