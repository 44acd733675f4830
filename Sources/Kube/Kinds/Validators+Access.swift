import Documents

extension Validators {
  @Sendable static func policyRule(
    _ rule: JSONValue, _ path: String, _ problems: inout [FieldProblem]
  ) {
    guard path.hasPrefix("rules[") else { return }
    if rule.list("verbs").isEmpty {
      problems.append(.required("\(path).verbs", "verbs must contain at least one value"))
    }
    if !rule.list("nonResourceURLs").isEmpty {
      if !rule.list("apiGroups").isEmpty || !rule.list("resources").isEmpty {
        problems.append(
          FieldProblem(
            "\(path).nonResourceURLs", .invalid,
            value: rule["nonResourceURLs"]?.description,
            "rules cannot apply to both regular resources and non-resource URLs"))
      }
      return
    }
    if rule.list("apiGroups").isEmpty {
      problems.append(
        .required("\(path).apiGroups", "resource rules must supply at least one api group"))
    }
    if rule.list("resources").isEmpty {
      problems.append(
        .required("\(path).resources", "resource rules must supply at least one resource"))
    }
  }

  @Sendable static func roleBinding(
    _ binding: JSONValue, _ path: String, _ problems: inout [FieldProblem]
  ) {
    let role = binding["roleRef"] ?? .null
    let accepted = binding.kind == "ClusterRoleBinding" ? ["ClusterRole"] : ["Role", "ClusterRole"]
    if role.text("apiGroup") != "rbac.authorization.k8s.io" {
      problems.append(
        .unsupported(
          "roleRef.apiGroup", role.text("apiGroup"), ["rbac.authorization.k8s.io"]))
    }
    if !accepted.contains(role.text("kind")) {
      problems.append(.unsupported("roleRef.kind", role.text("kind"), accepted))
    }
    if role.text("name").isEmpty { problems.append(.required("roleRef.name")) }
  }

  @Sendable static func subject(
    _ subject: JSONValue, _ path: String, _ problems: inout [FieldProblem]
  ) {
    guard path.hasPrefix("subjects[") else { return }
    if subject.text("name").isEmpty { problems.append(.required("\(path).name")) }
    switch subject.text("kind") {
    case "ServiceAccount":
      if !subject.text("apiGroup").isEmpty {
        problems.append(.unsupported("\(path).apiGroup", subject.text("apiGroup"), [""]))
      }
      if subject.text("namespace").isEmpty { problems.append(.required("\(path).namespace")) }
    case "User", "Group": break
    case let other:
      problems.append(.unsupported("\(path).kind", other, ["Group", "ServiceAccount", "User"]))
    }
  }

  @Sendable static func ingress(
    _ spec: JSONValue, _ path: String, _ problems: inout [FieldProblem]
  ) {
    if spec.list("rules").isEmpty, spec["defaultBackend"] == nil {
      problems.append(
        FieldProblem(
          path, .invalid, value: "[]networking.IngressRule(nil)",
          "either `defaultBackend` or `rules` must be specified"))
    }
    for (index, rule) in spec.list("rules").enumerated() {
      var host = rule.text("host")
      if host.isEmpty { continue }
      if host.hasPrefix("*.") { host.removeFirst(2) }
      if let wrong = Names.subdomainProblem(host) {
        problems.append(.invalid("\(path).rules[\(index)].host", rule.text("host"), wrong))
      }
    }
  }

  @Sendable static func ingressPath(
    _ item: JSONValue, _ path: String, _ problems: inout [FieldProblem]
  ) {
    let type = item.text("pathType")
    if type.isEmpty {
      problems.append(.required("\(path).pathType", "pathType must be specified"))
    }
    let text = item.text("path")
    if type == "Exact" || type == "Prefix", !text.hasPrefix("/") {
      problems.append(.invalid("\(path).path", text, "must be an absolute path"))
    }
  }

  @Sendable static func ingressBackend(
    _ backend: JSONValue, _ path: String, _ problems: inout [FieldProblem]
  ) {
    if backend["service"] == nil, backend["resource"] == nil {
      problems.append(.required(path, "port name or number is required"))
      return
    }
    guard let service = backend["service"] else { return }
    if service.text("name").isEmpty { problems.append(.required("\(path).service.name")) }
    let named = !service.text("port", "name").isEmpty
    let numbered = service.number("port", "number") ?? 0 != 0
    if named == numbered {
      problems.append(
        named
          ? .invalid(path, "", "cannot set both port name & port number")
          : .required(path, "port name or number is required"))
    }
  }
}
