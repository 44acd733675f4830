/// A value during execution: a JSON value or nothing, and whether an object is a Go map or struct.
struct TemplateValue {
  /// Nil is Go's invalid value: what a missing key of a map gives.
  var json: JSONValue?
  var isMap = true
  /// What a null prints as.
  var nullText = "<no value>"
  /// What Go would know of the objects inside; nil where each of them is a map.
  var shape: TemplateShape?

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
    return json == .null ? nullText : text(json, isMap: isMap)
  }

  private func text(_ json: JSONValue, isMap: Bool) -> String {
    switch json {
    case .null: return "<nil>"
    case .bool(let value): return value ? "true" : "false"
    case .integer(let value): return String(value)
    case .number(let value): return Self.text(of: value)
    case .string(let value): return value
    case .array(let elements):
      return "[" + elements.map { text($0, isMap: isMap) }.joined(separator: " ") + "]"
    case .object(let members) where isMap:
      // A map of a typed document holds structs, one without fields too, and lists (of ports).
      let parts = members.sorted { $0.key < $1.key }.map { key, value in
        let isEmptyList = value == .null && shape != nil
        return "\(key):\(isEmptyList ? "[]" : text(value, isMap: shape == nil))"
      }
      return "map[" + parts.joined(separator: " ") + "]"
    case .object(let members):
      let parts = members.map { name, value in
        if value == .null { return shape?.nullText(name) ?? "<nil>" }
        return text(value, isMap: shape?.openMaps.contains(name) ?? false)
      }
      return "{" + parts.joined(separator: " ") + "}"
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
