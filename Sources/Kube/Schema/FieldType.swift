/// What a field may hold. Every kind of the API is made of these.
package indirect enum FieldType: Sendable {
  case string, bool, int32, int64, double, byte
  /// Base64 in JSON.
  case bytes
  /// RFC 3339, to the second.
  case time
  /// RFC 3339, to the microsecond.
  case microTime
  /// As Go writes it: `1m30s`.
  case duration
  /// `100m`, `2Gi`.
  case quantity
  /// A number or a text: a port by number or by name, a count or a percentage.
  case intOrString
  /// An object of any kind, kept as it is.
  case raw
  /// The set of fields a manager owns.
  case fields
  /// Any JSON.
  case json
  case list(FieldType)
  case map(FieldType)
  case message(MessageType)
}

extension FieldType {
  /// The message at the end of lists and maps, if there is one.
  package var message: MessageType? {
    switch self {
    case .message(let message): message
    case .list(let element), .map(let element): element.message
    default: nil
    }
  }

  /// What a list holds.
  package var element: FieldType? {
    if case .list(let element) = self { element } else { nil }
  }

  /// The name that errors about a value of the wrong type use, as Go calls it.
  package var goName: String {
    switch self {
    case .string: "string"
    case .bool: "bool"
    case .int32: "int32"
    case .int64: "int64"
    case .double: "float64"
    case .byte: "uint8"
    case .bytes: "[]uint8"
    case .time: "v1.Time"
    case .microTime: "v1.MicroTime"
    case .duration: "v1.Duration"
    case .quantity: "resource.Quantity"
    case .intOrString: "intstr.IntOrString"
    case .raw: "runtime.RawExtension"
    case .fields: "v1.FieldsV1"
    case .json: "interface {}"
    case .list(let element): "[]\(element.goName)"
    case .map(let element): "map[string]\(element.goName)"
    case .message(let message): message.goName
    }
  }
}
