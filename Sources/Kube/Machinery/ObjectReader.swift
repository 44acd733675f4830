import Documents
import Support

/// Turns what a client sent into the one form in which the API keeps an object: known fields only,
/// of the right types, without what means nothing (`null`, and the zeros that the API leaves out).
///
/// Fields that the kind does not have are dropped and remembered, so that the caller may refuse or
/// warn. A value of the wrong type ends the reading with the words of the API server.
struct ObjectReader {
  /// Fields that the kind does not have, by path.
  private(set) var unknown: [String] = []
  private let kind: String
  private let version: String

  init(_ type: ResourceType) {
    self.init(kind: type.kind, version: type.version)
  }

  /// For kinds that are no resources: the options of requests, parts of objects.
  init(kind: String, version: String) {
    self.kind = kind
    self.version = version
  }

  /// The object in its kept form.
  mutating func read(_ value: JSONValue, as message: MessageType) throws(APIError) -> JSONValue {
    try object(value, message, Place(path: "", structName: message.shortName, dotted: ""))
  }

  /// Where the reading is: as paths of problems write it, and as Go's JSON reader does.
  private struct Place {
    var path: String
    var structName: String
    var dotted: String

    func field(_ name: String, in message: MessageType) -> Place {
      Place(
        path: path.isEmpty ? name : "\(path).\(name)", structName: message.shortName,
        dotted: dotted.isEmpty ? name : "\(dotted).\(name)")
    }

    func index(_ index: Int) -> Place {
      Place(path: "\(path)[\(index)]", structName: structName, dotted: dotted)
    }

    func key(_ key: String) -> Place {
      Place(path: "\(path)[\(key)]", structName: structName, dotted: dotted)
    }
  }

  private mutating func object(
    _ value: JSONValue, _ message: MessageType, _ place: Place
  ) throws(APIError) -> JSONValue {
    guard case .object(let members) = value else {
      throw wrongType(value, .message(message), place)
    }
    var result = JSONObject()
    for (key, member) in members {
      if place.path.isEmpty && (key == "apiVersion" || key == "kind") {
        result[key] = member
        continue
      }
      let inner = place.field(key, in: message)
      guard let field = message.field(key) else {
        if message.preservesUnknown {
          result[key] = member
        } else {
          unknown.append(inner.path)
        }
        continue
      }
      if member.isNull { continue }
      let read = try self.value(member, field.type, inner)
      if !Self.isLeftOut(read, field) { result[key] = read }
    }
    for field in message.jsonFields where result[field.name] == nil {
      if let zero = Self.writtenZero(field) { result[field.name] = zero }
    }
    return .object(result)
  }

  /// Zeros that the API does not write.
  private static func isLeftOut(_ value: JSONValue, _ field: Field) -> Bool {
    switch value {
    case .array(let elements): elements.isEmpty && !field.isRequired && !field.isAlwaysWritten
    case .object(let members):
      if case .map = field.type { members.isEmpty && !field.isRequired } else { false }
    case _ where field.isPointer || field.isRequired || field.isAlwaysWritten: false
    case .bool(let flag): !flag
    case .integer(let number):
      if case .intOrString = field.type { false } else { number == 0 }
    case .string(let text): text.isEmpty
    default: false
    }
  }

  /// What the API writes for a field that is not there.
  private static func writtenZero(_ field: Field) -> JSONValue? {
    if field.isPointer || field.isInline { return nil }
    switch field.type {
    case .message(let message):
      var empty = JSONObject()
      for inner in message.jsonFields {
        if let zero = writtenZero(inner) { empty[inner.name] = zero }
      }
      return .object(empty)
    case .time: return field.name == "creationTimestamp" ? .null : nil
    case _ where !field.isRequired: return nil
    case .string: return ""
    case .int32, .int64: return 0
    case .bool: return false
    default: return nil
    }
  }

  private mutating func value(
    _ value: JSONValue, _ type: FieldType, _ place: Place
  ) throws(APIError) -> JSONValue {
    switch (type, value) {
    case (.message(let message), _): return try object(value, message, place)
    case (.list(let element), .array(let elements)):
      var result: [JSONValue] = []
      result.reserveCapacity(elements.count)
      for (index, item) in elements.enumerated() {
        if item.isNull, element.message == nil { continue }
        let item = item.isNull ? JSONValue.object([:]) : item
        result.append(try self.value(item, element, place.index(index)))
      }
      return .array(result)
    case (.map(let element), .object(let members)):
      var result = JSONObject()
      for (key, member) in members {
        // Go reads null as the zero of the type.
        let member = member.isNull ? Self.zero(element) : member
        result[key] = try self.value(member, element, place.key(key))
      }
      return .object(result)
    case (.quantity, .string(let text)):
      guard let quantity = Quantity(text) else { throw badQuantity }
      return .string(quantity.description)
    case (.quantity, .integer(let number)): return .string(Quantity(Int(number)).description)
    case (.quantity, .number):
      guard let quantity = Quantity(value.description) else { throw badQuantity }
      return .string(quantity.description)
    case (.time, .string(let text)), (.microTime, .string(let text)):
      guard text.isEmpty || RFC3339.nanoseconds(text) != nil else { throw badTime(text) }
      return text.isEmpty ? .null : value
    case (.int32, .integer(let number)):
      guard Int32(exactly: number) != nil else { throw wrongType(value, type, place) }
      return value
    case (.int64, .integer), (.double, .integer), (.double, .number), (.bool, .bool),
      (.string, .string), (.bytes, .string), (.duration, .string), (.byte, .integer),
      (.intOrString, .string), (.raw, .object), (.fields, .object), (.json, _):
      return value
    case (.int32, .number(let number)):
      guard let whole = Int32(exactly: number) else { throw wrongType(value, type, place) }
      return .integer(Int64(whole))
    case (.int64, .number(let number)):
      guard let whole = Int64(exactly: number) else { throw wrongType(value, type, place) }
      return .integer(whole)
    case (.intOrString, .integer(let number)):
      guard Int32(exactly: number) != nil else { throw wrongType(value, .int32, place) }
      return value
    default: throw wrongType(value, type, place)
    }
  }

  private static func zero(_ type: FieldType) -> JSONValue {
    switch type {
    case .message, .map: .object([:])
    case .list: .array([])
    case .int32, .int64: 0
    case .quantity: "0"
    default: ""
    }
  }

  private func refused(_ why: String) -> APIError {
    .badRequest("\(kind) in version \"\(version)\" cannot be handled as a \(kind): \(why)")
  }

  private func wrongType(_ value: JSONValue, _ type: FieldType, _ place: Place) -> APIError {
    let found =
      switch value {
      case .bool: "bool"
      case .integer, .number:
        switch type {
        case .int32, .int64: "number \(value)"
        default: "number"
        }
      default: value.kindName
      }
    let field =
      place.dotted.isEmpty
      ? "Go value of type \(type.goName)"
      : "Go struct field \(place.structName).\(place.dotted) of type \(type.goName)"
    return refused("json: cannot unmarshal \(found) into \(field)")
  }

  private var badQuantity: APIError {
    refused(
      "quantities must match the regular expression "
        + "'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'")
  }

  private func badTime(_ text: String) -> APIError {
    refused(
      "parsing time \"\(text)\" as \"2006-01-02T15:04:05Z07:00\": cannot parse \"\(text)\"")
  }
}
