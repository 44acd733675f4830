import Documents

/// The schema of a custom resource (`openAPIV3Schema`) as a message like those of the built-in
/// kinds, so that reading, pruning, defaults and ownership are the same code.
enum CustomSchema {
  /// The message of a kind.
  static func message(_ schema: JSONValue, group: String, version: String, kind: String)
    -> MessageType
  {
    let parts = group.split(separator: ".").reversed().joined(separator: ".")
    let message = MessageType(
      name: "custom.\(group).\(kind)", openAPIName: "\(parts).\(version).\(kind)", isAtomic: false)
    var metadata = Field(
      name: "metadata", number: 1, type: .message(Schema.builtIn.message("meta.ObjectMeta")))
    metadata.documentation = "Name, labels and the like."
    var fields = [metadata]
    for (name, property) in schema["properties"]?.object ?? [:]
    where !["apiVersion", "kind", "metadata"].contains(name) {
      fields.append(field(name, property, required: schema.list("required")))
    }
    message.define(
      fields, preservesUnknown: keepsUnknown(schema), documentation: schema.text("description"),
      rules: SchemaRule.all(schema))
    message.flatten()
    return message
  }

  /// Whether an object may lack something that its definition fills in.
  static func hasDefaults(_ message: MessageType) -> Bool {
    message.jsonFields.contains { field in
      // Metadata has no defaults, and is everybody's.
      if field.defaultValue != nil { return true }
      guard let inner = field.type.message, inner.name == "custom." else { return false }
      return hasDefaults(inner)
    }
  }

  /// The fields that an object within an object has, as every object has them.
  private static var embedded: [Field] {
    var fields = ["apiVersion", "kind"].map { Field(name: $0, number: 0, type: .string) }
    fields.append(
      Field(
        name: "metadata", number: 0, type: .message(Schema.builtIn.message("meta.ObjectMeta"))))
    for index in fields.indices { fields[index].isPointer = true }
    return fields
  }

  private static func keepsUnknown(_ schema: JSONValue) -> Bool {
    schema.flag("x-kubernetes-preserve-unknown-fields")
  }

  private static func field(_ name: String, _ schema: JSONValue, required: [JSONValue]) -> Field {
    var field = Field(name: name, number: 0, type: type(schema))
    // Zero is a value like any other here.
    field.isPointer = true
    field.isRequired = required.contains(.string(name))
    field.defaultValue = schema["default"]
    field.documentation = schema.text("description")
    field.isSet = schema.text("x-kubernetes-list-type") == "set"
    field.isAtomic = schema.text("x-kubernetes-map-type") == "atomic"
    if schema.text("x-kubernetes-list-type") == "map" {
      field.listMapKeys = schema.list("x-kubernetes-list-map-keys").compactMap(\.string)
    }
    field.constraints = constraints(schema)
    return field
  }

  private static func type(_ schema: JSONValue) -> FieldType {
    if schema.flag("x-kubernetes-int-or-string") { return .intOrString }
    switch schema.text("type") {
    case "string": return schema.text("format") == "date-time" ? .time : .string
    case "integer": return schema.text("format") == "int32" ? .int32 : .int64
    case "number": return .double
    case "boolean": return .bool
    case "array": return .list(type(schema["items"] ?? [:]))
    case "object":
      if let values = schema["additionalProperties"], values.object != nil {
        return .map(type(values))
      }
      let isEmbedded = schema.flag("x-kubernetes-embedded-resource")
      guard schema["properties"] != nil || keepsUnknown(schema) || isEmbedded else { return .json }
      let message = MessageType(name: "custom.", openAPIName: "", isAtomic: false)
      var fields = (schema["properties"]?.object ?? [:]).map { name, property in
        field(name, property, required: schema.list("required"))
      }
      if isEmbedded {
        fields.removeAll { field in embedded.contains { $0.name == field.name } }
        fields = embedded + fields
      }
      message.define(
        fields, preservesUnknown: keepsUnknown(schema), rules: SchemaRule.all(schema))
      message.flatten()
      return .message(message)
    default: return .json
    }
  }

