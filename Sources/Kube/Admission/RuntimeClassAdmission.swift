import Documents

/// What a pod gets of its runtime class: overhead, and where it may run.
enum RuntimeClassAdmission {
  static func apply(_ pod: inout JSONValue, _ api: ObjectAPI) throws(APIError) {
    let wanted = pod.text("spec", "runtimeClassName")
    func refusal(_ why: String) -> APIError {
      APIError(403, "Forbidden", "pods \"\(pod.name)\" is forbidden: pod rejected: \(why)")
    }
    guard !wanted.isEmpty else {
      if pod.at("spec", "overhead") != nil {
        throw refusal("Pod Overhead set without corresponding RuntimeClass defined Overhead")
      }
      return
    }
    guard
      let found = api.store.get(ObjectKey("node.k8s.io/runtimeclasses", "", wanted))?.value
    else { throw refusal("RuntimeClass \"\(wanted)\" not found") }
    let overhead = found.at("overhead", "podFixed")
    if let own = pod.at("spec", "overhead"), own != overhead {
      throw refusal("Pod's Overhead doesn't match RuntimeClass's defined Overhead")
    }
    if let overhead { pod.set("spec", "overhead", to: overhead) }
    var selector = pod.map("spec", "nodeSelector")
    for (key, value) in found.map("scheduling", "nodeSelector") {
      if let own = selector[key], own != value {
        throw refusal(
          "conflict: runtimeClass.scheduling.nodeSelector[\(key)] = \(value); "
            + "pod.spec.nodeSelector[\(key)] = \(own)")
      }
      selector[key] = value
    }
    if !selector.isEmpty { pod.set("spec", "nodeSelector", to: JSONValue(map: selector)) }
    let own = pod.list("spec", "tolerations")
    let more = found.list("scheduling", "tolerations").filter { !own.contains($0) }
    if !more.isEmpty { pod.set("spec", "tolerations", to: .array(own + more)) }
  }
}
