import Documents

/// Fills in what an object does not say: first what the schema knows of each field, from the inside
/// out, then what depends on other fields.
enum Defaults {
  /// What depends on other fields of the same message, by the name of the message.
  typealias Rule = @Sendable (inout JSONValue) -> Void

  /// The object with everything that was left open.
  static func apply(to value: inout JSONValue, _ type: ResourceType) {
    fill(&value, type.message)
    type.setDefaults(&value)
  }

  /// The same for a part of an object.
  static func fill(_ value: inout JSONValue, _ message: MessageType) {
    guard case .object(var members) = value else { return }
    // Nobody else may hold the members while they are changed, or each change would copy them.
    value = .null
    for field in message.jsonFields {
      if let member = members[field.name] {
        guard field.type.message != nil else { continue }
        members[field.name] = filled(member, field.type)
      } else if let known = field.defaultValue {
        members[field.name] = known
        if field.type.message != nil { members[field.name] = filled(known, field.type) }
      }
    }
    value = .object(members)
    rules[message.name]?(&value)
  }

  private static func filled(_ value: JSONValue, _ type: FieldType) -> JSONValue {
    switch (type, value) {
    case (.message(let message), _):
      var value = value
      fill(&value, message)
      return value
    case (.list(let element), .array(let elements)):
      return .array(elements.map { filled($0, element) })
    case (.map(let element), .object(let members)):
      return .object(JSONObject(members.map { ($0.key, filled($0.value, element)) }))
    default: return value
    }
  }
}

extension JSONValue {
  /// Sets a member that is missing.
  mutating func setDefault(_ path: String..., to value: JSONValue) {
    var found: JSONValue? = self
    for key in path { found = found?[key] }
    if found == nil || found == .null { set(path[...], to: value) }
  }
}
