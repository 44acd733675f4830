import FoundationEssentials

/// What is read by hand from a document that commands read often.
package protocol FieldsReadable {
  /// Throws `JSONFields.Mismatch`, or what Codable says of the parts that are left to it.
  init(fields: inout JSONFields) throws
}

/// A part of a record that nearly every command reads and writes: by hand, because Codable takes
/// longer for it than the kernel for a container (`JSONFields`). Codable stays beside it, for messages,
/// for documents that another version wrote, and for what it says of damaged ones.
package protocol RecordPart: FieldsReadable, Codable {
  /// Writes the members into the object `fields` is at.
  func write(to fields: inout JSONFieldsText) throws
}

extension FieldsReadable {
  package init(member value: JSONValue) throws {
    var fields = try JSONFields(value)
    try self.init(fields: &fields)
  }
}

extension RecordPart {
  /// Reads a document. What the quick way does not know, Codable reads, or refuses in its words.
  package init(record text: String) throws {
    if let value = try? JSONValue.parse(text), let part = try? Self(member: value) {
      self = part
    } else {
      self = try JSONDecoder().decode(Self.self, from: Data([UInt8](text.utf8)))
    }
  }

  /// The document.
  package func recordText() throws -> String {
    try JSONFieldsText.text { fields in try write(to: &fields) }
  }
}

extension Array where Element: RecordPart {
  /// Reads a document that is a list.
  package init(record text: String) throws {
    if case .array(let elements)? = try? JSONValue.parse(text),
      let parts = try? elements.map({ try Element(member: $0) })
    {
      self = parts
    } else {
      self = try JSONDecoder().decode([Element].self, from: Data([UInt8](text.utf8)))
    }
  }

  package func recordText() throws -> String {
    try JSONFieldsText.text(each: self) { part, fields in try part.write(to: &fields) }
  }
}

extension JSONFields {
  package mutating func part<Part: FieldsReadable>(_ key: String) throws -> Part {
    var fields = try object(key)
    return try Part(fields: &fields)
  }

  package mutating func part<Part: FieldsReadable>(ifPresent key: String) throws -> Part? {
    try value(key).map { try Part(member: $0) }
  }

  package mutating func parts<Part: FieldsReadable>(_ key: String) throws -> [Part] {
    try elements(key).map { try Part(member: $0) }
  }

  package mutating func parts<Part: FieldsReadable>(ifPresent key: String) throws -> [Part]? {
    guard let value = value(key) else { return nil }
    guard case .array(let elements) = value else { throw Mismatch(key: key) }
    return try elements.map { try Part(member: $0) }
  }
}

extension JSONFieldsText {
  package mutating func write(_ key: String, part: (some RecordPart)?) throws {
    guard let part else { return }
    try write(key) { fields in try part.write(to: &fields) }
  }

  package mutating func write(_ key: String, parts: [some RecordPart]) throws {
    try write(key, each: parts) { part, fields in try part.write(to: &fields) }
  }
}
