import Documents

/// LimitRanges: what containers get that ask for nothing, and how much any may ask for.
enum LimitRanger {
  private static func items(_ namespace: String, _ api: ObjectAPI, _ kind: String) -> [JSONValue] {
    api.objects("limitranges", namespace: namespace).flatMap { $0.list("spec", "limits") }
      .filter { $0.text("type") == kind }
  }

  /// Fills in requests and limits of a pod's containers.
  static func fill(_ pod: inout JSONValue, _ api: ObjectAPI) {
    let items = items(pod.namespace, api, "Container")
    guard !items.isEmpty else { return }
    for list in ["initContainers", "containers"] {
      guard let containers = pod.at("spec", list)?.array else { continue }
      pod.set("spec", list, to: .array(containers.map { filled($0, items) }))
    }
  }

  private static func filled(_ container: JSONValue, _ items: [JSONValue]) -> JSONValue {
    var container = container
    for item in items {
      for (name, value) in item["defaultRequest"]?.object ?? [:] {
        container.setDefault("resources", "requests", name, to: value)
      }
      for (name, value) in item["default"]?.object ?? [:] {
        container.setDefault("resources", "limits", name, to: value)
      }
    }
    return container
  }

  /// Throws 403 with everything that is out of bounds.
  static func check(_ pod: JSONValue, _ type: ResourceType, _ api: ObjectAPI) throws(APIError) {
    var problems: [String] = []
    for item in items(pod.namespace, api, "Container") {
      for container in pod.list("spec", "containers") + pod.list("spec", "initContainers") {
        problems += violations(container["resources"] ?? .null, item, "Container")
      }
    }
    for item in items(pod.namespace, api, "Pod") {
      var total: JSONValue = [:]
      for list in ["requests", "limits"] {
        for (name, amount) in PodResources.sum(pod, list) {
          total.set(list, name, to: .string(amount.description))
        }
      }
      problems += violations(total, item, "Pod")
    }
    guard !problems.isEmpty else { return }
    let text = problems.count == 1 ? problems[0] : "[" + problems.joined(separator: ", ") + "]"
    throw .forbidden(type, pod.name, text)
  }

  private static func violations(_ resources: JSONValue, _ item: JSONValue, _ kind: String)
    -> [String]
  {
    var problems: [String] = []
    func amount(_ list: String, _ name: String) -> Quantity? {
      resources.at(list, name)?.string.flatMap(Quantity.init)
    }
    for (name, bound) in item["min"]?.object ?? [:] {
      guard let least = bound.string.flatMap(Quantity.init) else { continue }
      let request = amount("requests", name)
      if let request, request >= least { continue }
      problems.append(
        request.map { "minimum \(name) usage per \(kind) is \(least), but request is \($0)" }
          ?? "minimum \(name) usage per \(kind) is \(least).  No request is specified")
    }
    for (name, bound) in item["max"]?.object ?? [:] {
      guard let most = bound.string.flatMap(Quantity.init) else { continue }
      let limit = amount("limits", name)
      if let limit, limit <= most { continue }
      problems.append(
        limit.map { "maximum \(name) usage per \(kind) is \(most), but limit is \($0)" }
          ?? "maximum \(name) usage per \(kind) is \(most).  No limit is specified")
    }
    return problems
  }
}

/// What a pod asks for, all its containers together.
package enum PodResources {
  /// The sums of `requests` or `limits`: containers run together, init containers one by one before
  /// them (sidecars stay).
  package static func sum(_ pod: JSONValue, _ list: String) -> [String: Quantity] {
    func amounts(_ container: JSONValue) -> [String: Quantity] {
      var result: [String: Quantity] = [:]
      for (name, value) in container.at("resources", list)?.object ?? [:] {
        result[name] = value.string.flatMap(Quantity.init)
      }
      return result
    }
    var total: [String: Quantity] = [:]
    for container in pod.list("spec", "containers") {
      total.merge(amounts(container)) { $0 + $1 }
    }
    var sidecars: [String: Quantity] = [:]
    var peak: [String: Quantity] = [:]
    for container in pod.list("spec", "initContainers") {
      if container.text("restartPolicy") == "Always" {
        sidecars.merge(amounts(container)) { $0 + $1 }
        peak.merge(sidecars) { max($0, $1) }
      } else {
        peak.merge(amounts(container).merging(sidecars) { $0 + $1 }) { max($0, $1) }
      }
    }
    total.merge(sidecars) { $0 + $1 }
    total.merge(peak) { max($0, $1) }
    for (name, value) in pod.at("spec", "overhead")?.object ?? [:] {
      if let amount = value.string.flatMap(Quantity.init) {
        total[name] = total[name].map { $0 + amount } ?? amount
      }
    }
    return total
  }
}
