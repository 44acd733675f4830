import Documents

/// The schema of a custom resource (`openAPIV3Schema`), as a tree of what must hold for a value and for what
/// is in it. It is asked twice: first for the bounds of values, then, when these are kept, for the rules in
/// the Common Expression Language.
///
/// What was there before and has not been changed is not judged again, so that a definition may become
/// stricter than the objects that it has; but rules about changes always are.
///
/// Next: SchemaNode+Bounds.swift, SchemaRule.swift.
final class SchemaNode: Sendable {
  /// `object`, `array`, `string`, `integer`, `number`, `boolean`; empty for anything.
  let kind: String
  let format: String
  let constraints: SchemaConstraints
  let rules: [SchemaRule]
  let required: [String]
  let properties: [(name: String, node: SchemaNode)]
  /// Of a list.
  let items: SchemaNode?
  /// Of a map: what all its values are.
  let values: SchemaNode?
  /// Of a list whose elements are told apart by some of their fields, or are all different.
  let listKeys: [String]?
  let isSet: Bool
  let hasRules: Bool

  init(_ schema: JSONValue) {
    let isEither = schema.flag("x-kubernetes-int-or-string")
    kind = isEither ? "" : schema.text("type")
    format = schema.text("format")
    constraints = CustomSchema.constraints(schema)
    rules = SchemaRule.all(schema)
    required = schema.list("required").compactMap(\.string)
    properties = (schema["properties"]?.object ?? [:]).map { ($0, SchemaNode($1)) }
    items = schema["items"].map(SchemaNode.init)
    values = schema["additionalProperties"].flatMap { $0.object == nil ? nil : SchemaNode($0) }
    let isMap = schema.text("x-kubernetes-list-type") == "map"
    listKeys =
      isMap ? schema.list("x-kubernetes-list-map-keys").compactMap(\.string).sorted() : nil
    isSet = schema.text("x-kubernetes-list-type") == "set"
    let inner = properties.map(\.node) + [items, values].compactMap { $0 }
    hasRules = !rules.isEmpty || inner.contains { $0.hasRules }
  }

  /// What is wrong with an object; `old` is what it replaces.
  func problems(_ value: JSONValue, old: JSONValue?) -> [FieldProblem] {
    var problems: [FieldProblem] = []
    checkBounds(value, old: old, "", isRoot: true, &problems)
    guard hasRules else { return problems }
    let blocking: [FieldProblem.Kind] = [.unsupported, .required, .tooLong, .tooMany, .type]
    if problems.contains(where: { blocking.contains($0.kind) }) {
      // A rule would speak of fields that are not there, or are not what it takes them for.
      problems.append(
        FieldProblem(
          "<nil>", .invalid, value: "\"null\"",
          "some validation rules were not checked because the object was invalid; correct the "
            + "existing errors to complete validation"))
    } else {
      var budget: Int? = SchemaRule.wholeBudget
      checkRules(value, old: old, "", isRoot: true, &budget, &problems)
    }
    return problems
  }

  private func checkRules(
    _ value: JSONValue, old: JSONValue?, _ path: String, isRoot: Bool,
    _ budget: inout Int?, _ problems: inout [FieldProblem]
  ) {
    guard hasRules, budget != nil, value != .null else { return }
    if !rules.isEmpty {
      let now = expressionValue(value)
      let before = old.flatMap { $0 == .null ? nil : expressionValue($0) }
      for rule in rules {
        if !rule.isTransition, let old, old == value { continue }
        rule.check(now, old: before, json: value, path, &budget, &problems)
      }
    }
    for (name, node) in properties where !(isRoot && name == "metadata") {
      guard let member = value[name] else { continue }
      node.checkRules(
        member, old: old?[name], path.isEmpty ? name : "\(path).\(name)", isRoot: false, &budget,
        &problems)
    }
    if let values, let members = value.object {
      for (key, member) in members where !properties.contains(where: { $0.name == key }) {
        values.checkRules(
          member, old: old?[key], "\(path)[\(key)]", isRoot: false, &budget, &problems)
      }
    }
    if let items, let elements = value.array {
      let before = oldElements(old)
      for (index, element) in elements.enumerated() {
        items.checkRules(
          element, old: identity(element).flatMap { before[$0] }, "\(path)[\(index)]",
          isRoot: false, &budget, &problems)
      }
    }
  }

  /// What tells an element of a list from the others, and is the same before and after a change; nil
  /// when nothing does.
  func identity(_ element: JSONValue) -> String? {
    listKeys.map { keys in keys.map { element[$0]?.description ?? "" }.joined(separator: "\n") }
  }

  func oldElements(_ old: JSONValue?) -> [String: JSONValue] {
    var result: [String: JSONValue] = [:]
    for element in old?.array ?? [] {
      if let identity = identity(element) { result[identity] = element }
    }
    return result
  }

  /// A value as rules see it: of the type that the schema says, not of the one that it looks like.
  func expressionValue(_ value: JSONValue) -> ExpressionValue {
    switch (kind, value) {
    case ("number", .integer(let number)): return .double(Double(number))
    case ("integer", .number(let number)):
      return Int64(exactly: number).map { .int($0) } ?? .double(number)
    case ("string", .string(let text)): return formatted(text) ?? .string(text)
    case ("array", .array(let elements)):
      guard let items else { return ExpressionValue(value) }
      return .list(elements.map(items.expressionValue))
    case ("object", .object(let members)):
      var result: [ExpressionValue: ExpressionValue] = [:]
      for (key, member) in members {
        let node = properties.first { $0.name == key }?.node ?? values
        result[.string(key)] = node?.expressionValue(member) ?? ExpressionValue(member)
      }
      return .map(result)
    default: return ExpressionValue(value)
    }
  }

  private func formatted(_ text: String) -> ExpressionValue? {
    switch format {
    case "date-time", "date":
      let time = format == "date" ? text + "T00:00:00Z" : text
      return try? ExpressionFunctions.call("timestamp", [.string(time)], isMethod: false)
    case "duration": return ExpressionFunctions.duration(text).map { .duration($0) }
    case "byte": return Base64.decode(text).map { .bytes($0) }
    default: return nil
    }
  }
}
