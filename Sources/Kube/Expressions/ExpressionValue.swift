import Documents
import Support

/// What an expression can be.
enum ExpressionValue: Sendable, Hashable {
  case null
  case bool(Bool)
  case int(Int64)
  case uint(UInt64)
  case double(Double)
  case string(String)
  case bytes([UInt8])
  case list([ExpressionValue])
  case map([ExpressionValue: ExpressionValue])
  /// In nanoseconds since 1970.
  case timestamp(Int64)
  /// In nanoseconds.
  case duration(Int64)
  case type(String)
  /// A value that may be missing.
  indirect case optional(ExpressionValue?)
  case opaque(OpaqueValue)

  init(_ json: JSONValue?) {
    switch json {
    case nil, .null?: self = .null
    case .bool(let value)?: self = .bool(value)
    case .integer(let value)?: self = .int(value)
    case .number(let value)?: self = .double(value)
    case .string(let value)?: self = .string(value)
    case .array(let elements)?: self = .list(elements.map { Self($0) })
    case .object(let members)?:
      var map: [ExpressionValue: ExpressionValue] = [:]
      for (key, value) in members { map[.string(key)] = Self(value) }
      self = .map(map)
    }
  }

  /// What `type(x)` says.
  var typeName: String {
    switch self {
    case .null: "null_type"
    case .bool: "bool"
    case .int: "int"
    case .uint: "uint"
    case .double: "double"
    case .string: "string"
    case .bytes: "bytes"
    case .list: "list"
    case .map: "map"
    case .timestamp: "google.protobuf.Timestamp"
    case .duration: "google.protobuf.Duration"
    case .type: "type"
    case .optional: "optional_type"
    case .opaque(let value): value.typeName
    }
  }

  var number: Double? {
    switch self {
    case .int(let value): Double(value)
    case .uint(let value): Double(value)
    case .double(let value): value
    default: nil
    }
  }

  /// Equal across the kinds of numbers, as CEL has it.
  func equals(_ other: ExpressionValue) -> Bool {
    switch (self, other) {
    case (.int(let one), .int(let two)): return one == two
    case (.list(let one), .list(let two)):
      return one.count == two.count && zip(one, two).allSatisfy { $0.equals($1) }
    case (.map(let one), .map(let two)):
      return one.count == two.count
        && one.allSatisfy { key, value in two[key].map { $0.equals(value) } ?? false }
    case (.optional(let one?), .optional(let two?)): return one.equals(two)
    default:
      if let one = number, let two = other.number { return one == two }
      return self == other
    }
  }

  /// Less, equal or more than another; nil when they cannot be compared.
  func compared(to other: ExpressionValue) -> Int? {
    func order<Value: Comparable>(_ one: Value, _ two: Value) -> Int {
      one < two ? -1 : one == two ? 0 : 1
    }
    switch (self, other) {
    case (.int(let one), .int(let two)): return order(one, two)
    case (.uint(let one), .uint(let two)): return order(one, two)
    case (.bool(let one), .bool(let two)): return order(one ? 1 : 0, two ? 1 : 0)
    case (.string(let one), .string(let two)):
      return one.utf8.elementsEqual(two.utf8)
        ? 0 : one.utf8.lexicographicallyPrecedes(two.utf8) ? -1 : 1
    case (.timestamp(let one), .timestamp(let two)), (.duration(let one), .duration(let two)):
      return order(one, two)
    default:
      guard let one = number, let two = other.number else { return nil }
      return order(one, two)
    }
  }

  /// What `string(x)` gives; nil for what has no such form.
  var text: String? {
    switch self {
    case .bool(let value): value ? "true" : "false"
    case .int(let value): String(value)
    case .uint(let value): String(value)
    case .double(let value): JSONValue.text(of: value)
    case .string(let value): value
    case .bytes(let value): String(decoding: value, as: UTF8.self)
    case .timestamp(let value): RFC3339.text(value)
    case .duration(let value): JSONValue.text(of: Double(value) / 1e9) + "s"
    case .opaque(let value): value.text
    default: nil
    }
  }
}
