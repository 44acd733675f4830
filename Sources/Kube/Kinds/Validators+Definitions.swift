import Documents

/// Rules for those who define kinds.
extension Validators {
  @Sendable static func definition(
    _ spec: JSONValue, _ path: String, _ problems: inout [FieldProblem]
  ) {
    let versions = spec.list("versions")
    if versions.filter({ $0.flag("storage") }).count != 1 {
      problems.append(
        FieldProblem(
          "\(path).versions", .invalid, value: JSONValue.array(versions).description,
          "must have exactly one version marked as storage version"))
    }
    for (index, version) in versions.enumerated() {
      checkCorrelation(
        version.at("schema", "openAPIV3Schema") ?? [:],
        "\(path).versions[\(index)].schema.openAPIV3Schema", within: nil, &problems)
    }
    if let conversion = spec["conversion"] {
      checkConversion(conversion, "\(path).conversion", &problems)
    }
  }

  /// A version in which objects may still be kept must not go.
  @Sendable static func storedVersions(
    _ new: JSONValue, _ old: JSONValue, _ problems: inout [FieldProblem]
  ) {
    let versions = new.list("spec", "versions").map { $0.text("name") }
    for (index, stored) in new.list("status", "storedVersions").compactMap(\.string).enumerated()
    where !versions.contains(stored) {
      problems.append(
        .invalid("status.storedVersions[\(index)]", stored, "must appear in spec.versions"))
    }
  }

  private static func checkConversion(
    _ conversion: JSONValue, _ path: String, _ problems: inout [FieldProblem]
  ) {
    let webhook = conversion["webhook"]
    switch conversion.text("strategy") {
    case "Webhook":
      guard let config = webhook?["clientConfig"] else {
        problems.append(
          .required(
            "\(path).webhookClientConfig", "required when strategy is set to Webhook"))
        break
      }
      checkClientConfig(config, "\(path).webhookClientConfig", &problems)
      let versions = webhook?.list("conversionReviewVersions").compactMap(\.string) ?? []
      if versions.isEmpty {
        problems.append(.required("\(path).conversionReviewVersions"))
      } else if !versions.contains("v1"), !versions.contains("v1beta1") {
        problems.append(
          FieldProblem(
            "\(path).conversionReviewVersions", .invalid,
            value: JSONValue.array(versions.map(JSONValue.string)).description,
            "must include at least one of v1, v1beta1"))
      }
    case "None":
      if webhook != nil {
        problems.append(
          FieldProblem(
            "\(path).webhookClientConfig", .forbidden,
            "should not be set when strategy is not set to Webhook"))
      }
    case "": problems.append(.required("\(path).strategy"))
    case let other:
      problems.append(.unsupported("\(path).strategy", other, ["None", "Webhook"]))
    }
  }

  /// Who serves a version of a group.
  @Sendable static func apiService(
    _ object: JSONValue, _ path: String, _ problems: inout [FieldProblem]
  ) {
    let spec = object["spec"] ?? [:]
    let name = "\(spec.text("version")).\(spec.text("group"))"
    if object.name != name {
      problems.append(
        .invalid(
          "metadata.name", object.name, "must be `spec.version+\".\"+spec.group`: \"\(name)\""))
    }
    for (key, most) in [("groupPriorityMinimum", 20_000), ("versionPriority", 1000)] {
      let number = spec.number(key) ?? 0
      if !(1...most).contains(number) {
        problems.append(
          .invalid("spec.\(key)", number, "must be positive and less than \(most)"))
      }
    }
    let bundle = Base64.decode(spec.text("caBundle")) ?? []
    let isBlind = spec.flag("insecureSkipTLSVerify")
    guard let service = spec["service"] else {
      if !bundle.isEmpty {
        problems.append(
          .invalid(
            "spec.caBundle", "\(bundle.count) bytes", "local APIServices may not have a caBundle"))
      }
      if isBlind {
        problems.append(
          FieldProblem(
            "spec.insecureSkipTLSVerify", .invalid, value: "true",
            "local APIServices may not have insecureSkipTLSVerify"))
      }
      return
    }
    for key in ["namespace", "name"] where service.text(key).isEmpty {
      problems.append(.required("spec.service.\(key)"))
    }
    if let port = service.number("port"), !(1...65535).contains(port) {
      problems.append(
        .invalid(
          "spec.service.port", port,
          "port is not valid: must be between 1 and 65535, inclusive"))
    }
    if isBlind, !bundle.isEmpty {
      problems.append(
        FieldProblem(
          "spec.insecureSkipTLSVerify", .invalid, value: "true",
          "may not be true if spec.caBundle is present"))
    }
  }
}
