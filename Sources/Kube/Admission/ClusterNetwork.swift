/// The address ranges of a cluster.
package struct ClusterNetwork: Sendable {
  /// Addresses of services.
  package var services: AddressRange
  /// Addresses of pods; each node gets a part.
  package var pods: AddressRange
  /// Ports of services on every node.
  package var nodePorts = 30000...32767

  package init(
    services: AddressRange = AddressRange("10.96.0.0/16"),
    pods: AddressRange = AddressRange("10.244.0.0/16")
  ) {
    self.services = services
    self.pods = pods
  }

  /// The address of the service `kubernetes`: the first of the range.
  package var apiAddress: String { services.address(1) }
  /// The address of the cluster's name server.
  package var dnsAddress: String { services.address(10) }
  /// The node's own address on the pods' network: their gateway. The API and the name server listen
  /// here too; services lead to them.
  package var gateway: String { pods.address(1) }
  /// The port of the API at the gateway.
  package static let apiPort = 6443
  /// What names of the cluster end with.
  package static let domain = "cluster.local"

  /// The addresses of the pods of a node, by its number from 0.
  package func range(ofNode index: Int) -> AddressRange { pods.part(index, prefix: 24) }
}

/// A range of IPv4 addresses.
package struct AddressRange: Sendable, Equatable, CustomStringConvertible {
  private let base: UInt32
  private let prefix: Int

  /// `10.96.0.0/16`; what is no range is a bug of ours.
  package init(_ text: String) {
    let parts = text.split(separator: "/")
    guard parts.count == 2, let base = Self.number(String(parts[0])), let prefix = Int(parts[1]),
      (0...32).contains(prefix)
    else { preconditionFailure("not a range of addresses: \(text)") }
    self.base = base & Self.mask(prefix)
    self.prefix = prefix
  }

  private init(base: UInt32, prefix: Int) {
    self.base = base
    self.prefix = prefix
  }

  private static func mask(_ prefix: Int) -> UInt32 {
    prefix == 0 ? 0 : UInt32.max << (32 - UInt32(prefix))
  }

  /// How many addresses there are.
  package var count: Int { 1 << (32 - prefix) }

  /// The address at a place in the range.
  package func address(_ index: Int) -> String {
    let number = base + UInt32(index)
    return [24, 16, 8, 0].map { String(number >> UInt32($0) & 255) }.joined(separator: ".")
  }

  /// The place of an address in the range; nil when it is not in it.
  package func index(of address: String) -> Int? {
    guard let number = Self.number(address), number & Self.mask(prefix) == base else { return nil }
    return Int(number - base)
  }

  /// The part at a place when the range is divided into ranges of `prefix` bits.
  package func part(_ index: Int, prefix: Int) -> AddressRange {
    AddressRange(base: base + UInt32(index) << (32 - UInt32(prefix)), prefix: prefix)
  }

  package var description: String { "\(address(0))/\(prefix)" }

  private static func number(_ text: String) -> UInt32? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    var number: UInt32 = 0
    for part in parts {
      guard let byte = UInt8(part), part.count == 1 || part.first != "0" else { return nil }
      number = number << 8 | UInt32(byte)
    }
    return number
  }
}
