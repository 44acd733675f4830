import Linux

/// A container's place in a network: what it is told, and what `docker inspect` shows.
package struct Endpoint: Codable, Sendable, Hashable {
  /// The network's name: `bridge`.
  package var network: String
  /// The bridge the container is plugged into, in the instance's namespace: `docker0`.
  package var bridge: String
  /// The interface inside the container: `eth0`.
  package var interface: String
  /// The other end of the same veth pair, a port of the bridge: `veth` and seven hex digits.
  package var hostInterface: String
  package var address: IPv4Address
  package var prefixLength: Int
  package var gateway: IPv4Address
  package var mac: MACAddress
  /// With IPv6: the address, its prefix length, and the gateway.
  package var v6: V6?
  /// No way leads out of this network.
  package var isInternal = false
  /// What goes elsewhere goes through this network's gateway.
  package var isDefaultRoute = true

  /// An endpoint's IPv6 half.
  package struct V6: Codable, Sendable, Hashable {
    /// 16 octets.
    package var address: [UInt8]
    package var prefixLength: Int
    package var gateway: [UInt8]

    /// In colon notation.
    package var addressText: String { IPAddress(bytes: address)?.description ?? "" }
    package var gatewayText: String { IPAddress(bytes: gateway)?.description ?? "" }
  }

  /// Alone behind its gateway (`BridgeConfiguration.isRouted`).
  package var isRouted: Bool { prefixLength == 32 }

  package init(
    network: String, bridge: String = "docker0", interface: String = "eth0", hostInterface: String,
    address: IPv4Address, prefixLength: Int, gateway: IPv4Address, mac: MACAddress? = nil
  ) {
    self.network = network
    self.bridge = bridge
    self.interface = interface
    self.hostInterface = hostInterface
    self.address = address
    self.prefixLength = prefixLength
    self.gateway = gateway
    self.mac = mac ?? MACAddress(for: address)
  }
}

extension [Endpoint] {
  /// The one whose gateway leads everywhere else.
  package var gatewayEndpoint: Endpoint? { first { $0.isDefaultRoute } }
}
