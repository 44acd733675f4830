import Documents
import Support

/// Objects as kubectl sends many of them: `k8s\0`, then an envelope that names the kind, then the
/// object's fields by number. The schema knows the numbers; the result is the same JSON that any
/// other client would have sent.
enum ProtobufDecoder {
  static let mediaType = "application/vnd.kubernetes.protobuf"
  private static let magic: [UInt8] = [0x6b, 0x38, 0x73, 0x00]
  private static let depthLimit = 64

  /// The envelope's kind and content.
  static func envelope(_ body: [UInt8]) throws(APIError) -> (
    apiVersion: String, kind: String, raw: ArraySlice<UInt8>
  ) {
    guard body.starts(with: magic) else {
      throw .badRequest(
        "provided data does not appear to be a protobuf message, expected prefix \(magic)")
    }
    var reader = ProtobufReader(body[4...])
    var (version, kind): (String, String) = ("", "")
    var raw: ArraySlice<UInt8> = []
    while let (number, value) = try reader.next() {
      guard case .bytes(let bytes) = value else { continue }
      switch number {
      case 1:
        var type = ProtobufReader(bytes)
        while let (number, value) = try type.next() {
          guard case .bytes(let text) = value else { continue }
          if number == 1 { version = String(decoding: text, as: UTF8.self) }
          if number == 2 { kind = String(decoding: text, as: UTF8.self) }
        }
      case 2: raw = bytes
      default: break
      }
    }
    return (version, kind, raw)
  }

  /// A whole body as JSON. `message` gives the schema for a kind.
  static func decode(
    _ body: [UInt8], _ message: (String, String) -> MessageType?
  ) throws(APIError) -> JSONValue {
    let (version, kind, raw) = try envelope(body)
    guard let type = message(version, kind) else {
      throw .badRequest("no kind \"\(kind)\" is registered for version \"\(version)\"")
    }
    var object = try decode(raw, type, depth: 0)
    object["apiVersion"] = .string(version)
    object["kind"] = .string(kind)
    return object
  }

  /// A message as a JSON object.
  static func decode(_ bytes: ArraySlice<UInt8>, _ message: MessageType, depth: Int = 0)
    throws(APIError) -> JSONValue
  {
    guard depth < depthLimit else { throw ProtobufReader.broken("nested too deeply") }
    var result = JSONObject()
    var reader = ProtobufReader(bytes)
    while let (number, value) = try reader.next() {
      guard let field = message.field(number: number) else { continue }
      if field.isInline {
        guard case .bytes(let inner) = value, case .message(let type) = field.type else { continue }
        for (key, member) in try decode(inner, type, depth: depth + 1).object ?? [:] {
          result[key] = member
        }
        continue
      }
      try add(value, field, depth, to: &result)
    }
    return .object(result)
  }

  private static func add(
    _ value: ProtobufReader.Value, _ field: Field, _ depth: Int, to result: inout JSONObject
  ) throws(APIError) {
    switch field.type {
    case .list(let element):
      let item = try decode(value, element, depth)
      result[field.name] = .array((result[field.name]?.array ?? []) + [item])
    case .map(let element):
      guard case .bytes(let bytes) = value else { return }
      var entry = ProtobufReader(bytes)
      var key = ""
      var member: JSONValue?
      while let (number, value) = try entry.next() {
        if number == 1, case .bytes(let text) = value {
          key = String(decoding: text, as: UTF8.self)
        }
        if number == 2 { member = try decode(value, element, depth) }
      }
      var members = result[field.name]?.object ?? [:]
      members[key] = member ?? (element.message == nil ? "" : [:])
      result[field.name] = .object(members)
    default: result[field.name] = try decode(value, field.type, depth)
    }
  }

