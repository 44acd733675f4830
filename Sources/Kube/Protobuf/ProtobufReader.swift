/// The wire format of Protocol Buffers: fields with a number and one of a few forms, in any order
/// (protobuf.dev, "Encoding"). Bodies come from strangers: every length is checked.
struct ProtobufReader {
  /// A field as it lies on the wire.
  enum Value {
    case varint(UInt64)
    case fixed64(UInt64)
    case fixed32(UInt32)
    case bytes(ArraySlice<UInt8>)
  }

  private var rest: ArraySlice<UInt8>

  init(_ bytes: ArraySlice<UInt8>) {
    rest = bytes
  }

  /// The next field, nil at the end.
  mutating func next() throws(APIError) -> (number: UInt64, value: Value)? {
    guard !rest.isEmpty else { return nil }
    let tag = try varint()
    switch tag & 7 {
    case 0: return (tag >> 3, .varint(try varint()))
    case 1: return (tag >> 3, .fixed64(try fixed(8)))
    case 2:
      let length = try varint()
      guard length <= UInt64(rest.count) else { throw Self.broken("unexpected EOF") }
      let bytes = rest.prefix(Int(length))
      rest = rest.dropFirst(Int(length))
      return (tag >> 3, .bytes(bytes))
    case 5: return (tag >> 3, .fixed32(UInt32(truncatingIfNeeded: try fixed(4))))
    default: throw Self.broken("illegal wire type \(tag & 7)")
    }
  }

  private mutating func varint() throws(APIError) -> UInt64 {
    var result: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 70, by: 7) {
      guard let byte = rest.popFirst() else { throw Self.broken("unexpected EOF") }
      if shift < 64 { result |= UInt64(byte & 0x7f) << shift }
      if byte < 0x80 { return result }
    }
    throw Self.broken("integer overflow")
  }

  private mutating func fixed(_ count: Int) throws(APIError) -> UInt64 {
    guard rest.count >= count else { throw Self.broken("unexpected EOF") }
    let bytes = rest.prefix(count)
    rest = rest.dropFirst(count)
    return bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// 400 for a body that is no protobuf.
  static func broken(_ why: String) -> APIError {
    .badRequest("proto: \(why)")
  }
}
