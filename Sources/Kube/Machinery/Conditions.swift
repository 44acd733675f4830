import Documents

/// The conditions in a status: what is true of an object, since when and why.
package enum Conditions {
  /// Sets a condition; the time of its last transition moves only when its status changes.
  package static func set(
    _ object: inout JSONValue, _ type: String, status: Bool?, reason: String = "",
    message: String = "", now: String, extra: [(String, JSONValue)] = []
  ) {
    let word = status.map { $0 ? "True" : "False" } ?? "Unknown"
    var conditions = object.list("status", "conditions")
    let index = conditions.firstIndex { $0.text("type") == type }
    var condition: JSONValue = ["type": .string(type), "status": .string(word)]
    let old = index.map { conditions[$0] }
    let isSame = old?.text("status") == word
    condition["lastTransitionTime"] =
      isSame ? old?["lastTransitionTime"] ?? .string(now) : .string(now)
    for (key, value) in extra { condition[key] = value }
    if !reason.isEmpty { condition["reason"] = .string(reason) }
    if !message.isEmpty { condition["message"] = .string(message) }
    if let index {
      conditions[index] = condition
    } else {
      conditions.append(condition)
    }
    object.set("status", "conditions", to: .array(conditions))
  }

  /// Takes a condition away.
  package static func remove(_ object: inout JSONValue, _ type: String) {
    let all = object.list("status", "conditions")
    let rest = all.filter { $0.text("type") != type }
    guard rest.count < all.count else { return }
    object.set("status", "conditions", to: rest.isEmpty ? nil : .array(rest))
  }
}
