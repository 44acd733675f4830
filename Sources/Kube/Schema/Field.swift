import Documents

/// One field of a message, and everything the API's machinery needs to know about it: its number
/// for protobuf, how it merges, what it may be, what it is when nobody says.
package struct Field: Sendable {
  /// The name in JSON. An inline field has none there; this is its name in protobuf.
  package let name: String
  /// The number in protobuf; 0 for fields that are never sent that way.
  package let number: UInt64
  package let type: FieldType
  /// Distinguishes "not there" from zero: zero is kept when it is written.
  package var isPointer = false
  /// Must be there: said in the OpenAPI documents, and always written.
  package var isRequired = false
  /// Written even when empty, though nobody must give it.
  package var isAlwaysWritten = false
  /// In JSON its own fields stand in its parent; in protobuf it is a message.
  package var isInline = false
  /// A strategic merge patch merges this list or set instead of replacing it.
  package var merges = false
  /// The field by which a strategic merge patch tells the list's elements apart.
  package var mergeKey: String?
  /// A strategic merge patch drops the other fields of this union.
  package var retainsKeys = false
  /// The fields by which server-side apply tells the list's elements apart.
  package var listMapKeys: [String] = []
  /// A list of distinct scalars, each owned on its own.
  package var isSet = false
  /// A map or message that is owned as a whole.
  package var isAtomic = false
  /// The accepted values; empty when there is no such list.
  package var values: [String] = []
  /// The value when nobody gives one.
  package var defaultValue: JSONValue?
  /// What `explain` says of it.
  package var documentation = ""
  /// The bounds that the schema of a custom resource sets.
  package var constraints: SchemaConstraints?

  package init(name: String, number: UInt64, type: FieldType) {
    self.name = name
    self.number = number
    self.type = type
  }

  /// Whether the field holds a message of its own, not a pointer to one: then it is always written,
  /// if only as `{}`.
  package var isEmbeddedMessage: Bool {
    guard !isPointer, case .message = type else { return false }
    return true
  }
}

/// A group of fields: a kind, or a part of one.
///
/// Immutable once the schema that it belongs to has been read; messages refer to each other, and to
/// themselves.
package final class MessageType: @unchecked Sendable {
  /// `core.PodSpec`.
  package let name: String
  /// `io.k8s.api.core.v1.PodSpec`, the name in the OpenAPI documents.
  package let openAPIName: String
  /// The fields in the order of their declaration, inline ones as one.
  package private(set) var fields: [Field] = []
  /// The fields as they stand in JSON: inline ones replaced by what they hold.
  package private(set) var jsonFields: [Field] = []
  /// Owned as a whole by server-side apply.
  package let isAtomic: Bool
  /// Keeps fields it does not know (custom resources only).
  package private(set) var preservesUnknown = false
  /// What the definition of a custom resource says of it.
  package private(set) var documentation = ""
  /// What must hold for the values (of a kind that users define).
  private(set) var schema: SchemaNode?
  private var byName: [String: Int] = [:]
  private var byNumber: [UInt64: Int] = [:]

  init(name: String, openAPIName: String, isAtomic: Bool) {
    self.name = name
    self.openAPIName = openAPIName
    self.isAtomic = isAtomic
  }

  /// Sets the fields, once, before anybody else sees the message.
  func define(
    _ fields: [Field], preservesUnknown: Bool = false, documentation: String = "",
    schema: SchemaNode? = nil
  ) {
    self.documentation = documentation
    self.schema = schema
    self.fields = fields
    self.preservesUnknown = preservesUnknown
    for (index, field) in fields.enumerated() { byNumber[field.number] = index }
  }

  /// Settles the view that JSON has, once all messages have their fields.
  func flatten() {
    jsonFields = fields.flatMap { field -> [Field] in
      guard field.isInline, case .message(let inner) = field.type else { return [field] }
      if inner.jsonFields.isEmpty { inner.flatten() }
      return inner.jsonFields
    }
    byName = [:]
    for (index, field) in jsonFields.enumerated() { byName[field.name] = index }
  }

  /// The field with this name in JSON.
  package func field(_ name: String) -> Field? {
    byName[name].map { jsonFields[$0] }
  }

  /// The field with this number in protobuf.
  package func field(number: UInt64) -> Field? {
    byNumber[number].map { fields[$0] }
  }

  /// `v1.PodSpec`, as Go's messages call it.
  package var goName: String {
    let parts = openAPIName.split(separator: ".")
    return parts.suffix(2).joined(separator: ".")
  }

  /// `PodSpec`.
  package var shortName: String {
    String(name.split(separator: ".").last ?? "")
  }
}
