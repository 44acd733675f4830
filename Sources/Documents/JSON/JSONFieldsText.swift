import FoundationEssentials

/// One object as text, written member by member: the counterpart of `JSONFields`.
///
/// What is nil is left out, as Codable leaves it out.
package struct JSONFieldsText {
  private var writer = JSONWriter(indentation: nil)
  private var isFirst = true

  /// The text of the object with the members that `body` writes.
  package static func text(_ body: (inout JSONFieldsText) throws -> Void) rethrows -> String {
    var fields = JSONFieldsText()
    try fields.object(body)
    return String(decoding: fields.writer.output, as: UTF8.self)
  }

  /// The text of a list of objects, one for each of `items`.
  package static func text<Item>(
    each items: [Item], _ body: (Item, inout JSONFieldsText) throws -> Void
  ) rethrows -> String {
    var fields = JSONFieldsText()
    try fields.list(items, body)
    return String(decoding: fields.writer.output, as: UTF8.self)
  }

  private init() {}

  private mutating func object(_ body: (inout JSONFieldsText) throws -> Void) rethrows {
    let outer = isFirst
    isFirst = true
    writer.output.append(UInt8(ascii: "{"))
    try body(&self)
    writer.output.append(UInt8(ascii: "}"))
    isFirst = outer
  }

  private mutating func list<Item>(
    _ items: [Item], _ body: (Item, inout JSONFieldsText) throws -> Void
  ) rethrows {
    writer.output.append(UInt8(ascii: "["))
    // Not enumerated(), whose type a generic function looks up while it runs.
    for place in 0..<items.count {
      if place > 0 { writer.output.append(UInt8(ascii: ",")) }
      try object { try body(items[place], &$0) }
    }
    writer.output.append(UInt8(ascii: "]"))
  }

  private mutating func begin(_ key: String) {
    if !isFirst { writer.output.append(UInt8(ascii: ",")) }
    isFirst = false
    writer.write(key)
    writer.output.append(UInt8(ascii: ":"))
  }
}

extension JSONFieldsText {
  package mutating func write(_ key: String, _ text: String?) {
    guard let text else { return }
    begin(key)
    writer.write(text)
  }

  package mutating func write(_ key: String, _ truth: Bool?) {
    guard let truth else { return }
    begin(key)
    writer.output += (truth ? "true" : "false").utf8
  }

  package mutating func write(_ key: String, _ number: (some BinaryInteger)?) {
    guard let number else { return }
    begin(key)
    writer.output += String(number).utf8
  }

  package mutating func write(_ key: String, _ strings: [String]?) {
    guard let strings else { return }
    begin(key)
    writer.output.append(UInt8(ascii: "["))
    for (place, text) in strings.enumerated() {
      if place > 0 { writer.output.append(UInt8(ascii: ",")) }
      writer.write(text)
    }
    writer.output.append(UInt8(ascii: "]"))
  }

  /// Sorted by their keys, so that equal records are equal texts.
  package mutating func write(_ key: String, _ pairs: [String: String]?) {
    guard let pairs else { return }
    write(key) { fields in
      for (name, text) in pairs.sorted(by: { $0.key < $1.key }) { fields.write(name, text) }
    }
  }

  package mutating func write(_ key: String, _ value: JSONValue?) {
    guard let value else { return }
    begin(key)
    writer.write(value)
  }

  /// An object.
  package mutating func write(
    _ key: String, _ body: (inout JSONFieldsText) throws -> Void
  ) rethrows {
    begin(key)
    try object(body)
  }

  /// A list of objects, one for each of `items`.
  package mutating func write<Item>(
    _ key: String, each items: [Item], _ body: (Item, inout JSONFieldsText) throws -> Void
  ) rethrows {
    begin(key)
    try list(items, body)
  }

  /// What is rarely there: written by Codable.
  package mutating func write(_ key: String, encoding value: (some Encodable)?) throws {
    guard let value else { return }
    begin(key)
    // Not by way of JSONValue, which has no numbers from 2^63 on.
    writer.output += try JSONEncoder().encode(value)
  }

  /// A list that is empty most of the time: only what is in it is written by Codable.
  package mutating func write(_ key: String, list: [some Encodable]) throws {
    begin(key)
    writer.output += list.isEmpty ? Array("[]".utf8) : Array(try JSONEncoder().encode(list))
  }
}
