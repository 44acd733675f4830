// Messages of the domain name system (RFC 1035, section 4).
//
// Twelve octets of header, then questions, then records. Names are labels, each with its length in
// front, up to an empty one; two octets that begin with 11 point back to where the rest of a name
// stands already. Only what a resolver on a container's network has to read is read: the question of
// a query, and of an answer as much as tells that it belongs to the query. All else is passed on.
//
// Next: NameServer.swift.

import Linux

/// The question of a message, and its header.
struct DNSQuestion: Equatable {
  /// Types (RFC 1035, 3.2.2, and RFC 3596) that are answered here.
  enum Kind {
    static let address: UInt16 = 1
    static let alias: UInt16 = 5
    static let pointer: UInt16 = 12
    static let addressV6: UInt16 = 28
    static let service: UInt16 = 33
    static let any: UInt16 = 255
  }

  var id: UInt16
  var flags: UInt16
  /// In lower case, labels joined by dots, without the last one.
  var name: String
  var type: UInt16
  var classCode: UInt16
  /// The octets of the question as they were sent.
  var bytes: [UInt8]
  /// How many octets the asker takes in one datagram (RFC 6891): 512 unless it says more.
  var limit: Int

  var isQuery: Bool { flags & 0x8000 == 0 }
  /// Opcode 0: a standard query.
  var isStandard: Bool { flags & 0x7800 == 0 }

  /// Reads the header and the one question of `message`; nil when that is not what it has.
  init?(_ message: some RandomAccessCollection<UInt8>) {
    let octets = Array(message)
    guard octets.count >= 12 else { return nil }
    func word(_ offset: Int) -> UInt16 { UInt16(octets[offset]) << 8 | UInt16(octets[offset + 1]) }
    id = word(0)
    flags = word(2)
    guard word(4) == 1 else { return nil }
    var labels: [String] = []
    var offset = 12
    while true {
      guard offset < octets.count else { return nil }
      let length = Int(octets[offset])
      offset += 1
      if length == 0 { break }
      // A question is the first name of a message: there is nothing to point back to.
      guard length < 64, offset + length <= octets.count, offset - 12 + length < 255 else {
        return nil
      }
      labels.append(String(decoding: octets[offset..<offset + length], as: UTF8.self).lowercased())
      offset += length
    }
    guard offset + 4 <= octets.count else { return nil }
    name = labels.joined(separator: ".")
    type = word(offset)
    classCode = word(offset + 2)
    bytes = Array(octets[12..<offset + 4])
    limit = DNSQuestion.limit(octets, from: offset + 4)
  }

  /// The OPT record of a query without other records: a root name, type 41, and the size in the
  /// place of the class.
  private static func limit(_ octets: [UInt8], from offset: Int) -> Int {
    guard octets.count >= offset + 11, octets[10] == 0, octets[11] >= 1,
      octets[6...9] == [0, 0, 0, 0],
      octets[offset] == 0, octets[offset + 1] == 0, octets[offset + 2] == 41
    else { return 512 }
    return max(512, Int(octets[offset + 3]) << 8 | Int(octets[offset + 4]))
  }
}

/// Answers to questions.
enum DNSAnswer {
  /// Response codes.
  enum Code {
    static let noError: UInt16 = 0
    static let formatError: UInt16 = 1
    static let serverFailure: UInt16 = 2
    static let nameError: UInt16 = 3
    static let notImplemented: UInt16 = 4
  }

  /// One record's type and content.
  struct Record: Equatable {
    var type: UInt16
    var data: [UInt8]
    /// Whose record it is, as labels; nil for the name that was asked for.
    var owner: [UInt8]?
  }

  /// Seconds for which an answer may be remembered: Docker's number.
  static let timeToLive: UInt32 = 600

  /// A message that answers `question` with `records`; those beyond `limit` octets are left out, and
  /// the message says that it was cut (TC), so that the asker comes back over TCP. Of `additional`,
  /// what fits is sent along. With `isAuthoritative` it is the word of whoever keeps the zone (AA).
  static func make(
    _ question: DNSQuestion, code: UInt16 = Code.noError, _ records: [Record] = [],
    additional: [Record] = [], timeToLive: UInt32 = timeToLive, isAuthoritative: Bool = false,
    limit: Int = .max
  ) -> [UInt8] {
    var body: [UInt8] = []
    func append(_ record: Record) -> Bool {
      // 0xC00C: the name of the question, which stands 12 octets after the beginning.
      let head: [UInt8] =
        (record.owner ?? [0xC0, 0x0C]) + octets(record.type) + octets(1)
        + octets(UInt16(timeToLive >> 16)) + octets(UInt16(timeToLive & 0xFFFF))
        + octets(UInt16(record.data.count))
      guard 12 + question.bytes.count + body.count + head.count + record.data.count <= limit else {
        return false
      }
      body += head + record.data
      return true
    }
    let count = records.firstIndex { !append($0) } ?? records.count
    let isCut = count < records.count
    let extra = isCut ? 0 : additional.firstIndex { !append($0) } ?? additional.count
    // QR and RA; opcode and RD as asked; AA is left to those who are responsible for a zone.
    var flags = 0x8080 | (question.flags & 0x7900) | code
    if isCut { flags |= 0x0200 }
    if isAuthoritative { flags |= 0x0400 }
    let header = [question.id, flags, 1, UInt16(count), 0, UInt16(extra)].flatMap(octets)
    return header + question.bytes + body
  }

  /// A query for the records of one type that `name` has; the number is the asker's to choose.
  static func query(name: String, type: UInt16) -> [UInt8] {
    // RD: ask on, if need be.
    [0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0] + encode(name: name) + octets(type) + octets(1)
  }

  /// A name as its labels.
  static func encode(name: String) -> [UInt8] {
    name.split(separator: ".").flatMap { label in
      [UInt8(min(63, label.utf8.count))] + label.utf8.prefix(63)
    } + [0]
  }

  static func octets(_ value: UInt16) -> [UInt8] {
    [UInt8(value >> 8), UInt8(value & 255)]
  }
}
