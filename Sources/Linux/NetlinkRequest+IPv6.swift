// The same requests for IPv6: an address, and the way to everywhere else.
//
// An IPv6 address is not used at once: the kernel first asks whether somebody on the link has it
// (duplicate address detection, RFC 4862), which takes a second. Here one pool gives out all addresses
// of a network, so nobody can, and the question is left out (IFA_F_NODAD).
//
// Man page: rtnetlink(7).

extension NetlinkRequest {
  /// Gives an interface an IPv6 address, given as 16 octets.
  package static func addAddress(
    v6 octets: [UInt8], prefixLength: Int, to index: Int32
  ) -> NetlinkRequest {
    var message = NetlinkMessage(type: RTM.newAddress, flags: [.create, .exclusive])
    let (family, withoutDetection) = (UInt8(10), UInt8(2))
    message.append(family)
    message.append(UInt8(prefixLength))
    message.append(withoutDetection)
    message.append(UInt8(0))
    message.append(UInt32(bitPattern: index))
    message.attribute(2, octets)  // IFA_LOCAL
    message.attribute(1, octets)  // IFA_ADDRESS
    return NetlinkRequest(
      message: message, call: "RTM_NEWADDR",
      subject: "\(IPAddress(bytes: octets)?.description ?? "?")/\(prefixLength)")
  }

  /// Routes all other IPv6 traffic through `gateway`, 16 octets.
  package static func addDefaultRoute(gatewayV6 gateway: [UInt8]) -> NetlinkRequest {
    var message = NetlinkMessage(type: RTM.newRoute, flags: [.create, .exclusive])
    for field: UInt8 in [10, 0, 0, 0, 254, 3, 0, 1] { message.append(field) }
    message.append(UInt32(0))
    message.attribute(RTA.gateway, gateway)
    return NetlinkRequest(
      message: message, call: "RTM_NEWROUTE",
      subject: "default via \(IPAddress(bytes: gateway)?.description ?? "?")")
  }
}

/// A range of IPv6 addresses, written as `fd00:1::/64`.
package struct IPv6Subnet: Sendable, Hashable {
  /// The first address of the range, 16 octets.
  package let base: [UInt8]
  package let prefixLength: Int

  /// From `ADDRESS/LENGTH`; nil when it is not that. Bits beyond the prefix are dropped.
  package init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, case .v6(var octets)? = IPAddress(String(parts[0])),
      let length = Int(parts[1]), (1...126).contains(length)
    else { return nil }
    for bit in length..<128 { octets[bit / 8] &= ~(0x80 >> UInt8(bit % 8)) }
    base = octets
    prefixLength = length
  }

  /// The address `offset` after the first.
  package func address(at offset: UInt32) -> [UInt8] {
    var octets = base
    var rest = UInt64(offset)
    for index in stride(from: 15, through: 8, by: -1) {
      rest += UInt64(octets[index])
      octets[index] = UInt8(rest & 255)
      rest >>= 8
    }
    return octets
  }

  package func contains(_ octets: [UInt8]) -> Bool {
    octets.count == 16
      && (0..<prefixLength).allSatisfy { bit in
        let mask = UInt8(0x80) >> UInt8(bit % 8)
        return octets[bit / 8] & mask == base[bit / 8] & mask
      }
  }

  package func overlaps(_ other: IPv6Subnet) -> Bool {
    contains(other.base) || other.contains(base)
  }
}

extension IPv6Subnet: CustomStringConvertible, Codable {
  package var description: String {
    "\(IPAddress(bytes: base)?.description ?? "?")/\(prefixLength)"
  }

  package init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    guard let subnet = IPv6Subnet(text) else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "not an IPv6 subnet: \(text)"))
    }
    self = subnet
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
