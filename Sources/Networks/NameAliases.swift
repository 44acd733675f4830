// Names of a zone that stand for names of somebody else's.
//
// A stub resolver does not follow an alias: it expects the answer to hold the alias and the addresses
// behind it. So the server asks on, and answers when it knows; when nobody can say, the alias alone
// is the answer.
//
// RFC 1034, 3.6.2. Next: NameServer.swift.

import Linux

/// Answers that wait for the records of a foreign name.
struct NameAliases {
  private struct Waiting {
    var question: DNSQuestion
    var reply: NameReply
    var foreign: String
    var asker: NameServer.Asker
    var limit: Int
  }

  private var waiting: [UInt64: Waiting] = [:]
  private var lastID: UInt64 = 0

  /// Keeps the answer back; returns its number and what has to be asked.
  mutating func wait(
    _ question: DNSQuestion, _ reply: NameReply, _ foreign: String, for asker: NameServer.Asker,
    limit: Int
  ) -> (id: UInt64, query: [UInt8]) {
    lastID += 1
    waiting[lastID] = Waiting(
      question: question, reply: reply, foreign: foreign, asker: asker, limit: limit)
    return (lastID, DNSAnswer.query(name: foreign, type: question.type))
  }

  /// The whole answer, with what `message` says; nil when nobody waits for it.
  mutating func complete(
    _ id: UInt64, with message: [UInt8]
  ) -> (reply: [UInt8], asker: NameServer.Asker)? {
    guard let entry = waiting.removeValue(forKey: id) else { return nil }
    let owner = DNSAnswer.encode(name: entry.foreign)
    let found = DNSRecords.data(in: message, type: entry.question.type).map {
      DNSAnswer.Record(type: entry.question.type, data: $0, owner: owner)
    }
    return (entry.reply.message(entry.question, more: found, limit: entry.limit), entry.asker)
  }
}

/// Reading the answers of others.
enum DNSRecords {
  /// The content of the answer's records of one type, which must be one without names in it; none
  /// when the answer is an error, or damaged.
  static func data(in message: [UInt8], type wanted: UInt16) -> [[UInt8]] {
    guard let question = DNSQuestion(message), !question.isQuery, question.flags & 15 == 0,
      [DNSQuestion.Kind.address, DNSQuestion.Kind.addressV6].contains(wanted)
    else { return [] }
    var found: [[UInt8]] = []
    var offset = 12 + question.bytes.count
    for _ in 0..<(Int(message[6]) << 8 | Int(message[7])) {
      // A name that points back, or labels up to an empty one.
      while offset < message.count, message[offset] != 0, message[offset] < 0xC0 {
        offset += Int(message[offset]) + 1
      }
      guard offset < message.count else { break }
      offset += message[offset] >= 0xC0 ? 2 : 1
      guard offset + 10 <= message.count else { break }
      let type = UInt16(message[offset]) << 8 | UInt16(message[offset + 1])
      let length = Int(message[offset + 8]) << 8 | Int(message[offset + 9])
      offset += 10
      guard offset + length <= message.count else { break }
      if type == wanted { found.append(Array(message[offset..<offset + length])) }
      offset += length
    }
    return found
  }
}
