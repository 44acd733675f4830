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
    let metadata = Field(
      name: "metadata", number: 1, type: .message(Schema.builtIn.message("meta.ObjectMeta")))
    var fields = [metadata]
    for (name, property) in schema["properties"]?.object ?? [:]
    where !["apiVersion", "kind", "metadata"].contains(name) {
      fields.append(field(name, property, required: schema.list("required")))
    }
    message.define(
      fields, preservesUnknown: keepsUnknown(schema), documentation: schema.text("description"),
      schema: SchemaNode(schema))
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
      message.define(fields, preservesUnknown: keepsUnknown(schema))
      message.flatten()
      return .message(message)
    default: return .json
    }
  }

  static func constraints(_ schema: JSONValue) -> SchemaConstraints {
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
    result.multipleOf = schema["multipleOf"]?.double
    result.minProperties = schema.number("minProperties")
    result.maxProperties = schema.number("maxProperties")
    return result
  }
}
