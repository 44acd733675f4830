// Questions to a name server and its answers, byte by byte.
//
//   message   header (12 bytes: id, flags, four counts), questions, answers, …
//   name      labels, each with its length before it, ended by a zero byte; two bytes that begin
//             with 11 say "goes on at that place of the message"
//   record    name, type, class, time to live, length of the data, data
//
// An answer comes from the network and may be anything: every read is checked, and a name that
// points at itself ends after as many steps as a message can have labels.
//
// RFC 1035, section 4; RFC 3596 (AAAA). Next: NameResolver.swift.

import Linux

/// One message of the domain name system, as far as looking up addresses needs it.
enum DNSMessage {
  /// The kinds of records asked for.
  enum Kind: UInt16, Sendable, CaseIterable {
    case ipv4 = 1
    case ipv6 = 28
  }

  /// What a server said.
  enum Answer: Equatable, Sendable {
    /// Empty when the name exists and has no such address.
    case addresses([IPAddress])
    case noSuchName
    /// Too long for a datagram: ask again over TCP.
    case truncated
    /// The server could or would not answer: its response code.
    case refused(UInt8)
  }

  /// The question for the addresses of `name`; nil when that is no name.
  static func question(_ name: String, _ kind: Kind, id: UInt16) -> [UInt8]? {
    var bytes: [UInt8] = []
    append(id, to: &bytes)
    // Recursion desired; one question.
    for word: UInt16 in [0x0100, 1, 0, 0, 0] { append(word, to: &bytes) }
    let labels = (name.hasSuffix(".") ? name.dropLast() : name[...])
      .split(separator: ".", omittingEmptySubsequences: false)
    for label in labels {
      guard (1...63).contains(label.utf8.count) else { return nil }
      bytes.append(UInt8(label.utf8.count))
      bytes += label.utf8
    }
    bytes.append(0)
    guard bytes.count <= 12 + 255 else { return nil }
    append(kind.rawValue, to: &bytes)
    append(1, to: &bytes)
    return bytes
  }

  /// The answer in `reply` to `question`; nil when it answers something else.
  static func answer(_ reply: [UInt8], to question: [UInt8], _ kind: Kind) -> Answer? {
    var reader = Reader(bytes: reply)
    guard let id = reader.word(), let flags = reader.word(), let questions = reader.word(),
      let answers = reader.word(), reader.skip(4), flags & 0x8000 != 0,
      reply.prefix(2).elementsEqual(question.prefix(2)), id == word(question, 0), questions == 1,
      reply.count >= question.count,
      // Servers may change the case of letters in the question, and nothing else.
      zip(reply[12..<question.count], question[12...]).allSatisfy({ lower($0) == lower($1) })
    else { return nil }
    reader.position = question.count
    if flags & 0x0200 != 0 { return .truncated }
    switch UInt8(flags & 0x000f) {
    case 0: break
    case 3: return .noSuchName
    case let code: return .refused(code)
    }
    var found: [IPAddress] = []
    for _ in 0..<answers {
      guard reader.skipName(), let type = reader.word(), let space = reader.word(), reader.skip(4),
        let length = reader.word(), let data = reader.take(Int(length))
      else { return .addresses(found) }
      guard type == kind.rawValue, space == 1, data.count == (kind == .ipv4 ? 4 : 16),
        let address = IPAddress(bytes: data)
      else { continue }
      found.append(address)
    }
    return .addresses(found)
  }

  private static func append(_ word: UInt16, to bytes: inout [UInt8]) {
    bytes += [UInt8(word >> 8), UInt8(word & 0xff)]
  }

  private static func word(_ bytes: [UInt8], _ place: Int) -> UInt16 {
    UInt16(bytes[place]) << 8 | UInt16(bytes[place + 1])
  }

  private static func lower(_ byte: UInt8) -> UInt8 {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
  }

  private struct Reader {
    let bytes: [UInt8]
    var position = 0

    mutating func word() -> UInt16? {
      guard position + 2 <= bytes.count else { return nil }
      defer { position += 2 }
      return DNSMessage.word(bytes, position)
    }

    mutating func skip(_ count: Int) -> Bool {
      position += count
      return position <= bytes.count
    }

    mutating func take(_ count: Int) -> [UInt8]? {
      guard position + count <= bytes.count else { return nil }
      defer { position += count }
      return Array(bytes[position..<position + count])
    }

    /// Where a name goes on elsewhere it ends here.
    mutating func skipName() -> Bool {
      while position < bytes.count {
        let length = Int(bytes[position])
        if length & 0xc0 == 0xc0 { return skip(2) }
        guard length < 64 else { return false }
        guard skip(1 + length) else { return false }
        if length == 0 { return true }
      }
      return false
    }
  }
}
