/// ASN.1 in its distinguished encoding (X.690), as far as certificates need it.
enum DER {
  static func encode(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
    [tag] + length(content.count) + content
  }

  private static func length(_ count: Int) -> [UInt8] {
    if count < 0x80 { return [UInt8(count)] }
    var bytes: [UInt8] = []
    var rest = count
    while rest > 0 {
      bytes.insert(UInt8(rest & 255), at: 0)
      rest >>= 8
    }
    return [0x80 | UInt8(bytes.count)] + bytes
  }

  static func sequence(_ parts: [UInt8]...) -> [UInt8] { encode(0x30, parts.flatMap { $0 }) }
  static func set(_ parts: [UInt8]...) -> [UInt8] { encode(0x31, parts.flatMap { $0 }) }
  static func octets(_ content: [UInt8]) -> [UInt8] { encode(0x04, content) }
  static func bits(_ content: [UInt8], unused: UInt8 = 0) -> [UInt8] {
    encode(0x03, [unused] + content)
  }
  static func boolean(_ value: Bool) -> [UInt8] { encode(0x01, [value ? 0xff : 0]) }
  static func text(_ value: String) -> [UInt8] { encode(0x0c, Array(value.utf8)) }

  /// A number that is not negative, most significant byte first.
  static func integer(_ bytes: [UInt8]) -> [UInt8] {
    var digits = Array(bytes.drop { $0 == 0 })
    if digits.isEmpty || digits[0] >= 0x80 { digits.insert(0, at: 0) }
    return encode(0x02, digits)
  }

  /// `1.2.840.10045.2.1`.
  static func identifier(_ text: String) -> [UInt8] {
    let arcs = text.split(separator: ".").compactMap { Int($0) }
    var bytes: [UInt8] = [UInt8(arcs[0] * 40 + arcs[1])]
    for arc in arcs.dropFirst(2) {
      var group = [UInt8(arc & 127)]
      var rest = arc >> 7
      while rest > 0 {
        group.insert(UInt8(rest & 127) | 0x80, at: 0)
        rest >>= 7
      }
      bytes += group
    }
    return encode(0x06, bytes)
  }

  /// `YYYYMMDDHHMMSSZ` of an RFC 3339 time to the second.
  static func time(_ text: String) -> [UInt8] {
    let digits = text.utf8.filter { (0x30...0x39).contains($0) }
    return encode(0x18, digits.prefix(14) + [0x5a])
  }
}

/// Reads DER, one element after the other.
struct DERReader {
  private var rest: ArraySlice<UInt8>

  init(_ bytes: ArraySlice<UInt8>) {
    rest = bytes
  }

  /// The next element: its tag, its content, and all its bytes. Nil at the end and for what is no
  /// DER.
  mutating func next() -> (tag: UInt8, content: ArraySlice<UInt8>, whole: ArraySlice<UInt8>)? {
    let start = rest
    guard let tag = rest.popFirst(), let first = rest.popFirst() else { return nil }
    var length = Int(first)
    if first >= 0x80 {
      let count = Int(first & 0x7f)
      guard (1...4).contains(count), rest.count >= count else { return nil }
      length = rest.prefix(count).reduce(0) { $0 << 8 | Int($1) }
      rest = rest.dropFirst(count)
    }
    guard length <= rest.count else { return nil }
    let content = rest.prefix(length)
    rest = rest.dropFirst(length)
    return (tag, content, start.prefix(start.count - rest.count))
  }
}
