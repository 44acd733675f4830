// Frames of SPDY/3.1, as much of it as the streams of Kubernetes need.
//
//     control   1, version 3 (15 bits), type (16), flags (8), length (24), content
//     data      0, stream (31 bits), flags (8), length (24), content
//
// Names and values of a new stream are packed (Inflate.swift). Ours are sent in stored blocks, which
// every decompressor unpacks: an answer has none that would be worth more.
//
// The draft "SPDY Protocol - Draft 3.1". Next: SPDYConnection.swift.

/// One frame.
enum SPDYFrame: Equatable {
  /// A new stream, with its headers still packed.
  case open(stream: UInt32, packed: [UInt8], isLast: Bool)
  case data(stream: UInt32, bytes: [UInt8], isLast: Bool)
  case reset(stream: UInt32)
  case ping(id: UInt32)
  case goAway
  /// Settings, windows and the like: nothing to be done.
  case other

  /// The frame at the beginning of `buffer`, which is taken out; nil until it is there as a whole.
  /// Throws when it is longer than any frame may be.
  static func take(_ buffer: inout [UInt8]) throws(InflateError) -> SPDYFrame? {
    guard buffer.count >= 8 else { return nil }
    let length = Int(buffer[5]) << 16 | Int(buffer[6]) << 8 | Int(buffer[7])
    guard length <= 4 << 20 else { throw InflateError(reason: "a frame of \(length) octets") }
    guard buffer.count >= 8 + length else { return nil }
    let head = Array(buffer[..<8])
    let content = Array(buffer[8..<8 + length])
    buffer.removeFirst(8 + length)
    let isLast = head[4] & 1 == 1
    guard head[0] & 0x80 != 0 else {
      return .data(stream: number(head, 0), bytes: content, isLast: isLast)
    }
    switch (head[3], length) {
    case (1, 10...):
      return .open(stream: number(content, 0), packed: Array(content[10...]), isLast: isLast)
    case (3, 4...): return .reset(stream: number(content, 0))
    case (6, 4...): return .ping(id: UInt32(number(content, 0, mask: .max)))
    case (7, _): return .goAway
    default: return .other
    }
  }

  private static func number(
    _ bytes: [UInt8], _ offset: Int, mask: UInt32 = 0x7FFF_FFFF
  ) -> UInt32 {
    bytes[offset..<offset + 4].reduce(0) { $0 << 8 | UInt32($1) } & mask
  }

  static func octets(_ value: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(value >> UInt32($0) & 255) }
  }

  private static func control(_ type: UInt8, _ content: [UInt8]) -> [UInt8] {
    [0x80, 3, 0, type, 0] + octets(UInt32(content.count)).dropFirst() + content
  }

  /// The answer to a new stream. `isFirst` is the first that goes out on a connection: it begins the
  /// packed stream.
  static func reply(stream: UInt32, isFirst: Bool) -> [UInt8] {
    // No names at all: a count of zero, in a stored block. The empty one behind it is a flush, without
    // which some decompressors keep to themselves what they have.
    let packed: [UInt8] =
      (isFirst ? [0x78, 0x01] : []) + [0, 4, 0, 0xFB, 0xFF, 0, 0, 0, 0] + [0, 0, 0, 0xFF, 0xFF]
    return control(2, octets(stream) + packed)
  }

  static func pong(_ id: UInt32) -> [UInt8] { control(6, octets(id)) }

  /// Refuses a stream, or breaks it off (status 5: CANCEL).
  static func resetting(_ stream: UInt32) -> [UInt8] { control(3, octets(stream) + octets(5)) }

  static func data(stream: UInt32, _ bytes: [UInt8], isLast: Bool = false) -> [UInt8] {
    octets(stream) + [isLast ? 1 : 0] + octets(UInt32(bytes.count)).dropFirst() + bytes
  }

  /// Names and values out of an unpacked block; nil when it is damaged.
  static func headers(_ block: [UInt8]) -> [String: String]? {
    var rest = block[...]
    func text() -> String? {
      guard rest.count >= 4 else { return nil }
      let length = Int(rest.prefix(4).reduce(0) { $0 << 8 | UInt32($1) })
      guard rest.count >= 4 + length else { return nil }
      defer { rest = rest.dropFirst(4 + length) }
      return String(decoding: rest.dropFirst(4).prefix(length), as: UTF8.self)
    }
    guard rest.count >= 4 else { return nil }
    let count = rest.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
    rest = rest.dropFirst(4)
    guard count <= 1000 else { return nil }
    var result: [String: String] = [:]
    for _ in 0..<count {
      guard let name = text(), let value = text() else { return nil }
      result[name.lowercased()] = value
    }
    return result
  }

  /// What both sides know before the first header: frequent names and values of HTTP, each with its
  /// length in front, then more of them without.
  static let dictionary: [UInt8] = {
    let names =
      "options head post put delete trace accept accept-charset accept-encoding accept-language "
      + "accept-ranges age allow authorization cache-control connection content-base "
      + "content-encoding content-language content-length content-location content-md5 "
      + "content-range content-type date etag expect expires from host if-match "
      + "if-modified-since if-none-match if-range if-unmodified-since last-modified location "
      + "max-forwards pragma proxy-authenticate proxy-authorization range referer retry-after "
      + "server te trailer transfer-encoding upgrade user-agent vary via warning "
      + "www-authenticate method get status"
    let words =
      names.split(separator: " ").map(String.init) + [
        "200 OK", "version", "HTTP/1.1", "url", "public", "set-cookie", "keep-alive", "origin",
      ]
    let tail =
      "100101201202205206300302303304305306307402405406407408409410411412413414415416417502504505"
      + "203 Non-Authoritative Information204 No Content301 Moved Permanently400 Bad Request"
      + "401 Unauthorized403 Forbidden404 Not Found500 Internal Server Error501 Not Implemented"
      + "503 Service UnavailableJan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec 00:00:00 Mon, "
      + "Tue, Wed, Thu, Fri, Sat, Sun, GMTchunked,text/html,image/png,image/jpg,image/gif,"
      + "application/xml,application/xhtml+xml,text/plain,text/javascript,publicprivatemax-age="
      + "gzip,deflate,sdchcharset=utf-8charset=iso-8859-1,utf-,*,enq=0."
    return words.flatMap { octets(UInt32($0.utf8.count)) + Array($0.utf8) } + Array(tail.utf8)
  }()
}