  private static func constraints(_ schema: JSONValue) -> SchemaConstraints {
    var result = SchemaConstraints()
    result.minimum = schema["minimum"]?.double
    result.maximum = schema["maximum"]?.double
    result.exclusiveMinimum = schema.flag("exclusiveMinimum")
    result.exclusiveMaximum = schema.flag("exclusiveMaximum")
    result.minLength = schema.number("minLength")
    result.maxLength = schema.number("maxLength")
    result.minItems = schema.number("minItems")
    result.maxItems = schema.number("maxItems")
    result.pattern = schema["pattern"]?.string
    result.isNullable = schema.flag("nullable")
    result.enumeration = schema.list("enum")
    // Those of objects stand at their messages, where lists and maps find them too.
    if !isMessage(schema) { result.rules = SchemaRule.all(schema) }
    return result
  }

  /// Whether `type` makes a message of it.
  private static func isMessage(_ schema: JSONValue) -> Bool {
    schema.text("type") == "object" && !schema.flag("x-kubernetes-int-or-string")
      && schema["additionalProperties"]?.object == nil
      && (schema["properties"] != nil || keepsUnknown(schema)
        || schema.flag("x-kubernetes-embedded-resource"))
  }

  /// What is wrong with a value by the constraints of its schema; `old` is what it replaces.
  static func check(
    _ value: JSONValue, old: JSONValue?, _ message: MessageType, _ path: String,
    _ problems: inout [FieldProblem]
  ) {
    guard let members = value.object else { return }
    for field in message.jsonFields {
      let place = path.isEmpty ? field.name : "\(path).\(field.name)"
      guard let member = members[field.name] else {
        if field.isRequired { problems.append(.required(place)) }
        continue
      }
      if path.isEmpty && field.name == "metadata" { continue }
      if let constraints = field.constraints {
        check(member, constraints, place, &problems)
        for rule in constraints.rules {
          rule.check(member, old: old?[field.name], place, &problems)
        }
      }
      checkInner(member, old: old?[field.name], field.type, place, &problems)
    }
    for rule in message.rules { rule.check(value, old: old, path, &problems) }
  }

  private static func checkInner(
    _ value: JSONValue, old: JSONValue?, _ type: FieldType, _ path: String,
    _ problems: inout [FieldProblem]
  ) {
    switch (type, value) {
    case (.message(let message), _): check(value, old: old, message, path, &problems)
    case (.list(let element), .array(let elements)):
      // Which element was which is not known: rules about changes hold for objects and maps.
      for (index, item) in elements.enumerated() {
        checkInner(item, old: nil, element, "\(path)[\(index)]", &problems)
      }
    case (.map(let element), .object(let members)):
      for (key, item) in members {
        checkInner(item, old: old?[key], element, "\(path).\(key)", &problems)
      }
    default: break
    }
  }

  private static func check(
    _ value: JSONValue, _ rules: SchemaConstraints, _ path: String,
    _ problems: inout [FieldProblem]
  ) {
    func fail(_ detail: String) {
      problems.append(
        FieldProblem(path, .invalid, value: value.description, "\(path) in body \(detail)"))
    }
    if !rules.enumeration.isEmpty, !rules.enumeration.contains(value) {
      problems.append(
        .unsupported(
          path, value.string ?? value.description,
          rules.enumeration.map { $0.string ?? $0.description }))
    }
    if let number = value.double {
      if let least = rules.minimum, number < least || rules.exclusiveMinimum && number == least {
        fail(
          "should be greater than\(rules.exclusiveMinimum ? "" : " or equal to") \(JSONValue.text(of: least))"
        )
      }
      if let most = rules.maximum, number > most || rules.exclusiveMaximum && number == most {
        fail(
          "should be less than\(rules.exclusiveMaximum ? "" : " or equal to") \(JSONValue.text(of: most))"
        )
      }
    }
    if let text = value.string {
      if let least = rules.minLength, text.count < least {
        fail("should be at least \(least) chars long")
      }
      if let most = rules.maxLength, text.count > most {
        problems.append(FieldProblem(path, .tooLong, "may not be more than \(most) bytes"))
      }
      if let pattern = rules.pattern, let expression = LinearPattern(pattern),
        !expression.isIn(text)
      {
        fail("should match '\(pattern)'")
      }
    }
    if let items = value.array {
      if let least = rules.minItems, items.count < least {
        fail("should have at least \(least) items")
      }
      if let most = rules.maxItems, items.count > most {
        problems.append(FieldProblem(path, .tooMany, "must have at most \(most) items"))
      }
    }
  }
}
