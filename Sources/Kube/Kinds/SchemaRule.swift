import Documents

/// A rule of a custom resource's schema (`x-kubernetes-validations`): an expression about the value it
/// stands at, `self`, and about what was there before, `oldSelf`.
struct SchemaRule: Sendable {
  static let variableNames: Set<String> = ["self", "oldSelf"]
  private let expression: CompiledExpression
  private let message: String
  private let messageExpression: CompiledExpression?
  private let reason: String
  private let fieldPath: String
  private let isOptional: Bool
  /// Whether it is about a change.
  let isTransition: Bool

  /// The rules of a schema; what cannot be compiled was refused when the definition was written.
  static func all(_ schema: JSONValue) -> [SchemaRule] {
    schema.list("x-kubernetes-validations").compactMap(SchemaRule.init)
  }

  private init?(_ rule: JSONValue) {
    guard
      let expression = try? CompiledExpression(rule.text("rule"), variables: Self.variableNames)
    else { return nil }
    self.expression = expression
    message = rule.text("message")
    messageExpression = try? CompiledExpression(
      rule.text("messageExpression"), variables: Self.variableNames)
    reason = rule.text("reason")
    fieldPath = rule.text("fieldPath")
    isOptional = rule.flag("optionalOldSelf")
    isTransition = expression.root.freeVariables.contains("oldSelf")
  }

  /// What is wrong with a value by this rule; `json` is how it is shown.
  func check(
    _ value: ExpressionValue, old: ExpressionValue?, json: JSONValue, _ path: String,
    _ problems: inout [FieldProblem]
  ) {
    // A rule about a change has nothing to say where nothing was before, unless it says that it has.
    if isTransition, old == nil, !isOptional { return }
    var variables = ["self": value]
    if isOptional {
      variables["oldSelf"] = .optional(old)
    } else if let old {
      variables["oldSelf"] = old
    }
    let place = path + fieldPath
    do throws(ExpressionError) {
      if try expression.holds(variables) { return }
      problems.append(problem(place, json, text(variables)))
    } catch {
      problems.append(problem(place, json, "rule \"\(expression.text)\": \(error.message)"))
    }
  }

  /// What a rule's own expression says, when it says something that fits in a line.
  private func text(_ variables: [String: ExpressionValue]) -> String {
    if let found = try? messageExpression?.value(variables), case .string(let text) = found,
      text.contains(where: { !$0.isWhitespace }), !text.contains(where: \.isNewline),
      text.utf8.count <= 5120
    {
      return text
    }
    return message.isEmpty ? "failed rule: \(expression.text)" : message
  }

  private func problem(_ path: String, _ value: JSONValue, _ message: String) -> FieldProblem {
    let place = path.isEmpty ? "<nil>" : path.hasPrefix(".") ? String(path.dropFirst()) : path
    switch reason {
    case "FieldValueForbidden": return FieldProblem(place, .forbidden, message)
    case "FieldValueRequired": return FieldProblem(place, .required, message)
    case "FieldValueDuplicate":
      return FieldProblem(place, .duplicate, value: Self.shown(value), message)
    default: return FieldProblem(place, .invalid, value: Self.shown(value), message)
    }
  }

  private static func shown(_ value: JSONValue) -> String {
    switch value {
    case .object: "\"object\""
    case .array: "\"array\""
    default: value.description
    }
  }
}
