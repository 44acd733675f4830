import Documents
import Support

/// Why something is as it is: a sentence, and the sentences that lead to it.
package struct Cause: Sendable, Equatable {
  package var text: Text
  package var causes: [Cause]
  /// What to do about it, when that is known.
  package var remedy: Text?

  package init(_ text: Text, remedy: Text? = nil, _ causes: [Cause] = []) {
    self.text = text
    self.remedy = remedy
    self.causes = causes
  }

  /// One line a sentence, each below what it explains.
  package func lines(_ language: Language = .current, indentation: String = "") -> [String] {
    var result = [indentation + text(language)]
    let deeper = indentation.isEmpty ? "  └─ " : "   " + indentation
    if let remedy { result.append(deeper.replacing("└─", with: "→ ") + remedy(language)) }
    for cause in causes { result += cause.lines(language, indentation: deeper) }
    return result
  }
}

/// Finds causes in a cluster as it is: by its objects alone, without asking anything of anybody.
///
/// Next: Why+Pod.swift, Why+Service.swift, Why+Workload.swift.
package struct Why: Sendable {
  let view: ClusterView

  package init(_ view: ClusterView) {
    self.view = view
  }

  /// The resources a view must hold.
  package static let resources = [
    "/api/v1/pods", "/api/v1/services", "/api/v1/nodes", "/api/v1/endpoints",
    "/api/v1/persistentvolumeclaims", "/api/v1/events", "/apis/apps/v1/deployments",
    "/apis/apps/v1/replicasets", "/apis/apps/v1/statefulsets", "/apis/apps/v1/daemonsets",
    "/apis/batch/v1/jobs",
  ]

  /// The bucket behind a kind as people write it: `pod`, `po`, `pods`, `deploy` …; nil for others.
  package static func bucket(_ word: String) -> String? {
    let words: [String: [String]] = [
      "pods": ["pod", "pods", "po"], "services": ["service", "services", "svc"],
      "apps/deployments": ["deployment", "deployments", "deploy"],
      "apps/replicasets": ["replicaset", "replicasets", "rs"],
      "apps/statefulsets": ["statefulset", "statefulsets", "sts"],
      "apps/daemonsets": ["daemonset", "daemonsets", "ds"], "batch/jobs": ["job", "jobs"],
      "persistentvolumeclaims": ["persistentvolumeclaim", "persistentvolumeclaims", "pvc"],
      "nodes": ["node", "nodes", "no"],
    ]
    return words.first { $0.value.contains(word.lowercased()) }?.key
  }

  /// Why an object is not ready; nil when nothing is wrong with it.
  package func cause(_ bucket: String, _ object: JSONValue) -> Cause? {
    switch bucket {
    case "pods": pod(object)
    case "services": service(object)
    case "batch/jobs": job(object)
    case "persistentvolumeclaims": claim(object)
    case "nodes": node(object)
    default: workload(bucket, object)
    }
  }

  /// Everything of a namespace that is not ready and is not explained by something above it.
  package func all(_ namespace: String) -> [Cause] {
    let nodes = view.objects("nodes").compactMap(node)
    let tops = ["apps/deployments", "apps/statefulsets", "apps/daemonsets", "batch/jobs"]
    var result = nodes
    for bucket in tops {
      result += sorted(bucket, namespace).compactMap { cause(bucket, $0) }
    }
    let alone = sorted("pods", namespace).filter { $0.controllerReference == nil }
    result += alone.compactMap(pod)
    let orphans = sorted("apps/replicasets", namespace).filter { $0.controllerReference == nil }
    result += orphans.compactMap { workload("apps/replicasets", $0) }
    result += sorted("services", namespace).compactMap(service)
    return result + sorted("persistentvolumeclaims", namespace).compactMap(claim)
  }

  func sorted(_ bucket: String, _ namespace: String) -> [JSONValue] {
    view.objects(bucket, namespace).sorted { $0.qualifiedName < $1.qualifiedName }
  }

  /// The message of the newest event of a reason about an object; nil when there is none.
  func event(_ object: JSONValue, _ reason: String) -> JSONValue? {
    view.objects("events", object.namespace).filter {
      $0.text("reason") == reason && $0.text("involvedObject", "uid") == object.uid
    }.max { $0.text("lastTimestamp") < $1.text("lastTimestamp") }
  }

  func node(_ node: JSONValue) -> Cause? {
    guard !node.isCondition("Ready") else { return nil }
    let said = node.condition("Ready")?.text("message") ?? ""
    return Cause(
      Text("node \(node.name) is not ready", ko: "노드 \(node.name)이(가) 준비되지 않았습니다"),
      remedy: Text("dklab kube start kubelet", ko: "dklab kube start kubelet"),
      said.isEmpty ? [] : [Cause(Text(said, ko: said))])
  }

  func claim(_ claim: JSONValue) -> Cause? {
    guard claim.text("status", "phase") != "Bound" else { return nil }
    return Cause(
      Text(
        "persistentvolumeclaim/\(claim.name) is not bound to a volume",
        ko: "persistentvolumeclaim/\(claim.name)이(가) 볼륨에 묶이지 않았습니다"))
  }
}
