import Documents

/// ResourceQuotas: how much a namespace may have in all.
enum QuotaAdmission {
  /// Throws 403 when the object would take its namespace over a quota.
  static func check(_ object: JSONValue, _ type: ResourceType, _ api: ObjectAPI) throws(APIError) {
    guard type.isNamespaced, type.bucket != "resourcequotas", type.bucket != "events" else {
      return
    }
    for quota in api.objects("resourcequotas", namespace: object.namespace) {
      guard QuotaUsage.applies(quota, to: object, type.bucket) else { continue }
      let hard = quota.at("spec", "hard")?.object ?? [:]
      let asked = QuotaUsage.usage(of: object, type.bucket)
      let missing = QuotaUsage.missing(in: object, type.bucket, hard.keys)
      if !missing.isEmpty {
        throw .forbidden(
          type, object.name,
          "failed quota: \(quota.name): must specify \(missing.joined(separator: ","))")
      }
      let used = QuotaUsage.used(quota, api)
      let over = hard.compactMap { name, limit -> (String, Quantity, Quantity, Quantity)? in
        guard let most = limit.string.flatMap(Quantity.init), let more = asked[name],
          more.nano > 0
        else { return nil }
        let now = used[name] ?? Quantity(0)
        return now + more > most ? (name, more, now, most) : nil
      }.sorted { $0.0 < $1.0 }
      guard !over.isEmpty else { continue }
      func list(_ body: ((String, Quantity, Quantity, Quantity)) -> Quantity) -> String {
        over.map { "\($0.0)=\(body($0))" }.joined(separator: ",")
      }
      throw .forbidden(
        type, object.name,
        "exceeded quota: \(quota.name), requested: \(list { $0.1 }), used: \(list { $0.2 }), "
          + "limited: \(list { $0.3 })")
    }
  }
}

/// What counts towards a quota.
enum QuotaUsage {
  private static let counted: [String: String] = [
    "pods": "pods", "services": "services", "configmaps": "configmaps", "secrets": "secrets",
    "persistentvolumeclaims": "persistentvolumeclaims",
    "replicationcontrollers": "replicationcontrollers", "resourcequotas": "resourcequotas",
  ]

  /// What one object takes.
  static func usage(of object: JSONValue, _ bucket: String) -> [String: Quantity] {
    let parts = bucket.split(separator: "/")
    let resource = parts.count == 2 ? "\(parts[1]).\(parts[0])" : bucket
    var usage = ["count/\(resource)": Quantity(1)]
    if let name = counted[bucket] { usage[name] = Quantity(1) }
    switch bucket {
    case "pods":
      let phase = object.text("status", "phase")
      if phase == "Succeeded" || phase == "Failed" { return [:] }
      for (name, amount) in PodResources.sum(object, "requests") {
        usage["requests.\(name)"] = amount
        usage[name] = amount
      }
      for (name, amount) in PodResources.sum(object, "limits") { usage["limits.\(name)"] = amount }
    case "services":
      let kind = object.text("spec", "type")
      if kind == "NodePort" || kind == "LoadBalancer" {
        usage["services.nodeports"] = Quantity(object.list("spec", "ports").count)
      }
      if kind == "LoadBalancer" { usage["services.loadbalancers"] = Quantity(1) }
    case "persistentvolumeclaims":
      let size = object.text("spec", "resources", "requests", "storage")
      if let amount = Quantity(size) { usage["requests.storage"] = amount }
    default: break
    }
    return usage
  }

  /// What a quota wants every pod to say and this one does not.
  static func missing(in object: JSONValue, _ bucket: String, _ names: [String]) -> [String] {
    guard bucket == "pods" else { return [] }
    let requests = PodResources.sum(object, "requests")
    let limits = PodResources.sum(object, "limits")
    return names.filter { name in
      switch name {
      case "cpu", "memory": requests[name] == nil
      case "requests.cpu", "requests.memory":
        requests[String(name.dropFirst(9))] == nil
      case "limits.cpu", "limits.memory": limits[String(name.dropFirst(7))] == nil
      default: false
      }
    }.sorted()
  }

  /// Whether a quota is about the object, by its scopes.
  static func applies(_ quota: JSONValue, to object: JSONValue, _ bucket: String) -> Bool {
    let scopes = quota.list("spec", "scopes").compactMap(\.string)
    let selectors = quota.list("spec", "scopeSelector", "matchExpressions")
    guard !scopes.isEmpty || !selectors.isEmpty else { return true }
    guard bucket == "pods" else { return false }
    func matches(_ scope: String, _ expression: JSONValue?) -> Bool {
      switch scope {
      case "Terminating": return object.at("spec", "activeDeadlineSeconds") != nil
      case "NotTerminating": return object.at("spec", "activeDeadlineSeconds") == nil
      case "BestEffort": return QualityOfService(pod: object) == .bestEffort
      case "NotBestEffort": return QualityOfService(pod: object) != .bestEffort
      case "PriorityClass":
        let name = object.text("spec", "priorityClassName")
        let values = expression?.list("values").compactMap(\.string) ?? []
        switch expression?.text("operator") {
        case "In": return values.contains(name)
        case "NotIn": return !values.contains(name)
        case "DoesNotExist": return name.isEmpty
        default: return !name.isEmpty
        }
      default: return false
      }
    }
    return scopes.allSatisfy { matches($0, nil) }
      && selectors.allSatisfy { matches($0.text("scopeName"), $0) }
  }

  /// What all objects of the quota's namespace take together.
  static func used(_ quota: JSONValue, _ api: ObjectAPI) -> [String: Quantity] {
    let names = Set((quota.at("spec", "hard")?.object ?? [:]).keys)
    var used: [String: Quantity] = [:]
    for bucket in api.store.bucketNames where bucket != "events" {
      guard api.registry.find(bucket: bucket)?.isNamespaced == true else { continue }
      for object in api.objects(bucket, namespace: quota.namespace)
      where applies(quota, to: object, bucket) {
        for (name, amount) in usage(of: object, bucket) where names.contains(name) {
          used[name] = used[name].map { $0 + amount } ?? amount
        }
      }
    }
    return used
  }
}
