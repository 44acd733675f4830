import Linux

/// A question for a zone.
package struct NameQuestion: Hashable, Sendable {
  /// In lower case, without the last dot.
  package var name: String
  /// RFC 1035, 3.2.2.
  package var type: UInt16

  package init(name: String, type: UInt16) {
    self.name = name
    self.type = type
  }

  package static let address: UInt16 = DNSQuestion.Kind.address
  package static let pointer: UInt16 = DNSQuestion.Kind.pointer
  package static let service: UInt16 = DNSQuestion.Kind.service
  package static let any: UInt16 = DNSQuestion.Kind.any
}

/// What a zone says to a question.
package struct NameReply: Equatable, Sendable {
  /// A record of the zone.
  package enum Record: Equatable, Sendable {
    case address(IPv4Address)
    /// Another name is meant.
    case alias(String)
    case pointer(String)
    case service(priority: UInt16, weight: UInt16, port: UInt16, target: String)
  }

  /// A record and whose it is; an empty name stands for the one that was asked for.
  package struct Entry: Equatable, Sendable {
    package var owner = ""
    package var record: Record

    package init(_ record: Record, of owner: String = "") {
      self.owner = owner
      self.record = record
    }
  }

  package var entries: [Entry] = []
  /// What the asker will want to know next.
  package var additional: [Entry] = []
  /// The name exists, whether or not it has records of the type.
  package var exists = true
  /// A name of somebody else's zone that the last entry, an alias, leads to: the records that are
  /// asked for are its.
  package var foreign: String?
  /// Seconds.
  package var timeToLive: UInt32 = 30

  package init(_ entries: [Entry] = [], exists: Bool = true) {
    self.entries = entries
    self.exists = exists
  }

  /// There is no such name.
  package static let nothing = NameReply(exists: false)

  /// The whole answer; `more` are records that others had.
  func message(
    _ question: DNSQuestion, more: [DNSAnswer.Record] = [], limit: Int
  ) -> [UInt8] {
    DNSAnswer.make(
      question, code: exists ? DNSAnswer.Code.noError : DNSAnswer.Code.nameError,
      entries.map(\.wire) + more, additional: additional.map(\.wire),
      timeToLive: timeToLive, isAuthoritative: true, limit: limit)
  }
}

extension NameReply.Entry {
  var wire: DNSAnswer.Record {
    let (type, data): (UInt16, [UInt8]) =
      switch record {
      case .address(let address): (DNSQuestion.Kind.address, address.octets)
      case .alias(let name): (DNSQuestion.Kind.alias, DNSAnswer.encode(name: name))
      case .pointer(let name): (DNSQuestion.Kind.pointer, DNSAnswer.encode(name: name))
      case .service(let priority, let weight, let port, let target):
        (
          DNSQuestion.Kind.service,
          [priority, weight, port].flatMap(DNSAnswer.octets) + DNSAnswer.encode(name: target)
        )
      }
    return DNSAnswer.Record(
      type: type, data: data, owner: owner.isEmpty ? nil : DNSAnswer.encode(name: owner))
  }
}
