import Documents

/// Values as Go's `%v` prints them.
enum GoText {
  static func of(_ value: JSONValue) -> String {
    switch value {
    case .null: "<nil>"
    case .string(let text): text
    case .array(let elements): "[" + elements.map(of).joined(separator: " ") + "]"
    case .object(let members):
      "map["
        + members.sorted { $0.key < $1.key }.map { "\($0.key):\(of($0.value))" }
        .joined(separator: " ") + "]"
    default: value.text()
    }
  }
}
