import Documents
import Support

/// All messages of the built-in kinds, read from `SchemaText` when they are first asked for.
package struct Schema: Sendable {
  /// The messages by name, such as `core.PodSpec`.
  package let messages: [String: MessageType]

  /// The built-in kinds.
  package static let builtIn = Schema(SchemaText.all)

  /// The message called `name`; asking for one that does not exist is a bug of ours.
  package func message(_ name: String) -> MessageType {
    guard let message = messages[name] else { preconditionFailure("no message \(name)") }
    return message
  }

  /// Reads a schema; what is wrong with it is a bug of ours.
  init(_ texts: [String]) {
    var reader = SchemaReader()
    // Messages refer to each other: first all names, then all fields.
    for text in texts { reader.collectNames(text) }
    for text in texts { reader.collectFields(text) }
    for message in reader.messages.values { message.flatten() }
    messages = reader.messages
  }
}

/// Reads the notation of `SchemaText`.
struct SchemaReader {
  var messages: [String: MessageType] = [:]

  mutating func collectNames(_ text: String) {
    var package = ""
    var prefix = ""
    for line in text.split(separator: "\n") where line.first != " " {
      let words = line.split(separator: " ")
      if words.first == "package", words.count == 3 {
        (package, prefix) = (String(words[1]), String(words[2]))
      } else if let name = words.first {
        messages["\(package).\(name)"] = MessageType(
          name: "\(package).\(name)", openAPIName: "\(prefix).\(name)",
          isAtomic: words.dropFirst().first == "atomic")
      }
    }
  }

  mutating func collectFields(_ text: String) {
    var package = ""
    var message: MessageType?
    var fields: [Field] = []
    for line in text.split(separator: "\n") {
      if line.first == " " {
        fields.append(field(line, package: package))
        continue
      }
      message?.define(fields)
      fields = []
      let words = line.split(separator: " ")
      if words.first == "package" {
        package = String(words[1])
        message = nil
      } else if let name = words.first {
        message = messages["\(package).\(name)"]
      }
    }
    message?.define(fields)
  }

  private func field(_ line: Substring, package: String) -> Field {
    var documentation = ""
    var line = line
    if let mark = line.range(of: " # ") {
      documentation = String(line[mark.upperBound...])
      line = line[..<mark.lowerBound]
    }
    let words = line.split(separator: " ").map(String.init)
    guard words.count >= 3, let number = UInt64(words[1]) else {
      preconditionFailure("not a field: \(line)")
    }
    let isPointer = words[2].hasPrefix("*")
    let typeText = isPointer ? String(words[2].dropFirst()) : words[2]
    var field = Field(name: words[0], number: number, type: type(typeText, package: package))
    field.isPointer = isPointer
    field.documentation = documentation
    for mark in words.dropFirst(3) { apply(mark, to: &field) }
    if case .message(let message) = field.type, message.isAtomic { field.isAtomic = true }
    return field
  }

  private func apply(_ mark: String, to field: inout Field) {
    switch mark {
    case "!": field.isRequired = true
    case "-": field.isAlwaysWritten = true
    case "inline": field.isInline = true
    case "merge": field.merges = true
    case "retainKeys": field.retainsKeys = true
    case "set": field.isSet = true
    case "atomic": field.isAtomic = true
    case _ where mark.hasPrefix("merge:"):
      field.merges = true
      field.mergeKey = String(mark.dropFirst(6))
    case _ where mark.hasPrefix("map:"):
      field.listMapKeys = mark.dropFirst(4).split(separator: ",").map(String.init)
    case _ where mark.hasPrefix("="):
      field.defaultValue = Self.value(String(mark.dropFirst()), of: field.type)
    case _ where mark.contains("|"):
      field.values = mark.split(separator: "|").map(String.init)
    default: preconditionFailure("unknown mark \(mark) of \(field.name)")
    }
  }

  private static func value(_ text: String, of type: FieldType) -> JSONValue {
    switch type {
    case .int32, .int64: .integer(Int64(text) ?? 0)
    case .bool: .bool(text == "true")
    case .message: .object([:])
    default: .string(text == "\"\"" ? "" : text)
    }
  }

  private func type(_ text: String, package: String) -> FieldType {
    if text.hasPrefix("[]") { return .list(type(String(text.dropFirst(2)), package: package)) }
    if text.hasPrefix("{}") { return .map(type(String(text.dropFirst(2)), package: package)) }
    if let scalar = Self.scalars[text] { return scalar }
    guard let message = messages[text.contains(".") ? text : "\(package).\(text)"] else {
      preconditionFailure("unknown type \(text) in package \(package)")
    }
    return .message(message)
  }

  private static let scalars: [String: FieldType] = [
    "string": .string, "bool": .bool, "int32": .int32, "int64": .int64, "double": .double,
    "byte": .byte, "bytes": .bytes, "time": .time, "microtime": .microTime,
    "duration": .duration, "quantity": .quantity, "intstr": .intOrString, "raw": .raw,
    "fields": .fields, "json": .json,
  ]
}

extension Substring {
  /// Where `text` stands in this one, without Foundation.
  func range(of text: String) -> Range<Substring.Index>? {
    ranges(of: text).first
  }
}
