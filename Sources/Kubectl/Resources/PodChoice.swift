import Documents
import Kube
import Support

/// Which pod, and which of its containers, a command means.
struct PodChoice {
  let session: Session

  /// The pod behind `web`, `pod/web`, `deploy/web`, `svc/web`: the first running one of several.
  func pod(_ word: String) throws -> JSONValue {
    guard word.contains("/") else {
      return try session.get(try session.discovery.kind(named: "pods"), word)
    }
    let parts = try Selection(session).parts([word])
    guard let part = parts.first, let name = part.names.first else {
      throw KubectlError("pod, type/name or --filename must be specified")
    }
    let object = try session.get(part.kind, name)
    return object.kind == "Pod" ? object : try pod(of: object)
  }

  /// The pods of a workload or service, the one first that logs and exec take.
  func pods(of object: JSONValue) throws -> [JSONValue] {
    let selector = try selector(of: object)
    let pods = try session.list(
      try session.discovery.kind(named: "pods"), namespace: object.namespace, labels: selector)
    return pods.list("items").sorted(by: Self.isBetter)
  }

  private func pod(of object: JSONValue) throws -> JSONValue {
    guard let first = try pods(of: object).first else {
      throw KubectlError("timed out waiting for the condition")
    }
    return first
  }

  /// The labels of the pods that belong to `object`.
  func selector(of object: JSONValue) throws -> String {
    switch object.kind {
    case "Service", "ReplicationController":
      let labels = object.map("spec", "selector")
      guard !labels.isEmpty else {
        throw KubectlError(
          "invalid service '\(object.name)': Service is defined without a selector")
      }
      return LabelText.of(labels)
    case "Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job":
      guard let selector = LabelSelector(object: object.at("spec", "selector")) else {
        throw KubectlError("invalid label selector")
      }
      return selector.description
    default:
      throw KubectlError(
        "cannot attach to *\(object.kind): selector for \(object.kind) not implemented")
    }
  }

  /// Running and ready pods first, then those that have run longest.
  private static func isBetter(_ one: JSONValue, _ other: JSONValue) -> Bool {
    func rank(_ pod: JSONValue) -> Int {
      if pod.text("spec", "nodeName").isEmpty { return 4 }
      switch pod.text("status", "phase") {
      case "Running": return pod.isCondition("Ready") ? 0 : 1
      case "Pending": return 3
      default: return 2
      }
    }
    let (a, b) = (rank(one), rank(other))
    if a != b { return a < b }
    return one.text("metadata", "creationTimestamp") < other.text("metadata", "creationTimestamp")
  }

  /// The container a command means, and a remark when it had to choose.
  static func container(_ pod: JSONValue, wanted: String, remarks: Bool = true) throws -> String {
    let all = containers(of: pod)
    // Whether there is such a container, the server says.
    if !wanted.isEmpty { return wanted }
    let named = pod.annotations["kubectl.kubernetes.io/default-container"] ?? ""
    if all.contains(where: { $0.name == named }) { return named }
    let first = pod.list("spec", "containers").first?.text("name") ?? ""
    if remarks, all.count > 1 {
      let names = all.map {
        $0.isInit ? "\($0.name) (init)" : $0.isEphemeral ? "\($0.name) (ephem)" : $0.name
      }
      Screen.remark(
        "Defaulted container \"\(first)\" out of: \(names.joined(separator: ", "))")
    }
    return first
  }

  /// All containers: the usual ones, init containers, ephemeral ones.
  static func containers(of pod: JSONValue) -> [(name: String, isInit: Bool, isEphemeral: Bool)] {
    pod.list("spec", "containers").map { ($0.text("name"), false, false) }
      + pod.list("spec", "initContainers").map { ($0.text("name"), true, false) }
      + pod.list("spec", "ephemeralContainers").map { ($0.text("name"), false, true) }
  }
}
