// Taking apart what the kernel answers on a netlink socket. See NetlinkMessage.swift for the format.
//
// One datagram may carry many messages. Lengths come from the kernel and are still checked: a
// reader that trusts no length cannot run past its buffer.

/// One message the kernel sent.
struct NetlinkReply {
  let type: UInt16
  let flags: UInt16
  let sequence: UInt32
  let payload: ArraySlice<UInt8>

  /// NLMSG_ERROR, also the acknowledgement (with error 0).
  static let errorType: UInt16 = 2
  /// NLMSG_DONE: the end of a dump.
  static let doneType: UInt16 = 3
  /// NLM_F_DUMP_INTR: the table changed while it was dumped.
  static let dumpInterrupted: UInt16 = 0x10

  /// The messages in one datagram; stops at the first length that cannot be.
  static func all(in datagram: [UInt8]) -> [NetlinkReply] {
    var replies: [NetlinkReply] = []
    var rest = datagram[...]
    while rest.count >= NetlinkMessage.headerSize {
      let length = Int(rest.number(at: 0, as: UInt32.self))
      guard length >= NetlinkMessage.headerSize, length <= rest.count else { break }
      replies.append(
        NetlinkReply(
          type: rest.number(at: 4, as: UInt16.self), flags: rest.number(at: 6, as: UInt16.self),
          sequence: rest.number(at: 8, as: UInt32.self),
          payload: rest.prefix(length).dropFirst(NetlinkMessage.headerSize)))
      rest = rest.dropFirst((length + 3) & ~3)
    }
    return replies
  }

  /// The errno of an NLMSG_ERROR message, 0 for an acknowledgement.
  var errorNumber: Int32 {
    payload.count >= 4 ? -payload.number(at: 0, as: Int32.self) : 0
  }

  /// The kernel's own words for the error (NETLINK_EXT_ACK), where it has any.
  var errorMessage: String? {
    // After the errno stands the header of the request; NETLINK_CAP_ACK keeps its body out.
    guard flags & 0x200 != 0, payload.count > 20 else { return nil }
    return NetlinkAttributes(payload.dropFirst(20)).text(1)
  }
}

/// The attributes of a message, by type.
struct NetlinkAttributes {
  private var values: [UInt16: ArraySlice<UInt8>] = [:]

  init(_ bytes: ArraySlice<UInt8>) {
    var rest = bytes
    while rest.count >= 4 {
      let length = Int(rest.number(at: 0, as: UInt16.self))
      guard length >= 4, length <= rest.count else { break }
      // The two top bits say "nested" and "network byte order".
      let type = rest.number(at: 2, as: UInt16.self) & 0x3FFF
      values[type] = rest.prefix(length).dropFirst(4)
      rest = rest.dropFirst((length + 3) & ~3)
    }
  }

  func bytes(_ type: UInt16) -> [UInt8]? { values[type].map(Array.init) }

  func number<Number: FixedWidthInteger>(_ type: UInt16, as: Number.Type) -> Number? {
    guard let value = values[type], value.count >= MemoryLayout<Number>.size else { return nil }
    return value.number(at: 0, as: Number.self)
  }

  func text(_ type: UInt16) -> String? {
    values[type].map { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }

  func nested(_ type: UInt16) -> NetlinkAttributes? { values[type].map(NetlinkAttributes.init) }

  func address(_ type: UInt16) -> IPv4Address? {
    guard let octets = bytes(type), octets.count == 4 else { return nil }
    return IPv4Address(octets[0], octets[1], octets[2], octets[3])
  }
}

extension ArraySlice<UInt8> {
  /// The number in the machine's byte order, `offset` bytes after the start; the caller has checked
  /// that it fits.
  func number<Number: FixedWidthInteger>(at offset: Int, as: Number.Type) -> Number {
    precondition(count >= offset + MemoryLayout<Number>.size)
    return withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: Number.self) }
  }
}
