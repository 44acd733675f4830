/// The members of one object, read by name without Codable.
///
/// Codable looks types up while a process runs: that is nothing for a server and more than the work
/// itself for a command that reads one small record and goes. What every command reads is therefore
/// read by this, and the types stay Codable for all else; a test holds the two to the same documents.
///
/// Members that are asked for in the order they were written in are found at once.
package struct JSONFields {
  private let members: JSONObject
  private var next = 0

  /// A member that is not there, or is not what was asked for.
  package struct Mismatch: Error {
    package let key: String

    package init(key: String) { self.key = key }
  }

  package init(_ members: JSONObject) { self.members = members }

  /// Throws `Mismatch` when `value` is no object.
  package init(_ value: JSONValue) throws {
    guard case .object(let members) = value else { throw Mismatch(key: "") }
    self.init(members)
  }

  /// The member `key`; nil when it is not there, or null.
  package mutating func value(_ key: String) -> JSONValue? {
    if next < members.count, members[next].key == key { return found(next) }
    guard let place = members.firstIndex(where: { $0.key == key }) else { return nil }
    return found(place)
  }

  private mutating func found(_ place: Int) -> JSONValue? {
    next = place + 1
    let value = members[place].value
    if case .null = value { return nil }
    return value
  }

  /// The member `key`. Throws `Mismatch` when there is none.
  package mutating func needed(_ key: String) throws -> JSONValue {
    guard let value = value(key) else { throw Mismatch(key: key) }
    return value
  }

  /// The members of the object `key`. Throws `Mismatch` when it is not there, or no object.
  package mutating func object(_ key: String) throws -> JSONFields {
    guard case .object(let members)? = value(key) else { throw Mismatch(key: key) }
    return JSONFields(members)
  }

  /// The elements of the array `key`. Throws `Mismatch` when it is not there, or no array.
  package mutating func elements(_ key: String) throws -> [JSONValue] {
    guard case .array(let elements)? = value(key) else { throw Mismatch(key: key) }
    return elements
  }
}

// Each in two forms: what must be there, and what may be missing or null. A member of another kind is
// a `Mismatch` in both.
extension JSONFields {
  package mutating func string(_ key: String) throws -> String {
    guard case .string(let text)? = value(key) else { throw Mismatch(key: key) }
    return text
  }

  package mutating func string(ifPresent key: String) throws -> String? {
    switch value(key) {
    case nil: return nil
    case .string(let text)?: return text
    default: throw Mismatch(key: key)
    }
  }

  package mutating func bool(_ key: String) throws -> Bool {
    guard case .bool(let truth)? = value(key) else { throw Mismatch(key: key) }
    return truth
  }

  package mutating func bool(ifPresent key: String) throws -> Bool? {
    switch value(key) {
    case nil: return nil
    case .bool(let truth)?: return truth
    default: throw Mismatch(key: key)
    }
  }

  /// A number that `Number` has exactly.
  package mutating func number<Number: FixedWidthInteger>(
    _ key: String, as type: Number.Type = Number.self
  ) throws -> Number {
    guard let number = try number(ifPresent: key, as: type) else { throw Mismatch(key: key) }
    return number
  }

  package mutating func number<Number: FixedWidthInteger>(
    ifPresent key: String, as type: Number.Type = Number.self
  ) throws -> Number? {
    guard let value = value(key) else { return nil }
    guard case .integer(let integer) = value, let number = Number(exactly: integer) else {
      throw Mismatch(key: key)
    }
    return number
  }

  package mutating func strings(_ key: String) throws -> [String] {
    guard let strings = try strings(ifPresent: key) else { throw Mismatch(key: key) }
    return strings
  }

  package mutating func strings(ifPresent key: String) throws -> [String]? {
    guard let value = value(key) else { return nil }
    guard case .array(let elements) = value else { throw Mismatch(key: key) }
    return try elements.map { element in
      guard case .string(let text) = element else { throw Mismatch(key: key) }
      return text
    }
  }

  package mutating func pairs(_ key: String) throws -> [String: String] {
    guard let pairs = try pairs(ifPresent: key) else { throw Mismatch(key: key) }
    return pairs
  }

  package mutating func pairs(ifPresent key: String) throws -> [String: String]? {
    guard let value = value(key) else { return nil }
    guard case .object(let members) = value else { throw Mismatch(key: key) }
    var result: [String: String] = [:]
    result.reserveCapacity(members.count)
    for (name, element) in members {
      guard case .string(let text) = element else { throw Mismatch(key: key) }
      result[name] = text
    }
    return result
  }

  /// What is rarely there: read by Codable.
  package mutating func decoded<Value: Decodable>(
    _ key: String, as type: Value.Type = Value.self
  ) throws -> Value {
    try needed(key).decode(as: type)
  }

  package mutating func decoded<Value: Decodable>(
    ifPresent key: String, as type: Value.Type = Value.self
  ) throws -> Value? {
    try value(key)?.decode(as: type)
  }

  /// A list that is empty most of the time: only what is in it is read by Codable.
  package mutating func list<Element: Decodable>(
    _ key: String, of type: Element.Type = Element.self
  ) throws -> [Element] {
    guard case .array(let elements)? = value(key) else { throw Mismatch(key: key) }
    return elements.isEmpty ? [] : try elements.map { try $0.decode(as: type) }
  }
}
