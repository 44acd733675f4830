import Documents

extension Validators {
  /// An expression that can be compiled.
  static func checkExpression(
    _ value: JSONValue, _ key: String, _ variables: Set<String>, _ path: String,
    _ problems: inout [FieldProblem]
  ) {
    let text = value.text(key)
    guard !text.isEmpty else {
      problems.append(.required("\(path).\(key)"))
      return
    }
    do throws(ExpressionError) {
      _ = try CompiledExpression(text, variables: variables)
    } catch {
      problems.append(.invalid("\(path).\(key)", text, error.message))
    }
  }

  @Sendable static func policyValidation(
    _ validation: JSONValue, _ path: String, _ problems: inout [FieldProblem]
  ) {
    for key in ["expression", "messageExpression"]
    where key == "expression" || !validation.text(key).isEmpty {
      checkExpression(validation, key, PolicyAdmission.variableNames, path, &problems)
    }
  }

  @Sendable static func policyVariable(
    _ variable: JSONValue, _ path: String, _ problems: inout [FieldProblem]
  ) {
    checkExpression(variable, "expression", PolicyAdmission.variableNames, path, &problems)
  }

  @Sendable static func schemaRule(
    _ rule: JSONValue, _ path: String, _ problems: inout [FieldProblem]
  ) {
    for key in ["rule", "messageExpression"] where key == "rule" || !rule.text(key).isEmpty {
      checkExpression(rule, key, SchemaRule.variableNames, path, &problems)
    }
    let text = rule.text("rule")
    let isAboutChange =
      (try? CompiledExpression(text, variables: SchemaRule.variableNames))?.root.freeVariables
      .contains("oldSelf") ?? false
    if rule["optionalOldSelf"] != nil, !isAboutChange {
      problems.append(
        FieldProblem(
          "\(path).optionalOldSelf", .invalid, value: "\(rule.flag("optionalOldSelf"))",
          "may not be set if oldSelf is not used in rule"))
    }
    let reason = rule.text("reason")
    let reasons = [
      "FieldValueRequired", "FieldValueInvalid", "FieldValueForbidden", "FieldValueDuplicate",
    ]
    if !reason.isEmpty, !reasons.contains(reason) {
      problems.append(.unsupported("\(path).reason", reason, reasons))
    }
    if rule.text("message").contains(where: \.isNewline) {
      problems.append(
        .invalid("\(path).message", rule.text("message"), "message must not contain line breaks"))
    }
  }

  /// Rules about changes stand where it is known what a value was before: not within lists whose elements
  /// are told apart by nothing.
  static func checkCorrelation(
    _ schema: JSONValue, _ path: String, within list: String?, _ problems: inout [FieldProblem]
  ) {
    for (index, rule) in schema.list("x-kubernetes-validations").enumerated() {
      let text = rule.text("rule")
      guard let list,
        let compiled = try? CompiledExpression(text, variables: SchemaRule.variableNames),
        compiled.root.freeVariables.contains("oldSelf")
      else { continue }
      problems.append(
        .invalid(
          "\(path).x-kubernetes-validations[\(index)].rule", text,
          "oldSelf cannot be used on the uncorrelatable portion of the schema within \(list)"))
    }
    for (name, property) in schema["properties"]?.object ?? [:] {
      checkCorrelation(property, "\(path).properties[\(name)]", within: list, &problems)
    }
    if let values = schema["additionalProperties"], values.object != nil {
      checkCorrelation(values, "\(path).additionalProperties", within: list, &problems)
    }
    if let items = schema["items"] {
      let isMap = schema.text("x-kubernetes-list-type") == "map"
      let inner = "\(path).items"
      checkCorrelation(items, inner, within: list ?? (isMap ? nil : inner), &problems)
    }
  }
}
