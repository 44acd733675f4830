import Documents
import HTTP

/// Rules for those that have a say in other writes: what is wrong with them is found when they are
/// written, not at each write that they would judge.
extension Validators {
  @Sendable static func validatingPolicy(
    _ spec: JSONValue, _ path: String, _ problems: inout [FieldProblem]
  ) {
    checkConditions(spec, PolicyAdmission.conditionNames, path, &problems)
  }

  @Sendable static func webhook(
    _ hook: JSONValue, _ path: String, _ problems: inout [FieldProblem]
  ) {
    if let seconds = hook.number("timeoutSeconds"), !(1...30).contains(seconds) {
      problems.append(
        .invalid(
          "\(path).timeoutSeconds", seconds,
          "the timeout value must be between 1 and 30 seconds"))
    }
    checkConditions(hook, AdmissionAttempt.variableNames, path, &problems)
    checkClientConfig(hook["clientConfig"] ?? [:], "\(path).clientConfig", &problems)
  }

  /// Where a webhook is.
  static func checkClientConfig(
    _ config: JSONValue, _ place: String, _ problems: inout [FieldProblem]
  ) {
    switch (config["url"]?.string, config["service"]) {
    case (let url?, nil): checkURL(url, "\(place).url", &problems)
    case (nil, let service?): checkService(service, "\(place).service", &problems)
    default: problems.append(.required(place, "exactly one of url or service is required"))
    }
  }

  private static func checkConditions(
    _ value: JSONValue, _ variables: Set<String>, _ path: String, _ problems: inout [FieldProblem]
  ) {
    for (index, condition) in value.list("matchConditions").enumerated() {
      checkExpression(
        condition, "expression", variables, "\(path).matchConditions[\(index)]", &problems)
    }
  }

  private static func checkURL(
    _ url: String, _ path: String, _ problems: inout [FieldProblem]
  ) {
    let form = "; desired format: https://host[/path]"
    let scheme = url.contains("://") ? String(url.prefix { $0 != ":" }) : ""
    guard scheme.lowercased() == "https" else {
      problems.append(
        .invalid(path, scheme, "'https' is the only allowed URL scheme" + form))
      return
    }
    let rest = url.dropFirst(scheme.count + 3)
    let authority = rest.prefix { !"/?#".contains($0) }
    if HTTPOrigin(url) == nil {
      problems.append(.invalid(path, String(authority), "host must be specified" + form))
    }
    if let at = authority.lastIndex(of: "@") {
      problems.append(
        .invalid(
          path, String(authority[..<at]), "user information is not permitted in the URL"))
    }
    let fragment = url.drop { $0 != "#" }.dropFirst()
    if !fragment.isEmpty {
      problems.append(
        .invalid(path, String(fragment), "fragments are not permitted in the URL"))
    }
    let query = url.prefix { $0 != "#" }.drop { $0 != "?" }.dropFirst()
    if !query.isEmpty {
      problems.append(
        .invalid(path, String(query), "query parameters are not permitted in the URL"))
    }
  }

  private static func checkService(
    _ service: JSONValue, _ path: String, _ problems: inout [FieldProblem]
  ) {
    for key in ["name", "namespace"] where service.text(key).isEmpty {
      problems.append(.required("\(path).\(key)", "service \(key) is required"))
    }
    if let port = service.number("port"), !(1...65535).contains(port) {
      problems.append(
        .invalid(
          "\(path).port", port, "port is not valid: must be between 1 and 65535, inclusive"))
    }
  }

  /// What a webhook or a policy wants to be asked about.
  @Sendable static func admissionRule(
    _ rule: JSONValue, _ path: String, _ problems: inout [FieldProblem]
  ) {
    let words = [
      "operations": "operations", "apiGroups": "API groups", "apiVersions": "API versions",
      "resources": "resources",
    ]
    for (key, word) in words.sorted(by: { $0.key < $1.key }) {
      let values = rule.list(key).compactMap(\.string)
      if values.isEmpty { problems.append(.required("\(path).\(key)")) }
      let all = key == "resources" ? "*/*" : "*"
      if values.count > 1, values.contains(all) {
        let list = JSONValue.array(values.map(JSONValue.string)).description
        problems.append(
          FieldProblem(
            "\(path).\(key)", .invalid, value: list,
            "if '\(all)' is present, must not specify other \(word)"))
      }
      // The core group's name is empty.
      for (index, value) in values.enumerated() where value.isEmpty && key != "apiGroups" {
        problems.append(.required("\(path).\(key)[\(index)]"))
      }
    }
  }
}
