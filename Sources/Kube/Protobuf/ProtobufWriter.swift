/// The other direction of `ProtobufReader`: fields with a number, one after the other
/// (protobuf.dev, "Encoding").
struct ProtobufWriter {
  private(set) var bytes: [UInt8] = []

  /// A text; an empty one is the default, which is not written.
  mutating func text(_ number: UInt64, _ text: String) {
    if !text.isEmpty { field(number, Array(text.utf8)) }
  }

  /// A whole number or a truth value.
  mutating func number(_ number: UInt64, _ value: UInt64) {
    guard value != 0 else { return }
    varint(number << 3)
    varint(value)
  }

  /// A message within this one, also when it is empty: that it is there says something.
  mutating func message(_ number: UInt64, _ fill: (inout ProtobufWriter) -> Void) {
    var inner = ProtobufWriter()
    fill(&inner)
    field(number, inner.bytes)
  }

  private mutating func field(_ number: UInt64, _ content: [UInt8]) {
    varint(number << 3 | 2)
    varint(UInt64(content.count))
    bytes += content
  }

  private mutating func varint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}
