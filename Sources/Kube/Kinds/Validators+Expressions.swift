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
    // There are no optional values here, so the rule would say something else than it means.
    if rule.flag("optionalOldSelf") {
      problems.append(
        FieldProblem("\(path).optionalOldSelf", .forbidden, "optional values are not supported"))
    }
  }
}
