// rtnetlink: how programs talk to the kernel about interfaces, addresses and routes.
//
// A netlink message is a 16-byte header (length, type, flags, sequence number, port), a fixed
// structure that depends on the type, and a list of attributes. An attribute is its length (with
// the 4-byte header), its type, and its bytes, padded to a multiple of four; an attribute may hold
// further attributes. Everything is in the byte order of the machine, except what goes onto the
// wire anyway: IP and Ethernet addresses. `ip(8)` does nothing but write such messages.
//
// This file writes messages, NetlinkReader.swift takes them apart, NetlinkRequest.swift has the
// few that the kit needs, and NetlinkSocket.swift sends them.
// `strace -e trace=sendmsg ip link show lo` prints them; the sockets are listed in /proc.
//
// Try it: cat /proc/net/netlink
//
// Man pages: netlink(7), rtnetlink(7).

/// A message under construction. Its length fields are kept right at every step.
package struct NetlinkMessage: Sendable, Hashable {
  /// The message so far, header included. The sequence number is filled in when it is sent.
  package private(set) var bytes: [UInt8]

  /// Starts a message of `type`, such as RTM_NEWLINK, with the flags of nlmsghdr.
  init(type: UInt16, flags: Flags = []) {
    bytes = []
    bytes.reserveCapacity(128)
    append(UInt32(NetlinkMessage.headerSize))
    append(type)
    append(flags.union(.request).rawValue)
    append(UInt32(0))
    append(UInt32(0))
  }

  static let headerSize = 16

  /// The flags of a request (linux/netlink.h).
  struct Flags: OptionSet {
    let rawValue: UInt16

    static let request = Flags(rawValue: 0x001)
    static let acknowledge = Flags(rawValue: 0x004)
    /// NLM_F_ROOT | NLM_F_MATCH: all of them instead of one.
    static let dump = Flags(rawValue: 0x300)
    static let replace = Flags(rawValue: 0x100)
    /// Fail with EEXIST when the object exists; goes with `create`.
    static let exclusive = Flags(rawValue: 0x200)
    static let create = Flags(rawValue: 0x400)
  }

  /// Appends a number of the fixed structure, in the machine's byte order.
  mutating func append<Number: FixedWidthInteger>(_ number: Number) {
    withUnsafeBytes(of: number) { bytes.append(contentsOf: $0) }
    setLength(bytes.count, at: 0)
  }

  /// Appends an attribute.
  mutating func attribute(_ type: UInt16, _ payload: [UInt8]) {
    nest(type) { $0.bytes.append(contentsOf: payload) }
  }

  /// Appends an attribute that holds a number.
  mutating func attribute<Number: FixedWidthInteger>(_ type: UInt16, number: Number) {
    nest(type) { $0.append(number) }
  }

  /// Appends an attribute that holds a string, which ends with a zero byte.
  mutating func attribute(_ type: UInt16, text: String) {
    attribute(type, Array(text.utf8) + [0])
  }

  /// Appends an attribute whose content is whatever `body` appends.
  mutating func nest(_ type: UInt16, _ body: (inout NetlinkMessage) -> Void) {
    let start = bytes.count
    append(UInt16(0))
    append(type)
    body(&self)
    let length = bytes.count - start
    withUnsafeBytes(of: UInt16(length)) { bytes.replaceSubrange(start..<start + 2, with: $0) }
    while bytes.count % 4 != 0 { bytes.append(0) }
    setLength(bytes.count, at: 0)
  }

  /// The message with its sequence number, and with NLM_F_ACK when an answer is wanted.
  func sealed(sequence: UInt32, acknowledged: Bool) -> [UInt8] {
    var sealed = bytes
    withUnsafeBytes(of: sequence) { sealed.replaceSubrange(8..<12, with: $0) }
    if acknowledged {
      let wanted = bytes[...].number(at: 6, as: UInt16.self) | Flags.acknowledge.rawValue
      withUnsafeBytes(of: wanted) { sealed.replaceSubrange(6..<8, with: $0) }
    }
    return sealed
  }

  private mutating func setLength(_ length: Int, at offset: Int) {
    guard bytes.count >= offset + 4 else { return }
    withUnsafeBytes(of: UInt32(length)) { bytes.replaceSubrange(offset..<offset + 4, with: $0) }
  }
}
