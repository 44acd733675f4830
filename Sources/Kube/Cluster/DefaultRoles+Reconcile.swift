import Documents

// A cluster that an older version has made has that version's roles. At every start they are compared with
// today's: what is missing is added, and what somebody has added stays. The roles for people (`admin`,
// `edit`, `view`) are different: their rules are not anybody's own, so they become exactly today's, and
// what was once too much is gone. Who wants to keep a role as it is sets the annotation to "false".

extension DefaultRoles {
  static let group = "rbac.authorization.k8s.io"
  private static let annotation = "rbac.authorization.kubernetes.io/autoupdate"
  /// What says that a role follows the version.
  static let updates = [annotation: "true"]

  /// A role as it should be.
  static func reconciled(role old: JSONValue, _ wanted: JSONValue) -> JSONValue {
    guard follows(old) else { return old }
    var role = withMetadata(old, wanted)
    if ["admin", "edit", "view"].contains(old.name) {
      role["rules"] = wanted["rules"]
    } else {
      let has = old.list("rules")
      let missing = wanted.list("rules").filter { rule in !has.contains { covers($0, rule) } }
      if !missing.isEmpty { role["rules"] = .array(has + missing) }
    }
    return role
  }

  /// A binding as it should be: it may have more subjects, and none less.
  static func reconciled(binding old: JSONValue, _ wanted: JSONValue) -> JSONValue {
    guard follows(old) else { return old }
    var binding = withMetadata(old, wanted)
    let has = old.list("subjects")
    let missing = wanted.list("subjects").filter { !has.contains($0) }
    if !missing.isEmpty { binding["subjects"] = .array(has + missing) }
    return binding
  }

  private static func follows(_ object: JSONValue) -> Bool {
    object.annotations[annotation] != "false"
  }

  private static func withMetadata(_ old: JSONValue, _ wanted: JSONValue) -> JSONValue {
    var result = old
    result.set(
      "metadata", "labels", to: JSONValue(map: old.labels.merging(wanted.labels) { $1 }))
    result.set(
      "metadata", "annotations",
      to: JSONValue(map: wanted.annotations.merging(old.annotations) { $1 }))
    return result
  }

  /// Whether a rule allows all that another one does.
  private static func covers(_ rule: JSONValue, _ other: JSONValue) -> Bool {
    guard other.list("resourceNames").isEmpty || rule.list("resourceNames").isEmpty else {
      return rule == other
    }
    guard rule.list("resourceNames").isEmpty else { return false }
    return ["apiGroups", "resources", "verbs", "nonResourceURLs"].allSatisfy { key in
      let has = rule.list(key)
      return has.contains("*") || other.list(key).allSatisfy(has.contains)
    }
  }
}
