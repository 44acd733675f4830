// The part of SPDY/3.1 that port-forward needs: many streams over one connection, each opened with
// a few headers, each direction ended on its own. What comes and goes are frames:
//
//   data      0 | stream (31 bits)           flags (8) | length (24) | bytes
//   control   1 | version (15) | type (16)   flags (8) | length (24) | what the type says
//
// Headers are a zlib stream (RFC 1950) with a dictionary that both sides know. A compressor may
// store what it is given (RFC 1951, 3.2.4), so no dictionary is needed to write one; and of the
// headers that come back nothing is asked.
//
// Next: PortForwarder.swift

/// One frame from the other side.
enum SPDYFrame: Equatable {
  case data(stream: UInt32, bytes: [UInt8], isLast: Bool)
  /// The stream is accepted.
  case reply(stream: UInt32, isLast: Bool)
  /// The stream is broken off.
  case reset(stream: UInt32)
  case ping([UInt8])
  case goAway
  case other
}

/// Writes frames.
struct SPDYWriter {
  private var hasBegun = false

  /// A frame that opens a stream.
  mutating func open(_ stream: UInt32, _ headers: [(String, String)]) -> [UInt8] {
    var block = Self.number(UInt32(headers.count))
    for (name, value) in headers {
      for text in [name, value] { block += Self.number(UInt32(text.utf8.count)) + Array(text.utf8) }
    }
    let body = Self.number(stream) + Self.number(0) + [0, 0] + stored(block)
    return Self.control(1, body)
  }

  /// Bytes on a stream, in frames.
  static func data(_ stream: UInt32, _ bytes: [UInt8], isLast: Bool = false) -> [UInt8] {
    number(stream) + [isLast ? 1 : 0] + number(UInt32(bytes.count)).dropFirst() + bytes
  }

  static func reset(_ stream: UInt32) -> [UInt8] { control(3, number(stream) + number(5)) }

  static func ping(_ content: [UInt8]) -> [UInt8] { control(6, content) }

  private static func control(_ type: UInt8, _ body: [UInt8]) -> [UInt8] {
    [0x80, 3, 0, type, 0] + number(UInt32(body.count)).dropFirst() + body
  }

  private static func number(_ value: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
  }

  /// `bytes` as a piece of the zlib stream, stored.
  private mutating func stored(_ bytes: [UInt8]) -> [UInt8] {
    // Deflate with the dictionary of SPDY/3, which is named by its checksum.
    let start: [UInt8] = hasBegun ? [] : [0x78, 0xbb, 0xe3, 0xc6, 0xa7, 0xc2]
    hasBegun = true
    let count = UInt16(bytes.count)
    let size = [UInt8(count & 255), UInt8(count >> 8)]
    return start + [0] + size + size.map { ~$0 } + bytes
  }
}

/// Takes frames out of the bytes that come.
struct SPDYReader {
  private var bytes: [UInt8] = []

  mutating func feed(_ more: [UInt8]) { bytes += more }

  /// The next frame; nil until all of it is there.
  mutating func next() -> SPDYFrame? {
    guard bytes.count >= 8 else { return nil }
    let length = Int(bytes[5]) << 16 | Int(bytes[6]) << 8 | Int(bytes[7])
    guard bytes.count >= 8 + length else { return nil }
    let head = Array(bytes[..<8])
    let body = Array(bytes[8..<(8 + length)])
    bytes.removeFirst(8 + length)
    func number(_ bytes: ArraySlice<UInt8>) -> UInt32 {
      bytes.reduce(0) { $0 << 8 | UInt32($1) } & 0x7fff_ffff
    }
    let isLast = head[4] & 1 != 0
    guard head[0] & 0x80 != 0 else {
      return .data(stream: number(head[..<4]), bytes: body, isLast: isLast)
    }
    switch head[3] {
    case 2 where body.count >= 4: return .reply(stream: number(body[..<4]), isLast: isLast)
    case 3 where body.count >= 4: return .reset(stream: number(body[..<4]))
    case 6: return .ping(body)
    case 7: return .goAway
    default: return .other
    }
  }
}
