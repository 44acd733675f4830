import Linux
import Support

/// One of the small subnets between the host and an instance, with the interface on the host's side.
///
/// They are taken from the link-local range (RFC 3927), whose addresses no router passes on, and
/// which no host's own network uses for long; away from 169.254.169.254, the metadata service of
/// clouds.
struct UplinkSlot: Codable, Hashable {
  var number: Int

  /// All of them, for firewall rules.
  static let range = IPv4Subnet(IPv4Address(169, 254, 100, 0), prefixLength: 22)
  static let count = 256

  /// The instance's end of the pair.
  static let instanceInterface = "uplink0"

  /// What the names of the host's ends begin with.
  static let hostPrefix = "dklab"

  var hostInterface: String { "\(UplinkSlot.hostPrefix)\(number)" }

  var subnet: IPv4Subnet {
    let base = UplinkSlot.range.base.value + UInt32(number) * 4
    return IPv4Subnet(IPv4Address(value: base), prefixLength: 30)
  }

  var hostAddress: IPv4Address { IPv4Address(value: subnet.base.value + 1) }
  var instanceAddress: IPv4Address { IPv4Address(value: subnet.base.value + 2) }

  /// The first slot that nothing on the host is in the way of.
  static func firstFree(_ host: NetworkObservation) -> UplinkSlot? {
    let taken = host.addresses.compactMap { IPv4Address($0.address) }
    let routed = host.routes.compactMap(\.destination)
    return (0..<count).lazy.map { UplinkSlot(number: $0) }.first { slot in
      host.link(slot.hostInterface) == nil
        && !taken.contains { slot.subnet.contains($0) }
        && !routed.contains { $0.overlaps(slot.subnet) && $0.prefixLength > 16 }
    }
  }
}
