/// A value during execution: a JSON value or nothing, and whether an object is a Go map or struct.
struct TemplateValue {
  /// Nil is Go's invalid value: what a missing key of a map gives.
  var json: JSONValue?
  var isMap = true
  /// What a null prints as.
  var nullText = "<no value>"

  static let absent = TemplateValue(json: nil)

  init(json: JSONValue?) {
    self.json = json
  }

  init(_ json: JSONValue, isMap: Bool) {
    self.json = json
    self.isMap = isMap
  }

  /// Go's truth: not false, not zero, not empty, not nil.
  var isTrue: Bool {
    switch json {
    case nil, .null?: false
    case .bool(let value)?: value
    case .integer(let value)?: value != 0
    case .number(let value)?: value != 0
    case .string(let value)?: !value.isEmpty
    case .array(let value)?: !value.isEmpty
    case .object(let value)?: !isMap || !value.isEmpty
    }
  }

  /// The text `%v` prints.
  var text: String {
    guard let json else { return "<no value>" }
    return json == .null ? nullText : Self.text(json, isMap: isMap)
  }

  static func text(_ json: JSONValue, isMap: Bool) -> String {
    switch json {
    case .null: return "<nil>"
    case .bool(let value): return value ? "true" : "false"
    case .integer(let value): return String(value)
    case .number(let value): return text(of: value)
    case .string(let value): return value
    case .array(let elements):
      return "[" + elements.map { text($0, isMap: isMap) }.joined(separator: " ") + "]"
    case .object(let members) where isMap:
      let parts = members.sorted { $0.key < $1.key }
        .map { "\($0.key):\(text($0.value, isMap: isMap))" }
      return "map[" + parts.joined(separator: " ") + "]"
    case .object(let members):
      return "{" + members.map { text($0.value, isMap: isMap) }.joined(separator: " ") + "}"
    }
  }

  /// A float as `%v` prints it: shortest, with an exponent below 1e-4 and from 1e21.
  static func text(of number: Double) -> String {
    if number.isNaN { return "NaN" }
    if number.isInfinite { return number < 0 ? "-Inf" : "+Inf" }
    return number != 0 && number.magnitude < 1e-4 ? "\(number)" : JSONValue.text(of: number)
  }

  /// The name Go gives the type of `json`.
  static func typeName(_ json: JSONValue?) -> String {
    switch json {
    case nil, .null?: "nil"
    case .bool?: "bool"
    case .integer?: "int"
    case .number?: "float64"
    case .string?: "string"
    case .array(let elements)?:
      elements.allSatisfy { $0.string != nil } ? "[]string" : "[]interface {}"
    case .object?: "map[string]interface {}"
    }
  }
}
