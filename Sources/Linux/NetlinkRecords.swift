import Glibc

/// An interface, as RTM_NEWLINK describes it (rtnetlink(7)).
package struct NetworkLink: Sendable, Hashable {
  package var index: Int32
  package var name: String
  package var isUp: Bool
  /// Up, and with a partner: IFF_RUNNING.
  package var isRunning: Bool
  package var isLoopback: Bool
  /// Packets pass: the kernel has noticed that the link is up, and so has the bridge it belongs to.
  package var isOperational: Bool
  package var mtu: UInt32
  package var mac: MACAddress?
  /// The index of the bridge it is a port of.
  package var master: Int32?
  /// For a veth, the index of its other end, in that end's namespace.
  package var peer: Int32?
  /// `veth`, `bridge`, …; nil for `lo` and hardware.
  package var kind: String?

  init?(_ reply: NetlinkReply) {
    guard reply.type == RTM.newLink, reply.payload.count >= 16 else { return nil }
    let attributes = NetlinkAttributes(reply.payload.dropFirst(16))
    guard let name = attributes.text(IFLA.name) else { return nil }
    let flags = reply.payload.number(at: 8, as: UInt32.self)
    index = reply.payload.number(at: 4, as: Int32.self)
    self.name = name
    isUp = flags & 0x1 != 0
    isLoopback = flags & 0x8 != 0
    isRunning = flags & 0x40 != 0
    isOperational = attributes.number(IFLA.operationalState, as: UInt8.self) == 6  // IF_OPER_UP
    mtu = attributes.number(IFLA.mtu, as: UInt32.self) ?? 0
    mac = attributes.bytes(IFLA.address).flatMap { MACAddress(octets: $0) }
    master = attributes.number(IFLA.master, as: Int32.self)
    peer = attributes.number(IFLA.link, as: Int32.self)
    kind = attributes.nested(IFLA.linkInfo)?.text(IFLA.infoKind)
  }
}

/// An address of an interface.
package struct NetworkAddress: Sendable, Hashable {
  package var link: Int32
  /// IPv4 in dotted, IPv6 in colon notation.
  package var address: String
  package var prefixLength: Int

  package init(link: Int32, address: String, prefixLength: Int) {
    self.link = link
    self.address = address
    self.prefixLength = prefixLength
  }

  init?(_ reply: NetlinkReply) {
    guard reply.type == RTM.newAddress, reply.payload.count >= 8 else { return nil }
    let attributes = NetlinkAttributes(reply.payload.dropFirst(8))
    // IFA_LOCAL is this end, IFA_ADDRESS the other end of a point-to-point link.
    guard let bytes = attributes.bytes(2) ?? attributes.bytes(1),
      let text = IPAddress(bytes: bytes)?.description
    else { return nil }
    link = Int32(bitPattern: reply.payload.number(at: 4, as: UInt32.self))
    prefixLength = Int(reply.payload.number(at: 1, as: UInt8.self))
    address = text
  }
}

/// A route of the main table.
package struct NetworkRoute: Sendable, Hashable {
  /// nil for the default route.
  package var destination: IPv4Subnet?
  package var gateway: IPv4Address?
  package var link: Int32?

  package init(destination: IPv4Subnet?, gateway: IPv4Address?, link: Int32?) {
    self.destination = destination
    self.gateway = gateway
    self.link = link
  }

  init?(_ reply: NetlinkReply) {
    guard reply.type == RTM.newRoute, reply.payload.count >= 12 else { return nil }
    let attributes = NetlinkAttributes(reply.payload.dropFirst(12))
    let shortTable = UInt32(reply.payload.number(at: 4, as: UInt8.self))
    guard (attributes.number(RTA.table, as: UInt32.self) ?? shortTable) == 254 else { return nil }
    let length = Int(reply.payload.number(at: 1, as: UInt8.self))
    destination = attributes.address(RTA.destination).map {
      IPv4Subnet($0, prefixLength: min(length, 32))
    }
    gateway = attributes.address(RTA.gateway)
    link = attributes.number(RTA.outInterface, as: Int32.self)
  }
}
