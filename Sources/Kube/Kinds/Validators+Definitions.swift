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
  }
}
