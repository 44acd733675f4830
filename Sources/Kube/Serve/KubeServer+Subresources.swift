import Documents
import HTTP
import Support

extension KubeServer {
  /// What is made below an object: bindings, evictions, tokens.
  func subresource(
    _ request: HTTPRequest, _ info: RequestInfo, _ type: ResourceType, _ body: [UInt8],
    _ options: WriteOptions
  ) throws -> HTTPResponse {
    let sent = try decode(body, request.headers.first(name: "content-type"), type)
    var ignored: [String] = []
    try api.admission.judgeCreation(
      of: info.subresource, sent, type, info.namespace, info.name, api, options, &ignored)
    switch (type.bucket, info.subresource) {
    case ("pods", "binding"):
      try api.bind(info.namespace, info.name, to: sent.text("target", "name"), options)
      return Self.json(
        ["kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Success", "code": 201],
        status: 201)
    case ("pods", "eviction"):
      var deletion = try DeleteOptions(sent["deleteOptions"] ?? [:])
      deletion.user = options.user
      try api.evict(info.namespace, info.name, deletion)
      return Self.json(
        ["kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Success", "code": 201],
        status: 201)
    case ("serviceaccounts", "token"):
      return Self.json(try token(sent, info, type), status: 201)
    default:
      throw APIError(
        503, "ServiceUnavailable", "no node of this cluster serves \(info.subresource)")
    }
  }

  private func token(_ sent: JSONValue, _ info: RequestInfo, _ type: ResourceType) throws
    -> JSONValue
  {
    let account = try api.get(type, info.namespace, info.name)
    let seconds = sent.number("spec", "expirationSeconds") ?? 3600
    try ServiceAccountTokens.checkDuration(seconds)
    var pod: JSONValue?
    if sent.text("spec", "boundObjectRef", "kind") == "Pod" {
      let name = sent.text("spec", "boundObjectRef", "name")
      guard let found = api.store.get(ObjectKey("pods", info.namespace, name))?.value else {
        throw APIError(404, "NotFound", "pods \"\(name)\" not found")
      }
      pod = found
    }
    let audiences = sent.list("spec", "audiences").compactMap(\.string)
    let (token, expires) = try tokens.issue(
      account: account, audiences: audiences, seconds: seconds, pod: pod, now: api.now())
    var reply = sent
    reply["kind"] = "TokenRequest"
    reply["apiVersion"] = "authentication.k8s.io/v1"
    reply.set("metadata", "name", to: .string(info.name))
    reply.set("metadata", "namespace", to: .string(info.namespace))
    reply.set("metadata", "creationTimestamp", to: .string(api.timestamp))
    reply.set(
      "spec", "audiences",
      to: .array(
        (audiences.isEmpty ? [ServiceAccountTokens.issuer] : audiences).map(JSONValue.string)))
    reply.set("spec", "expirationSeconds", to: .integer(Int64(seconds)))
    reply["status"] = [
      "token": .string(token),
      "expirationTimestamp": .string(RFC3339.text(expires * 1_000_000_000)),
    ]
    return reply
  }

  /// `/scale`: the number of replicas, the same way for every kind.
  func scale(
    _ request: HTTPRequest, _ info: RequestInfo, _ type: ResourceType, _ body: [UInt8],
    _ options: WriteOptions
  ) throws -> HTTPResponse {
    if info.verb == "get" {
      return Self.json(Self.scale(of: try api.get(type, info.namespace, info.name), type))
    }
    let contentType = request.headers.first(name: "content-type")
    let message = Schema.builtIn.message("autoscaling1.Scale")
    let result = try api.change(type, info.namespace, info.name, options) { object in
      let now = Self.scale(of: object, type)
      var wished: JSONValue
      if info.verb == "update" {
        wished = try decode(body, contentType, type)
      } else {
        let (kind, patch) = try RequestDecoding.patch(body, contentType: contentType)
        switch kind {
        case .json: wished = try JSONPatch.apply(patch, to: now)
        case .merge: wished = MergePatch.apply(patch, to: now)
        default: wished = try StrategicMerge.apply(patch, to: now, message)
        }
      }
      let seen = wished.resourceVersion
      guard seen.isEmpty || seen == object.resourceVersion else {
        throw APIError.conflict(type, info.name)
      }
      let replicas = wished.number("spec", "replicas") ?? 0
      guard replicas >= 0 else {
        throw APIError(
          422, "Invalid",
          "Scale.autoscaling \"\(info.name)\" is invalid: spec.replicas: Invalid value: "
            + "\(replicas): must be greater than or equal to 0")
      }
      var object = object
      let path = type.scale?.wished.members ?? ["spec", "replicas"]
      object.set(path[...], to: .integer(Int64(replicas)))
      return object
    }
    return Self.json(Self.scale(of: result.object, type))
  }

  private static func scale(of object: JSONValue, _ type: ResourceType) -> JSONValue {
    let selector = object.at("spec", "selector")
    let text =
      LabelSelector(object: selector)?.requirements.isEmpty == false
      ? LabelSelector(object: selector)?.description ?? ""
      : LabelSelector(labels: selector?.textMap ?? [:]).description
    func count(_ path: SimplePath?, _ part: String) -> JSONValue {
      (path.map { $0.value(in: object) } ?? object.at(part, "replicas")) ?? 0
    }
    var metadata: JSONValue = [:]
    for key in ["name", "namespace", "uid", "resourceVersion", "creationTimestamp"] {
      metadata[key] = object.at("metadata", key)
    }
    return [
      "kind": "Scale", "apiVersion": "autoscaling/v1", "metadata": metadata,
      "spec": ["replicas": count(type.scale?.wished, "spec")],
      "status": [
        "replicas": count(type.scale?.actual, "status"),
        "selector": type.scale?.selector.value(in: object) ?? .string(text),
      ],
    ]
  }
}

extension ObjectAPI {
  /// Gives a pod its node. Throws 409 when it has one.
  package func bind(
    _ namespace: String, _ name: String, to node: String, _ options: WriteOptions = .init()
  ) throws {
    guard let type = registry.find(group: "", version: "v1", plural: "pods") else { return }
    guard !node.isEmpty else {
      throw APIError.badRequest("target.name: Required value")
    }
    var quiet = options
    quiet.fieldManager = ""
    try change(type, namespace, name, quiet) { pod in
      guard pod.text("spec", "nodeName").isEmpty, !pod.isBeingDeleted else {
        throw APIError.conflict(
          type, name, "pod \(name) is already assigned to node \"\(pod.text("spec", "nodeName"))\"")
      }
      var pod = pod
      pod.set("spec", "nodeName", to: .string(node))
      return pod
    }
    try change(type, namespace, name, subresource: "status", quiet) { pod in
      var pod = pod
      Conditions.set(&pod, "PodScheduled", status: true, now: timestamp)
      return pod
    }
  }

  /// Deletes a pod unless a disruption budget says no (429).
  package func evict(_ namespace: String, _ name: String, _ options: DeleteOptions) throws {
    guard let type = registry.find(group: "", version: "v1", plural: "pods"),
      let budgetType = registry.find(
        group: "policy", version: "v1", plural: "poddisruptionbudgets")
    else { return }
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
      try change(type, namespace, name, subresource: "status") {
        Pods.disrupted(
          $0, "EvictionByEvictionAPI", "Eviction API: evicting", now: timestamp)
      }
    }
    try delete(type, namespace, name, options)
  }

  private func takeDisruption(
    from budget: JSONValue, _ type: ResourceType, _ pod: JSONValue, isDryRun: Bool
  ) throws {
    try change(type, budget.namespace, budget.name, subresource: "status") { budget in
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
