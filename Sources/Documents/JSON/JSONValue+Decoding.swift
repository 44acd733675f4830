import Support

extension JSONValue {
  /// This document as a Swift value. What does not fit is a DklabError that names the field
  /// (`spec.ports[0]: expected a string, found a number`).
  package func decode<Value: Decodable>(as type: Value.Type) throws -> Value {
    do {
      return try ValueDecoder(value: self, codingPath: []).decode(type)
    } catch let error as DecodingError {
      throw error.asDklabError
    }
  }
}

/// A decoder positioned at one value of a document.
private struct ValueDecoder: Decoder {
  let value: JSONValue
  let codingPath: [any CodingKey]
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
    if type == JSONValue.self, let same = value as? Value { return same }
    return try Value(from: self)
  }

  func container<Key>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
    guard let members = value.object else { throw mismatch(JSONObject.self, "an object") }
    return KeyedDecodingContainer(Members<Key>(members: members, codingPath: codingPath))
  }

  func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
    guard let elements = value.array else { throw mismatch([JSONValue].self, "an array") }
    return Elements(elements: elements, codingPath: codingPath)
  }

  func singleValueContainer() -> any SingleValueDecodingContainer { Single(decoder: self) }

  func mismatch(_ type: Any.Type, _ expected: String) -> DecodingError {
    let found = "expected \(expected), found \(value.kindNameWithArticle)"
    return .typeMismatch(type, .init(codingPath: codingPath, debugDescription: found))
  }
}

private struct Members<Key: CodingKey>: KeyedDecodingContainerProtocol {
  let members: JSONObject
  let codingPath: [any CodingKey]
  var allKeys: [Key] { members.keys.compactMap(Key.init(stringValue:)) }

  func contains(_ key: Key) -> Bool { members[key.stringValue] != nil }

  private func decoder(_ key: Key) throws -> ValueDecoder {
    guard let value = members[key.stringValue] else {
      throw DecodingError.keyNotFound(
        key, .init(codingPath: codingPath + [key], debugDescription: "missing"))
    }
    return ValueDecoder(value: value, codingPath: codingPath + [key])
  }

  func decodeNil(forKey key: Key) throws -> Bool { try decoder(key).value.isNull }
  func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
    try Single(decoder: decoder(key)).decode(type)
  }
  func nestedContainer<Nested>(
    keyedBy type: Nested.Type, forKey key: Key
  ) throws -> KeyedDecodingContainer<Nested> {
    try decoder(key).container(keyedBy: type)
  }
  func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
    try decoder(key).unkeyedContainer()
  }
  func superDecoder() -> any Decoder {
    ValueDecoder(value: members["super"] ?? .null, codingPath: codingPath)
  }
  func superDecoder(forKey key: Key) throws -> any Decoder { try decoder(key) }
}

private struct Elements: UnkeyedDecodingContainer {
  let elements: [JSONValue]
  let codingPath: [any CodingKey]
  var currentIndex = 0
  var count: Int? { elements.count }
  var isAtEnd: Bool { currentIndex >= elements.count }

  init(elements: [JSONValue], codingPath: [any CodingKey]) {
    self.elements = elements
    self.codingPath = codingPath
  }

  private struct Place: CodingKey {
    var intValue: Int?
    var stringValue: String { String(intValue ?? 0) }
    init(intValue: Int) { self.intValue = intValue }
    init?(stringValue: String) { nil }
  }

  private func current() throws -> ValueDecoder {
    let path = codingPath + [Place(intValue: currentIndex)]
    guard !isAtEnd else {
      throw DecodingError.valueNotFound(
        JSONValue.self, .init(codingPath: path, debugDescription: "missing"))
    }
    return ValueDecoder(value: elements[currentIndex], codingPath: path)
  }

  mutating func decodeNil() throws -> Bool {
    guard try current().value.isNull else { return false }
    currentIndex += 1
    return true
  }
  mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
    let value = try Single(decoder: current()).decode(type)
    currentIndex += 1
    return value
  }
  mutating func nestedContainer<Nested>(
    keyedBy type: Nested.Type
  ) throws -> KeyedDecodingContainer<Nested> {
    let container = try current().container(keyedBy: type)
    currentIndex += 1
    return container
  }
  mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
    let container = try current().unkeyedContainer()
    currentIndex += 1
    return container
  }
  mutating func superDecoder() throws -> any Decoder {
    let decoder = try current()
    currentIndex += 1
    return decoder
  }
}

private struct Single: SingleValueDecodingContainer {
  let decoder: ValueDecoder
  var codingPath: [any CodingKey] { decoder.codingPath }

  func decodeNil() -> Bool { decoder.value.isNull }

  func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
    if type == Bool.self {
      guard let value = decoder.value.bool as? Value else {
        throw decoder.mismatch(type, "a boolean")
      }
      return value
    }
    if type == String.self {
      guard let value = decoder.value.string as? Value else {
        throw decoder.mismatch(type, "a string")
      }
      return value
    }
    if let integer = type as? any FixedWidthInteger.Type {
      return try decodeInteger(integer, as: type)
    }
    if type == Double.self || type == Float.self {
      guard let number = decoder.value.double else { throw decoder.mismatch(type, "a number") }
      let result: Any = type == Double.self ? number : Float(number)
      if let value = result as? Value { return value }
    }
    return try decoder.decode(type)
  }

  private func decodeInteger<Value>(
    _ integer: any FixedWidthInteger.Type, as type: Value.Type
  ) throws -> Value {
    let exact: Any? =
      switch decoder.value {
      case .integer(let number): integer.init(exactly: number)
      // From 2^63 on it need not be what was written.
      case .number(let number): number.magnitude < 0x1p63 ? integer.init(exactly: number) : nil
      default: throw decoder.mismatch(type, "a number")
      }
    guard let value = exact as? Value else {
      throw DecodingError.dataCorrupted(
        .init(
          codingPath: codingPath,
          debugDescription: "\(decoder.value) does not fit \(integer)"))
    }
    return value
  }
}

extension JSONValue {
  /// "a string", "an object": for sentences.
  fileprivate var kindNameWithArticle: String {
    switch self {
    case .null: "null"
    case .array, .object: "an \(kindName)"
    default: "a \(kindName)"
    }
  }
}

extension DecodingError {
  /// The same said to a user: the path as in `spec.ports[0]`, then what is wrong there.
  fileprivate var asDklabError: DklabError {
    let context: Context =
      switch self {
      case .typeMismatch(_, let context), .valueNotFound(_, let context),
        .keyNotFound(_, let context), .dataCorrupted(let context):
        context
      @unknown default: Context(codingPath: [], debugDescription: "\(self)")
      }
    var path = ""
    for key in context.codingPath {
      if let index = key.intValue {
        path += "[\(index)]"
      } else {
        path += (path.isEmpty ? "" : ".") + key.stringValue
      }
    }
    let place = path.isEmpty ? "" : "\(path): "
    return DklabError(
      .invalid, id: "json.shape",
      Text(
        place + context.debugDescription,
        ko: "\(place)값의 형식이 맞지 않습니다: \(context.debugDescription)"))
  }
}
