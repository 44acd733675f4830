import Documents
import Support

extension ObjectAPI {
  /// What webhooks have made of what was sent to a subresource, when nobody has anything against it.
  func admitted(
    _ sent: JSONValue, to subresource: String, _ type: ResourceType, _ namespace: String,
    _ name: String, _ options: WriteOptions, _ warnings: inout [String]
  ) throws -> JSONValue {
    guard options.isJudged else { return sent }
    var attempt = AdmissionAttempt(
      operation: "CREATE", type: type, subresource: subresource, namespace: namespace, name: name,
      object: sent, user: options.user, isDryRun: options.isDryRun, options: options.json("CREATE"))
    try Admission.admit(&attempt, self, &warnings)
    return attempt.object ?? sent
  }

  /// Gives a pod its node, as the scheduler does it.
  func bind(_ pod: JSONValue, to node: String) throws {
    let binding: JSONValue = [
      "apiVersion": "v1", "kind": "Binding",
      "metadata": [
        "name": .string(pod.name), "namespace": .string(pod.namespace), "uid": .string(pod.uid),
      ], "target": ["kind": "Node", "name": .string(node)],
    ]
    try bind(pod.namespace, pod.name, binding)
  }

  /// Gives a pod the node that `binding` names, and returns what is to be said. Throws 409 when it has one.
  @discardableResult
  package func bind(
    _ namespace: String, _ name: String, _ binding: JSONValue, _ options: WriteOptions = .init()
  ) throws -> [String] {
    guard let type = registry.find(group: "", version: "v1", plural: "pods") else { return [] }
    var warnings: [String] = []
    let binding = try admitted(binding, to: "binding", type, namespace, name, options, &warnings)
    let node = binding.text("target", "name")
    guard !node.isEmpty else {
      throw APIError.badRequest("target.name: Required value")
    }
    var quiet = options
    quiet.fieldManager = ""
    // It is the binding that is judged, not what it changes in the pod.
    quiet.isJudged = false
    try change(type, namespace, name, quiet) { pod in
      guard binding.uid.isEmpty || binding.uid == pod.uid else {
        throw APIError.conflict(
          type, name,
          "Precondition failed: UID in precondition: \(binding.uid), UID in object meta: \(pod.uid)"
        )
      }
      guard pod.text("spec", "nodeName").isEmpty, !pod.isBeingDeleted else {
        throw APIError.conflict(
          type, name, "pod \(name) is already assigned to node \"\(pod.text("spec", "nodeName"))\"")
      }
      var pod = pod
      pod.set("spec", "nodeName", to: .string(node))
      return pod
    }
    guard !options.isDryRun else { return warnings }
    try change(type, namespace, name, subresource: "status", quiet) { pod in
      var pod = pod
      Conditions.set(&pod, "PodScheduled", status: true, now: timestamp)
      pod.set("status", "nominatedNodeName", to: nil)
      return pod
    }
    return warnings
  }

  /// Deletes a pod as `eviction` asks, unless a disruption budget says no (429); returns what is to be
  /// said.
  @discardableResult
  package func evict(
    _ namespace: String, _ name: String, _ eviction: JSONValue, _ asked: WriteOptions = .init()
  ) throws -> [String] {
    guard let type = registry.find(group: "", version: "v1", plural: "pods"),
      let budgetType = registry.find(
        group: "policy", version: "v1", plural: "poddisruptionbudgets")
    else { return [] }
    var warnings: [String] = []
    let eviction = try admitted(eviction, to: "eviction", type, namespace, name, asked, &warnings)
    var options = try DeleteOptions(eviction["deleteOptions"] ?? [:])
    options.user = asked.user
    options.isDryRun = options.isDryRun || asked.isDryRun
    options.isJudged = false
    let pod = try get(type, namespace, name)
    let phase = pod.text("status", "phase")
    if !["Succeeded", "Failed", "Pending"].contains(phase), !pod.isBeingDeleted {
      let budgets = objects("policy/poddisruptionbudgets", namespace: namespace).filter {
        LabelSelector(object: $0.at("spec", "selector"))?.matches(pod.labels) ?? false
      }
      if budgets.count > 1 {
        throw APIError(
          500, "InternalError",
          "This pod has more than one PodDisruptionBudget, which the eviction subresource does not "
            + "support.")
      }
      if let budget = budgets.first {
        try takeDisruption(from: budget, budgetType, pod, isDryRun: options.isDryRun)
      }
    }
    if !options.isDryRun, !pod.isBeingDeleted {
      try change(type, namespace, name, subresource: "status", Self.unjudged) {
        Pods.disrupted(
          $0, "EvictionByEvictionAPI", "Eviction API: evicting", now: timestamp)
      }
    }
    try delete(type, namespace, name, options)
    return warnings
  }

  /// Of what is a part of something that has been judged as a whole.
  private static var unjudged: WriteOptions {
    var options = WriteOptions()
    options.isJudged = false
    return options
  }

  private func takeDisruption(
    from budget: JSONValue, _ type: ResourceType, _ pod: JSONValue, isDryRun: Bool
  ) throws {
    try change(
      type, budget.namespace, budget.name, subresource: "status", Self.unjudged
    ) { budget in
      let allowed = budget.number("status", "disruptionsAllowed") ?? 0
      guard allowed > 0 else {
        var error = APIError(
          429, "TooManyRequests",
          "Cannot evict pod as it would violate the pod's disruption budget.")
        let needed = budget.number("status", "desiredHealthy") ?? 0
        let healthy = budget.number("status", "currentHealthy") ?? 0
        error.causes = [
          .init(
            "DisruptionBudget",
            "The disruption budget \(budget.name) needs \(needed) healthy pods and has \(healthy) "
              + "currently", field: "")
        ]
        throw error
      }
      var budget = budget
      if !isDryRun {
        budget.set("status", "disruptionsAllowed", to: .integer(Int64(allowed - 1)))
        budget.set("status", "disruptedPods", pod.name, to: .string(timestamp))
      }
      return budget
    }
  }
}
