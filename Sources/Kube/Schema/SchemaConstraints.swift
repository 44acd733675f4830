import Documents

/// What the schema of a custom resource demands of a value beyond its type.
package struct SchemaConstraints: Sendable {
  package var minimum: Double?
  package var maximum: Double?
  package var exclusiveMinimum = false
  package var exclusiveMaximum = false
  package var multipleOf: Double?
  package var minLength: Int?
  package var maxLength: Int?
  package var minItems: Int?
  package var maxItems: Int?
  package var minProperties: Int?
  package var maxProperties: Int?
  package var pattern: String?
  package var format: String?
  package var isNullable = false
  package var enumeration: [JSONValue] = []

  package init() {}
}
