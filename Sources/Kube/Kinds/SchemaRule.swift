import Documents

/// A rule of a custom resource's schema (`x-kubernetes-validations`): an expression about the value it
/// stands at, `self`, and about what was there before, `oldSelf`.
struct SchemaRule: Sendable {
  /// What all rules about one object may cost together, as with kube-apiserver.
  static let wholeBudget = 10_000_000
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

  /// What is wrong with a value by this rule; `json` is how it is shown. The rules of an object share
  /// `budget`, which is nil once it is used up and that has been said.
  func check(
    _ value: ExpressionValue, old: ExpressionValue?, json: JSONValue, _ path: String,
    _ budget: inout Int?, _ problems: inout [FieldProblem]
  ) {
    guard var left = budget else { return }
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
      let result = try expression.value(variables, within: &left)
      guard case .bool(let holds) = result else { throw ExpressionError("must evaluate to bool") }
      if !holds { problems.append(problem(place, json, text(variables, &left))) }
      budget = left
    } catch {
      budget = left > 0 ? left : nil
      let words =
        left > 0
        ? "rule \"\(expression.text)\": \(error.message)"
        : "validation failed due to running out of cost budget, no further validation rules will be run"
      problems.append(problem(place, json, words))
    }
  }

  /// What a rule's own expression says, when it says something that fits in a line.
  private func text(_ variables: [String: ExpressionValue], _ budget: inout Int) -> String {
    if let found = try? messageExpression?.value(variables, within: &budget),
      case .string(let text) = found,
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
