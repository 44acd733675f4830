import Documents

/// Shapes in the words of JSON Schema, draft 2020-12.
extension Shape {
  /// A mapping with these keys and no others. `shorthand` is the key a bare value stands for; with
  /// `variables`, numbers and choices may also be `{{name}}`.
  func schema(shorthand: String? = nil, variables: Bool = true) -> JSONValue {
    var object = JSONObject([("type", "object")])
    let properties = keys.map { ($0.name, Self.schema(anyOf: $0.kinds, variables)) }
    object["properties"] = .object(JSONObject(properties))
    let required = keys.filter(\.isRequired).map { JSONValue.string($0.name) }
    if !required.isEmpty { object["required"] = .array(required) }
    object["additionalProperties"] = false
    if let comparison {
      let one = Comparison.Relation.allCases.map { Self.having([$0.rawValue]) }
      object["oneOf"] = .array(comparison ? one : one + [["not": ["anyOf": .array(one)]]])
    }
    guard let shorthand, let key = keys.first(where: { $0.name == shorthand }) else {
      return .object(object)
    }
    return ["anyOf": [.object(object), Self.schema(anyOf: key.kinds, variables)]]
  }

  /// An object that has `keys`, whatever else it has.
  static func having(_ keys: [String]) -> JSONValue {
    ["required": .array(keys.map { .string($0) })]
  }

  private static func schema(anyOf kinds: [Kind], _ variables: Bool) -> JSONValue {
    let schemas = kinds.map { schema($0, variables) }
    return schemas.count == 1 ? schemas[0] : schemas.isEmpty ? [:] : ["anyOf": .array(schemas)]
  }

  private static func schema(_ kind: Kind, _ variables: Bool) -> JSONValue {
    func open(_ schema: JSONValue) -> JSONValue {
      variables ? ["anyOf": [schema, reference("variable")]] : schema
    }
    func enumeration(_ choices: [String]) -> JSONValue {
      open(["enum": .array(choices.map { .string($0) })])
    }
    let text = reference("text")
    return switch kind {
    case .text: text
    case .integer: open(["type": "integer"])
    case .flag: open(["type": "boolean"])
    case .texts: ["anyOf": [text, ["type": "array", "items": text]]]
    case .choice(let choices): enumeration(choices)
    case .choices(let choices):
      ["anyOf": [enumeration(choices), ["type": "array", "items": enumeration(choices)]]]
    case .pairs: ["type": "object", "additionalProperties": text]
    case .schema(let schema): schema
    }
  }

  /// A reference to a part of the same document.
  static func reference(_ part: String) -> JSONValue {
    ["$ref": .string("#/$defs/\(part)")]
  }
}
