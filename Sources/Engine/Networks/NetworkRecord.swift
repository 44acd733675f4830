import Linux
import Networks
import Support

/// One network as the engine's database has it.
package struct NetworkRecord: Sendable, Hashable {
  /// 64 hexadecimal digits.
  package let id: String
  package let name: String
  /// Nanoseconds since 1970.
  package let created: Int64
  package let config: NetworkConfiguration

  /// The 12 digits people see.
  package var shortID: String { String(id.prefix(12)) }

  /// `bridge`, `host` and `none` are there from the beginning and stay.
  package var isPredefined: Bool { ["bridge", "host", "none"].contains(name) }

  /// Whether containers find each other by name on it: everywhere but on the default bridge.
  package var resolvesNames: Bool { config.driver == "bridge" && !isPredefined && !isRouted }

  /// The option by which a network's containers are kept apart (`BridgeConfiguration.isRouted`).
  package static let routedOption = "dklab.routed"
  private var isRouted: Bool { config.options[Self.routedOption] == "true" }

  /// The interface in the instance's namespace.
  package var bridgeName: String {
    if name == "bridge" { return BridgeConfiguration.dockerDefault.interface }
    return config.options["com.docker.network.bridge.name"] ?? "br-\(shortID)"
  }

  /// What the network layer is told; nil for `host` and `none`.
  package var bridge: BridgeConfiguration? {
    guard config.driver == "bridge" else { return nil }
    guard let pool = config.pools.first(where: { $0.subnet != nil }), let subnet = pool.subnet,
      let gateway = pool.gateway.flatMap({ IPv4Address($0) })
    else { return nil }
    var bridge = BridgeConfiguration(
      network: name, interface: bridgeName, subnet: subnet, gateway: gateway)
    bridge.range = pool.range.flatMap { IPv4Subnet($0) }
    bridge.reserved = pool.auxiliary.values.compactMap { IPv4Address($0) }.sorted()
    bridge.isInternal = config.isInternal
    bridge.isRouted = isRouted
    bridge.mtu = config.options["com.docker.network.driver.mtu"].flatMap { UInt32($0) }
    if let pool6 = config.pools.first(where: { $0.subnet6 != nil }) {
      bridge.subnet6 = pool6.subnet6
      if case .v6(let octets)? = pool6.gateway.flatMap({ IPAddress($0) }) {
        bridge.gateway6 = octets
      }
    }
    return bridge
  }
}

/// What a network was asked to be: `docker network create`, with every gap filled in.
package struct NetworkConfiguration: Sendable, Hashable, Codable {
  /// `bridge`, `host` or `null`.
  package var driver = "bridge"
  package var isInternal = false
  package var isAttachable = false
  package var hasIPv6 = false
  package var pools: [Pool] = []
  package var options: [String: String] = [:]
  package var labels: [String: String] = [:]
  /// The user chose the subnet: then addresses may be chosen too.
  package var hasChosenSubnet = false

  package init() {}

  /// One entry of `IPAM.Config`.
  package struct Pool: Sendable, Hashable, Codable {
    /// Either this …
    package var subnet: IPv4Subnet?
    /// … or this.
    package var subnet6: IPv6Subnet?
    /// A part of the subnet from which containers get their addresses.
    package var range: String?
    package var gateway: String?
    /// Addresses that belong to something else, by name.
    package var auxiliary: [String: String] = [:]

    package init(subnet: IPv4Subnet? = nil, subnet6: IPv6Subnet? = nil, gateway: String? = nil) {
      self.subnet = subnet
      self.subnet6 = subnet6
      self.gateway = gateway
    }

    /// As text: `172.18.0.0/16`, `fd00::/64`.
    package var subnetText: String { subnet?.description ?? subnet6?.description ?? "" }
  }
}

/// What `docker network create` was given: addresses still as text, and with gaps.
package struct NetworkWish: Sendable, Hashable, Codable {
  package var driver = "bridge"
  package var isInternal = false
  package var isAttachable = false
  package var hasIPv6 = false
  /// `--subnet`, `--ip-range`, `--gateway`: in any order, matched by who contains whom.
  package var subnets: [String] = []
  package var ranges: [String] = []
  package var gateways: [String] = []
  package var auxiliary: [String: String] = [:]
  package var options: [String: String] = [:]
  package var labels: [String: String] = [:]

  package init() {}
}

/// What a container wants of one network: `--network`, `--ip`, `--network-alias`, `--link`.
package struct EndpointWish: Sendable, Hashable, Codable {
  /// The network's name or id.
  package var network: String
  package var aliases: [String] = []
  /// `--link`: `container:alias`, or a container's name alone.
  package var links: [String] = []
  package var address: String?
  package var address6: String?
  /// The part of the subnet its address shall come from: `10.244.1.0/24`.
  package var range: String?
  package var mac: MACAddress?
  package var options: [String: String] = [:]
  /// The highest leads everywhere else.
  package var gatewayPriority = 0

  package init(network: String) {
    self.network = network
  }
}

/// A network a container belongs to, for as long as it is not disconnected.
package struct NetworkAttachment: Sendable, Hashable, Codable {
  package var networkID: String
  package var wish: EndpointWish
  /// While the container runs.
  package var endpoint: Endpoint?

  package init(networkID: String, wish: EndpointWish) {
    self.networkID = networkID
    self.wish = wish
  }

  /// The network's name.
  package var name: String { wish.network }
}
