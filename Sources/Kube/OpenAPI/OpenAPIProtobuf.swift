import Documents

/// Version 2 of the OpenAPI document as Protocol Buffers, the only form in which Go's clients take
/// it: kubectl looks into it when version 3 does not know a kind, before it says so. The messages
/// and their numbers are openapi.v2's (github.com/google/gnostic, OpenAPIv2.proto).
enum OpenAPIProtobuf {
  /// What clients ask for, and what they are given; they differ in one character.
  static let accepted = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf"
  static let mediaType = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"

  /// A document whose paths are empty.
  static func encode(_ document: JSONValue) -> [UInt8] {
    var writer = ProtobufWriter()
    writer.text(1, document.text("swagger"))
    writer.message(2) { info in
      info.text(1, document.text("info", "title"))
      info.text(2, document.text("info", "version"))
    }
    writer.message(8) { _ in }
    writer.message(9) { schemas(document["definitions"], into: &$0) }
    return writer.bytes
  }

  /// A map of schemas, as pairs of name and schema.
  private static func schemas(_ map: JSONValue?, into writer: inout ProtobufWriter) {
    for (name, value) in map?.object ?? [:] {
      writer.message(1) { pair in
        pair.text(1, name)
        pair.message(2) { schema(value, into: &$0) }
      }
    }
  }

  private static func schema(_ schema: JSONValue, into writer: inout ProtobufWriter) {
    writer.text(1, schema.text("$ref"))
    writer.text(2, schema.text("format"))
    writer.text(4, schema.text("description"))
    for name in schema.list("required") { writer.text(19, name.string ?? "") }
    for value in schema.list("enum") { writer.message(20) { any(value, into: &$0) } }
    if let values = schema["additionalProperties"] {
      writer.message(21) { item in
        if case .bool(let isAny) = values {
          item.number(2, isAny ? 1 : 0)
        } else {
          item.message(1) { Self.schema(values, into: &$0) }
        }
      }
    }
    if let type = schema["type"]?.string { writer.message(22) { $0.text(1, type) } }
    if let items = schema["items"] {
      writer.message(23) { list in list.message(1) { Self.schema(items, into: &$0) } }
    }
    if let properties = schema["properties"] {
      writer.message(25) { schemas(properties, into: &$0) }
    }
    for (name, value) in schema.object ?? [:] where name.hasPrefix("x-") {
      writer.message(31) { pair in
        pair.text(1, name)
        pair.message(2) { any(value, into: &$0) }
      }
    }
  }

  /// Whatever has no type of its own stands as YAML, which JSON is.
  private static func any(_ value: JSONValue, into writer: inout ProtobufWriter) {
    writer.text(2, value.description)
  }
}
