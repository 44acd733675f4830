import Documents

/// What the API does for single kinds when objects come and go.
enum KindStrategy {
  /// Fills in what a new object of some kinds gets from the server.
  static func prepareForCreate(_ object: inout JSONValue, _ type: ResourceType, _ api: ObjectAPI) {
    switch type.bucket {
    case "namespaces":
      object.set(
        "metadata", "labels", "kubernetes.io/metadata.name", to: .string(object.name))
      object["status"] = ["phase": "Active"]
    case "pods":
      object["status"] = [
        "phase": "Pending", "qosClass": .string(QualityOfService(pod: object).rawValue),
      ]
    case "persistentvolumeclaims", "persistentvolumes":
      object["status"] = ["phase": "Pending"]
    case "services": object["status"] = ["loadBalancer": [:]]
    case "batch/jobs": prepareJob(&object)
    default:
      if type.subresource("status") != nil { object["status"] = type.isCustom ? nil : [:] }
      secretText(&object, type)
    }
  }

  /// `stringData` is a way to write a Secret, not a part of it.
  private static func secretText(_ object: inout JSONValue, _ type: ResourceType) {
    guard type.bucket == "secrets", let text = object["stringData"]?.object else { return }
    for (key, value) in text {
      object.set("data", key, to: .string(Base64.encode((value.string ?? "").utf8)))
    }
    object["stringData"] = nil
  }

  /// The same when a Secret is changed.
  static func prepareForUpdate(_ object: inout JSONValue, _ type: ResourceType) {
    secretText(&object, type)
  }

  /// A job finds its pods by its own uid, unless it brings its own selector.
  private static func prepareJob(_ job: inout JSONValue) {
    job["status"] = [:]
    guard !job.flag("spec", "manualSelector") else { return }
    let uid = JSONValue.string(job.uid)
    job.set(
      "spec", "selector", to: ["matchLabels": ["batch.kubernetes.io/controller-uid": uid]])
    let labels: [(String, JSONValue)] = [
      ("batch.kubernetes.io/controller-uid", uid), ("controller-uid", uid),
      ("batch.kubernetes.io/job-name", .string(job.name)), ("job-name", .string(job.name)),
    ]
    for (key, value) in labels {
      job.set("spec", "template", "metadata", "labels", key, to: value)
    }
  }

  /// How long an object may take to go: only pods that run somewhere have a say.
  static func gracePeriod(_ object: JSONValue, _ type: ResourceType, _ asked: Int?) -> Int {
    guard type.bucket == "pods" else { return 0 }
    let phase = object.text("status", "phase")
    if object.text("spec", "nodeName").isEmpty || phase == "Succeeded" || phase == "Failed" {
      return 0
    }
    let seconds = asked ?? object.number("spec", "terminationGracePeriodSeconds") ?? 30
    return Int(Int32(clamping: max(0, seconds)))
  }

  /// Objects that must stay.
  static func checkDelete(_ object: JSONValue, _ type: ResourceType) throws(APIError) {
    let kept = ["default", "kube-system", "kube-public"]
    if type.bucket == "namespaces", kept.contains(object.name) {
      throw .forbidden(type, object.name, "this namespace may not be deleted")
    }
  }
}

/// How a pod fares when memory runs short, by what its containers ask for.
package enum QualityOfService: String, Sendable {
  case guaranteed = "Guaranteed"
  case burstable = "Burstable"
  case bestEffort = "BestEffort"

  package init(pod: JSONValue) {
    let containers = pod.list("spec", "containers") + pod.list("spec", "initContainers")
    var isGuaranteed = true
    var asksForSomething = false
    for container in containers {
      for name in ["cpu", "memory"] {
        let limit = container.text("resources", "limits", name)
        let request = container.text("resources", "requests", name)
        if !limit.isEmpty || !request.isEmpty { asksForSomething = true }
        if limit.isEmpty || limit != request { isGuaranteed = false }
      }
    }
    self = !asksForSomething ? .bestEffort : isGuaranteed ? .guaranteed : .burstable
  }
}
