import Documents
import Support

/// What controllers ask of pods.
package enum Pods {
  /// Neither finished nor on its way out.
  package static func isActive(_ pod: JSONValue) -> Bool {
    let phase = pod.text("status", "phase")
    return phase != "Succeeded" && phase != "Failed" && !pod.isBeingDeleted
  }

  /// Ready to serve.
  package static func isReady(_ pod: JSONValue) -> Bool { pod.isCondition("Ready") }

  /// Ready for at least so many seconds.
  package static func isAvailable(_ pod: JSONValue, minReadySeconds: Int, _ view: ClusterView)
    -> Bool
  {
    guard isReady(pod) else { return false }
    if minReadySeconds == 0 { return true }
    let since = pod.condition("Ready")?.text("lastTransitionTime") ?? ""
    return (view.seconds(since: since) ?? 0) >= minReadySeconds
  }

  /// A pod that somebody takes away, with the condition that says so.
  package static func disrupted(
    _ pod: JSONValue, _ reason: String, _ message: String, now: String
  ) -> JSONValue {
    var pod = pod
    Conditions.set(
      &pod, "DisruptionTarget", status: true, reason: reason, message: message, now: now)
    return pod
  }

  /// A pod of a template: its labels and annotations, its specification, its manager.
  package static func make(
    from template: JSONValue, owner: JSONValue, name: String? = nil, labels: [String: String] = [:]
  ) -> JSONValue {
    var pod: JSONValue = [
      "apiVersion": "v1", "kind": "Pod",
      "metadata": ["namespace": .string(owner.namespace)],
    ]
    if let name {
      pod.set("metadata", "name", to: .string(name))
    } else {
      pod.set("metadata", "generateName", to: .string(owner.name + "-"))
    }
    let allLabels = template.labels.merging(labels) { _, new in new }
    if !allLabels.isEmpty { pod.set("metadata", "labels", to: JSONValue(map: allLabels)) }
    for key in ["annotations", "finalizers"] {
      if let value = template.at("metadata", key) { pod.set("metadata", key, to: value) }
    }
    pod.set("metadata", "ownerReferences", to: [reference(to: owner)])
    pod["spec"] = template["spec"]
    return pod
  }

  /// A reference to the manager of an object.
  package static func reference(to owner: JSONValue) -> JSONValue {
    [
      "apiVersion": .string(owner.text("apiVersion")), "kind": .string(owner.kind),
      "name": .string(owner.name), "uid": .string(owner.uid), "controller": true,
      "blockOwnerDeletion": true,
    ]
  }

  /// A short text that stands for a template: pods of the same template have it in common.
  package static func hash(of template: JSONValue, salt: Int = 0) -> String {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325 ^ UInt64(salt)
    for byte in sorted(template).description.utf8 {
      hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3
    }
    let alphabet = Array("bcdfghjklmnpqrstvwxz2456789")
    return String(
      String(UInt32(truncatingIfNeeded: hash ^ hash >> 32)).map { digit in
        alphabet[(Int(digit.asciiValue ?? 0) + 7) % alphabet.count]
      })
  }

  /// The same value with all keys in order, so that equal objects give equal texts.
  private static func sorted(_ value: JSONValue) -> JSONValue {
    switch value {
    case .object(let members):
      .object(JSONObject(members.sorted { $0.key < $1.key }.map { ($0.key, sorted($0.value)) }))
    case .array(let elements): .array(elements.map(sorted))
    default: value
    }
  }

  /// Pods in the order in which they are given up first: what does the least comes first.
  package static func byExpendability(_ pods: [JSONValue], _ view: ClusterView) -> [JSONValue] {
    func rank(_ pod: JSONValue) -> [Int] {
      let phases = ["Pending": 0, "Unknown": 1, "Running": 2]
      let cost = Int(pod.annotations["controller.kubernetes.io/pod-deletion-cost"] ?? "") ?? 0
      let restarts =
        pod.list("status", "containerStatuses")
        .map { $0.number("restartCount") ?? 0 }.max() ?? 0
      let readyFor =
        isReady(pod)
        ? view.seconds(since: pod.condition("Ready")?.text("lastTransitionTime") ?? "") ?? 0 : 0
      let age = view.seconds(since: pod.text("metadata", "creationTimestamp")) ?? 0
      return [
        pod.text("spec", "nodeName").isEmpty ? 0 : 1,
        phases[pod.text("status", "phase")] ?? 0, isReady(pod) ? 1 : 0, cost, readyFor, -restarts,
        age,
      ]
    }
    return pods.map { ($0, rank($0)) }.sorted { left, right in
      left.1 == right.1
        ? left.0.name > right.0.name : left.1.lexicographicallyPrecedes(right.1)
    }.map(\.0)
  }

  /// Pods that an object manages, and those without a manager that its selector finds (to adopt);
  /// managed ones that the selector no longer finds are to be let go.
  package static func claim(
    for owner: JSONValue, selector: LabelSelector, _ view: ClusterView
  ) -> (mine: [JSONValue], orphans: [JSONValue], strangers: [JSONValue]) {
    var (mine, orphans, strangers): ([JSONValue], [JSONValue], [JSONValue]) = ([], [], [])
    for pod in view.objects("pods", owner.namespace) {
      let manager = pod.controllerReference
      if manager?.text("uid") == owner.uid {
        if selector.matches(pod.labels) { mine.append(pod) } else { strangers.append(pod) }
      } else if manager == nil, selector.matches(pod.labels), !pod.isBeingDeleted,
        !owner.isBeingDeleted, isActive(pod)
      {
        orphans.append(pod)
      }
    }
    return (mine.sorted { $0.name < $1.name }, orphans, strangers)
  }

  /// The steps by which orphans get a manager and strangers lose theirs.
  package static func settleOwnership(
    of owner: JSONValue, orphans: [JSONValue], strangers: [JSONValue], _ plan: inout Plan
  ) {
    for pod in orphans {
      var pod = pod
      pod.set(
        "metadata", "ownerReferences",
        to: .array(pod.list("metadata", "ownerReferences") + [reference(to: owner)]))
      plan.add(
        .update(bucket: "pods", pod),
        Text(
          "pod \(pod.name) matches the selector and has no controller",
          ko: "파드 \(pod.name)이(가) 셀렉터에 맞는데 컨트롤러가 없습니다"))
    }
    for pod in strangers where !pod.isBeingDeleted {
      var pod = pod
      let rest = pod.list("metadata", "ownerReferences").filter { $0.text("uid") != owner.uid }
      pod.set("metadata", "ownerReferences", to: rest.isEmpty ? nil : .array(rest))
      plan.add(
        .update(bucket: "pods", pod),
        Text(
          "the labels of pod \(pod.name) no longer match the selector",
          ko: "파드 \(pod.name)의 레이블이 더는 셀렉터에 맞지 않습니다"))
    }
  }
}
