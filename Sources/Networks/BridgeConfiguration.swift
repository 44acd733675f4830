import Linux

/// One bridge of an instance: the default one, or that of a network the user made.
package struct BridgeConfiguration: Sendable, Hashable {
  /// The network's name for users, and the interface's name in the instance's namespace.
  package var network: String
  package var interface: String
  package var subnet: IPv4Subnet
  package var gateway: IPv4Address
  /// Containers get their addresses from here; nil for the whole subnet.
  package var range: IPv4Subnet?
  /// Addresses that are given to nobody.
  package var reserved: [IPv4Address] = []
  package var subnet6: IPv6Subnet?
  package var gateway6: [UInt8]?
  /// No way leads out, or in.
  package var isInternal = false
  package var mtu: UInt32?
  /// Its containers have nobody beside them but the gateway: what one sends to another passes through
  /// the instance's routing, where rules can look at it and change where it goes.
  package var isRouted = false

  package init(
    network: String, interface: String, subnet: IPv4Subnet, gateway: IPv4Address
  ) {
    self.network = network
    self.interface = interface
    self.subnet = subnet
    self.gateway = gateway
  }

  /// Docker's default network, with the numbers its documentation shows.
  package static let dockerDefault = BridgeConfiguration(
    network: "bridge", interface: "docker0",
    subnet: IPv4Subnet(IPv4Address(172, 17, 0, 0), prefixLength: 16),
    gateway: IPv4Address(172, 17, 0, 1))

  /// All bridges are in this group, so that one rule can speak of them (RoutingRule).
  static let group: UInt32 = 7

  /// What may come in through this bridge and be routed on: everything that does not lead to another
  /// bridge; of an internal one nothing.
  var rules: [RoutingRule] {
    if isRouted { return [RoutingRule(priority: 1000, from: interface, .lookUp(table: 254))] }
    let onward = RoutingRule(
      priority: 1000, from: interface, .lookUpMain(exceptGroup: BridgeConfiguration.group))
    return (isInternal ? [] : [onward])
      + [RoutingRule(priority: 1001, from: interface, .unreachable)]
  }

  /// The IPv6 address that belongs to `address`: as far from the beginning of its subnet.
  ///
  /// Simplification: Docker keeps a second pool. One pool is enough where every endpoint has both.
  func v6(of address: IPv4Address) -> Endpoint.V6? {
    guard let subnet6, let gateway6 else { return nil }
    return Endpoint.V6(
      address: subnet6.address(at: address.value - subnet.base.value),
      prefixLength: subnet6.prefixLength, gateway: gateway6)
  }
}
