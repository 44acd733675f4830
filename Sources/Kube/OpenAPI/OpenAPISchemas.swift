import Documents

/// Messages as JSON schemas, with the extensions that kubectl merges and explains by.
struct OpenAPISchemas {
  /// `#/components/schemas/` in version 3, `#/definitions/` in version 2.
  let prefix: String
  /// Version 3 wraps a reference that has a description or a default beside it.
  let isVersion3: Bool
  private(set) var schemas: [(String, JSONValue)] = []
  private var seen: Set<String> = []

  init(isVersion3: Bool) {
    self.isVersion3 = isVersion3
    prefix = isVersion3 ? "#/components/schemas/" : "#/definitions/"
  }

  /// Adds the schema of a resource's kind, its list, and all that they refer to.
  mutating func add(_ type: ResourceType) {
    let name = type.message.openAPIName
    guard seen.insert(name).inserted else { return }
    let identity: JSONValue = [
      "group": .string(type.group), "kind": .string(type.kind), "version": .string(type.version),
    ]
    var schema = object(type.message)
    let identityFields: [(String, JSONValue)] = [
      ("apiVersion", ["type": "string", "description": .string(Self.versionText)]),
      ("kind", ["type": "string", "description": .string(Self.kindText)]),
    ]
    var properties = JSONObject(identityFields)
    for (key, value) in schema["properties"]?.object ?? [:] { properties[key] = value }
    schema["properties"] = .object(properties)
    schema["x-kubernetes-group-version-kind"] = [identity]
    schemas.append((name, schema))
    guard type.verbs.contains("list") else { return }
    let list: JSONValue = [
      "type": "object",
      "description": .string("\(type.kind)List is a list of objects of kind \(type.kind)."),
      "required": ["items"],
      "properties": [
        "apiVersion": ["type": "string"], "kind": ["type": "string"],
        "items": ["type": "array", "items": reference(type.message)],
        "metadata": ["$ref": .string(prefix + Self.metaPrefix + "ListMeta")],
      ],
      "x-kubernetes-group-version-kind": [
        [
          "group": .string(type.group), "kind": .string(type.kind + "List"),
          "version": .string(type.version),
        ]
      ],
    ]
    schemas.append((name + "List", list))
    add(Schema.builtIn.message("meta.ListMeta"))
  }

  private static let metaPrefix = "io.k8s.apimachinery.pkg.apis.meta.v1."
  private static let versionText =
    "The version of the schema in which this object is written, such as v1 or apps/v1."
  private static let kindText = "What the object is, in CamelCase."

  /// Adds a message that is no resource.
  mutating func add(_ message: MessageType) {
    guard seen.insert(message.openAPIName).inserted else { return }
    let schema = object(message)
    schemas.append((message.openAPIName, schema))
  }

  private mutating func object(_ message: MessageType) -> JSONValue {
    var properties: [(String, JSONValue)] = []
    for var field in message.jsonFields {
      if field.documentation.isEmpty { field.documentation = FieldWords.of(message, field) }
      properties.append((field.name, property(field)))
    }
    var schema: JSONValue = ["type": "object", "properties": .object(JSONObject(properties))]
    let own = message.documentation
    let words = own.isEmpty ? FieldWords.of(message) : own
    if !words.isEmpty { schema["description"] = .string(words) }
    let required = message.jsonFields.filter(\.isRequired).map { JSONValue.string($0.name) }
    if !required.isEmpty { schema["required"] = .array(required) }
    if message.isAtomic { schema["x-kubernetes-map-type"] = "atomic" }
    if message.preservesUnknown { schema["x-kubernetes-preserve-unknown-fields"] = true }
    return schema
  }

  private mutating func property(_ field: Field) -> JSONValue {
    var schema = self.schema(field.type)
    if schema["$ref"] != nil, isVersion3, !field.documentation.isEmpty {
      schema = ["allOf": [schema]]
    }
    if !field.documentation.isEmpty { schema["description"] = .string(field.documentation) }
    if !field.values.isEmpty, case .string = field.type {
      schema["enum"] = .array(field.values.map(JSONValue.string))
    }
    if field.merges {
      schema["x-kubernetes-patch-strategy"] = field.retainsKeys ? "merge,retainKeys" : "merge"
      if let key = field.mergeKey { schema["x-kubernetes-patch-merge-key"] = .string(key) }
    } else if field.retainsKeys {
      schema["x-kubernetes-patch-strategy"] = "retainKeys"
    }
    if case .list = field.type {
      if !field.listMapKeys.isEmpty {
        schema["x-kubernetes-list-type"] = "map"
        schema["x-kubernetes-list-map-keys"] = .array(field.listMapKeys.map(JSONValue.string))
      } else {
        schema["x-kubernetes-list-type"] = field.isSet ? "set" : "atomic"
      }
    } else if field.isAtomic, schema["$ref"] == nil, schema["allOf"] == nil {
      schema["x-kubernetes-map-type"] = "atomic"
    }
    return schema
  }

  private mutating func reference(_ message: MessageType) -> JSONValue {
    ["$ref": .string(prefix + message.openAPIName)]
  }

  private mutating func schema(_ type: FieldType) -> JSONValue {
    switch type {
    case .string, .duration: return ["type": "string"]
    case .quantity:
      return isVersion3
        ? ["oneOf": [["type": "string"], ["type": "number"]]] : ["type": "string"]
    case .bool: return ["type": "boolean"]
    case .int32: return ["type": "integer", "format": "int32"]
    case .int64: return ["type": "integer", "format": "int64"]
    case .byte: return ["type": "integer", "format": "byte"]
    case .double: return ["type": "number", "format": "double"]
    case .bytes: return ["type": "string", "format": "byte"]
    case .time, .microTime: return ["type": "string", "format": "date-time"]
    case .intOrString:
      return isVersion3
        ? ["oneOf": [["type": "integer"], ["type": "string"]], "format": "int-or-string"]
        : ["type": "string", "format": "int-or-string"]
    case .raw, .fields: return ["type": "object"]
    case .json: return [:]
    case .list(let element): return ["type": "array", "items": schema(element)]
    case .map(let element):
      return ["type": "object", "additionalProperties": schema(element)]
    case .message(let message):
      // The message of a custom resource has no name of its own.
      if message.openAPIName.isEmpty { return object(message) }
      add(message)
      return reference(message)
    }
  }
}
