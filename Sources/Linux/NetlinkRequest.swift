// The requests about interfaces, addresses and routes that make a container's network.
//
// A veth pair is two interfaces joined like the ends of a cable; each end may lie in another network
// namespace. One RTM_NEWLINK makes both: the attributes of the far end are nested in those of the
// near one, with the namespace it is to appear in, and IFLA_MASTER plugs the near end into a bridge
// in the same step. That is why attaching a container takes so few messages.
//
// Constants: linux/rtnetlink.h, linux/if_link.h, linux/if_addr.h, linux/veth.h.
// Next: NetlinkSocket.swift.

/// A request and what it is about, for error messages.
package struct NetlinkRequest: Sendable, Hashable {
  /// The bytes that will be sent.
  package let message: NetlinkMessage
  /// The kernel's name of the request: `RTM_NEWLINK`.
  package let call: String
  /// The object: `docker0`.
  package let subject: String

  private static let up: UInt32 = 1

  /// struct ifinfomsg: family, padding, hardware type, index, flags, and the mask of flags to change.
  private static func link(
    _ type: UInt16, _ flags: NetlinkMessage.Flags, index: Int32 = 0, interface: UInt32 = 0
  ) -> NetlinkMessage {
    var message = NetlinkMessage(type: type, flags: flags)
    message.appendLink(index: index, flags: interface)
    return message
  }

  /// Makes a bridge and brings it up. `group` is a number rules can tell it by (RoutingRule).
  package static func makeBridge(
    _ name: String, mac: MACAddress, group: UInt32? = nil, mtu: UInt32? = nil
  ) -> NetlinkRequest {
    var message = link(RTM.newLink, [.create, .exclusive], interface: up)
    message.attribute(IFLA.name, text: name)
    message.attribute(IFLA.address, mac.octets)
    if let mtu { message.attribute(IFLA.mtu, number: mtu) }
    if let group { message.attribute(IFLA.group, number: group) }
    message.nest(IFLA.linkInfo) { $0.attribute(IFLA.infoKind, text: "bridge") }
    return NetlinkRequest(message: message, call: "RTM_NEWLINK", subject: name)
  }

  /// One end of a veth pair.
  package struct VethEnd: Sendable {
    package var name: String
    package var mac: MACAddress?
    package var mtu: UInt32?

    package init(name: String, mac: MACAddress? = nil, mtu: UInt32? = nil) {
      self.name = name
      self.mac = mac
      self.mtu = mtu
    }
  }

  /// Makes a veth pair: `near` here and up, a port of the bridge with index `master` if that is
  /// given; `far` in the network namespace that descriptor `namespace` refers to, still down (the
  /// kernel joins the two only after it has made the far one).
  package static func makeVeth(
    near: VethEnd, master: Int32? = nil, far: VethEnd, namespace: Int32
  ) -> NetlinkRequest {
    var message = link(RTM.newLink, [.create, .exclusive], interface: up)
    message.appendEnd(near)
    if let master { message.attribute(IFLA.master, number: master) }
    message.nest(IFLA.linkInfo) { info in
      info.attribute(IFLA.infoKind, text: "veth")
      info.nest(IFLA.infoData) { data in
        data.nest(1) { peer in  // VETH_INFO_PEER
          peer.appendLink(index: 0, flags: 0)
          peer.appendEnd(far)
          peer.attribute(IFLA.namespaceDescriptor, number: namespace)
        }
      }
    }
    return NetlinkRequest(
      message: message, call: "RTM_NEWLINK", subject: "\(near.name) with \(far.name)")
  }

  /// Brings the interface up.
  package static func bringUp(index: Int32, name: String) -> NetlinkRequest {
    NetlinkRequest(
      message: link(RTM.newLink, [], index: index, interface: up), call: "RTM_NEWLINK",
      subject: name)
  }

  /// Removes the interface; of a veth pair both ends.
  package static func removeLink(name: String) -> NetlinkRequest {
    var message = link(RTM.deleteLink, [])
    message.attribute(IFLA.name, text: name)
    return NetlinkRequest(message: message, call: "RTM_DELLINK", subject: name)
  }

  /// Asks about one interface.
  package static func getLink(name: String) -> NetlinkRequest {
    var message = link(RTM.getLink, [])
    message.attribute(IFLA.name, text: name)
    return NetlinkRequest(message: message, call: "RTM_GETLINK", subject: name)
  }

  /// Gives an interface an address; the kernel adds the route to its subnet.
  package static func addAddress(
    _ address: IPv4Address, prefixLength: Int, to index: Int32
  ) -> NetlinkRequest {
    // struct ifaddrmsg: family, prefix length, flags, scope, index.
    var message = NetlinkMessage(type: RTM.newAddress, flags: [.create, .exclusive])
    message.append(addressFamilyIPv4)
    message.append(UInt8(prefixLength))
    message.append(UInt16(0))
    message.append(UInt32(bitPattern: index))
    message.attribute(2, address.octets)  // IFA_LOCAL
    message.attribute(1, address.octets)  // IFA_ADDRESS
    if prefixLength < 31 {
      let subnet = IPv4Subnet(address, prefixLength: prefixLength)
      message.attribute(4, subnet.broadcast.octets)  // IFA_BROADCAST
    }
    return NetlinkRequest(
      message: message, call: "RTM_NEWADDR", subject: "\(address)/\(prefixLength)")
  }

  /// Routes everything else through `gateway`; with `replacing`, instead of through another one.
  /// `link` is the interface behind which a gateway lies that is on no subnet of the machine's own
  /// (RTNH_F_ONLINK).
  package static func addDefaultRoute(
    gateway: IPv4Address, replacing: Bool = false, link: Int32? = nil
  ) -> NetlinkRequest {
    // struct rtmsg: family, two prefix lengths, tos, table, protocol, scope, type, flags.
    var message = NetlinkMessage(
      type: RTM.newRoute, flags: [.create, replacing ? .replace : .exclusive])
    let (mainTable, bootProtocol, universe, unicast) = (UInt8(254), UInt8(3), UInt8(0), UInt8(1))
    for field in [
      addressFamilyIPv4, 0, 0, 0, mainTable, bootProtocol, universe, unicast,
    ] {
      message.append(field)
    }
    message.append(UInt32(link == nil ? 0 : 4))
    message.attribute(RTA.gateway, gateway.octets)
    if let link { message.attribute(RTA.outInterface, number: link) }
    return NetlinkRequest(
      message: message, call: "RTM_NEWROUTE", subject: "default via \(gateway)")
  }

  /// All interfaces.
  static let dumpLinks = NetlinkRequest(
    message: link(RTM.getLink, .dump), call: "RTM_GETLINK", subject: "")

  /// All addresses, of both families.
  static let dumpAddresses: NetlinkRequest = {
    var message = NetlinkMessage(type: RTM.getAddress, flags: .dump)
    message.append(UInt64(0))
    return NetlinkRequest(message: message, call: "RTM_GETADDR", subject: "")
  }()

  /// All IPv4 routes, of every table.
  static let dumpRoutes: NetlinkRequest = {
    var message = NetlinkMessage(type: RTM.getRoute, flags: .dump)
    message.append(addressFamilyIPv4)
    for _ in 0..<11 { message.append(UInt8(0)) }
    return NetlinkRequest(message: message, call: "RTM_GETROUTE", subject: "")
  }()
}

/// AF_INET
private let addressFamilyIPv4: UInt8 = 2

extension NetlinkMessage {
  fileprivate mutating func appendLink(index: Int32, flags: UInt32) {
    append(UInt32(0))
    append(index)
    append(flags)
    append(flags)
  }

  fileprivate mutating func appendEnd(_ end: NetlinkRequest.VethEnd) {
    attribute(IFLA.name, text: end.name)
    if let mac = end.mac { attribute(IFLA.address, mac.octets) }
    if let mtu = end.mtu { attribute(IFLA.mtu, number: mtu) }
  }
}