  private static func decode(
    _ value: ProtobufReader.Value, _ type: FieldType, _ depth: Int
  ) throws(APIError) -> JSONValue {
    switch (type, value) {
    case (.bool, .varint(let number)): return .bool(number != 0)
    case (.int32, .varint(let number)), (.int64, .varint(let number)),
      (.byte, .varint(let number)):
      return .integer(Int64(bitPattern: number))
    case (.double, .fixed64(let bits)): return .number(Double(bitPattern: bits))
    case (.string, .bytes(let bytes)): return .string(String(decoding: bytes, as: UTF8.self))
    case (.bytes, .bytes(let bytes)): return .string(Base64.encode(bytes))
    case (.message(let message), .bytes(let bytes)):
      return try decode(bytes, message, depth: depth + 1)
    // A list as the value of a map is a message of its own with the items.
    case (.list(let element), .bytes(let bytes)):
      var reader = ProtobufReader(bytes)
      var items: [JSONValue] = []
      while let (number, value) = try reader.next() {
        if number == 1 { items.append(try decode(value, element, depth)) }
      }
      return .array(items)
    case (_, .bytes(let bytes)): return try special(bytes, type)
    default: throw ProtobufReader.broken("wrong wire type for a \(type.goName)")
    }
  }

  /// The types that are messages on the wire and scalars in JSON.
  private static func special(_ bytes: ArraySlice<UInt8>, _ type: FieldType) throws(APIError)
    -> JSONValue
  {
    var numbers: [UInt64: Int64] = [:]
    var texts: [UInt64: ArraySlice<UInt8>] = [:]
    var reader = ProtobufReader(bytes)
    while let (number, value) = try reader.next() {
      switch value {
      case .varint(let bits): numbers[number] = Int64(bitPattern: bits)
      case .bytes(let text): texts[number] = text
      default: break
      }
    }
    func text(_ number: UInt64) -> String {
      String(decoding: texts[number] ?? [], as: UTF8.self)
    }
    switch type {
    case .time:
      guard let seconds = numbers[1] else { return .null }
      return .string(RFC3339.text(seconds &* 1_000_000_000))
    case .microTime:
      guard let seconds = numbers[1] else { return .null }
      let micro = (numbers[2] ?? 0) / 1000
      return .string(GoTime.micro(seconds, micro))
    case .duration: return .string(GoTime.duration(numbers[1] ?? 0))
    case .quantity: return .string(text(1))
    case .intOrString: return numbers[1] == 1 ? .string(text(3)) : .integer(numbers[2] ?? 0)
    case .raw, .fields, .json:
      guard let raw = texts[1], !raw.isEmpty else { return .null }
      guard let value = try? JSONValue.parse(raw) else {
        throw ProtobufReader.broken("not JSON inside of a raw field")
      }
      return value
    default: throw ProtobufReader.broken("wrong wire type for a \(type.goName)")
    }
  }
}

/// Times and durations as Go writes them.
enum GoTime {
  /// RFC 3339 with six digits.
  static func micro(_ seconds: Int64, _ micro: Int64) -> String {
    let text = RFC3339.text(seconds &* 1_000_000_000).dropLast()
    let digits = String(micro)
    return "\(text).\(String(repeating: "0", count: max(0, 6 - digits.count)))\(digits)Z"
  }

  /// `1m30s`, `250ms`.
  static func duration(_ nanoseconds: Int64) -> String {
    if nanoseconds == 0 { return "0s" }
    let sign = nanoseconds < 0 ? "-" : ""
    let all = nanoseconds.magnitude
    if all < 1_000_000_000 {
      let (unit, size): (String, UInt64) =
        all < 1000 ? ("ns", 1) : all < 1_000_000 ? ("µs", 1000) : ("ms", 1_000_000)
      return "\(sign)\(JSONValue.text(of: Double(all) / Double(size)))\(unit)"
    }
    let (hours, minutes) = (all / 3_600_000_000_000, all / 60_000_000_000 % 60)
    let seconds = JSONValue.text(of: Double(all % 60_000_000_000) / 1e9)
    if hours > 0 { return "\(sign)\(hours)h\(minutes)m\(seconds)s" }
    return minutes > 0 ? "\(sign)\(minutes)m\(seconds)s" : "\(sign)\(seconds)s"
  }
}
