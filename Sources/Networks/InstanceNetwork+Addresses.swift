import Linux
import Support

// Giving out addresses: under the instance's lock, in the file AddressPool.

/// What a container wants of one network.
package struct EndpointRequest: Sendable, Hashable {
  package var bridge: BridgeConfiguration
  package var address: IPv4Address?
  /// 16 octets; nil for the one that goes with the IPv4 address.
  package var address6: [UInt8]?
  package var mac: MACAddress?
  /// The names it has on this network; none on the default bridge.
  package var names: [String]

  package init(
    _ bridge: BridgeConfiguration, address: IPv4Address? = nil, mac: MACAddress? = nil,
    names: [String] = []
  ) {
    self.bridge = bridge
    self.address = address
    self.mac = mac
    self.names = names
  }
}

extension InstanceNetwork {
  /// The address of `owner` (a container id) on the default bridge: the lowest free one, as Docker
  /// gives them, or the one asked for. Idempotent: an owner that has one keeps it. Throws
  /// `network.address-in-use`, `network.address-invalid`, `network.exhausted`.
  package func allocate(owner: String, address: IPv4Address? = nil) throws -> Endpoint {
    try allocate(owner: owner, EndpointRequest(bridge, address: address))
  }

  /// The same on the bridge `request` names.
  package func allocate(owner: String, _ request: EndpointRequest) throws -> Endpoint {
    try Directory.make(stateDirectory)
    let bridge = request.bridge
    let chosen6 = request.address6
    let address = try locked {
      var pool = try pool(bridge)
      return try pool.allocate(
        owner: owner, wanted: request.address, names: request.names,
        v6: {
          chosen6.flatMap { IPAddress(bytes: $0)?.description } ?? bridge.v6(of: $0)?.addressText
        })
    }
    var endpoint = Endpoint(
      network: bridge.network, bridge: bridge.interface,
      hostInterface: InstanceNetwork.newInterfaceName(), address: address,
      prefixLength: bridge.isRouted ? 32 : bridge.subnet.prefixLength, gateway: bridge.gateway,
      mac: request.mac)
    endpoint.v6 = bridge.v6(of: address)
    if let chosen6 { endpoint.v6?.address = chosen6 }
    endpoint.isInternal = bridge.isInternal
    endpoint.isDefaultRoute = !bridge.isInternal
    return endpoint
  }

  /// Gives all addresses of `owner` back, or those on `bridge`; nothing happens when it has none.
  package func release(owner: String, on bridge: BridgeConfiguration? = nil) throws {
    try release(on: bridge) { $0 == owner }
  }

  /// Puts `names` in the place of those `owner` has on `bridge`.
  package func rename(owner: String, to names: [String], on bridge: BridgeConfiguration) throws {
    guard File.exists(poolPath) else { return }
    try locked {
      var pool = try pool(bridge)
      try pool.rename(owner: owner, to: names)
    }
  }

  /// Who holds addresses: ids of containers and of steps of builds.
  package func owners() throws -> Set<String> {
    guard File.exists(poolPath) else { return [] }
    return try locked { Set(try AddressPool.read(poolPath).values.map(\.owner)) }
  }

  /// Releases every address whose owner is not in `owners`; returns the owners forgotten.
  @discardableResult
  package func reconcile(owners: Set<String>) throws -> [String] {
    try release(on: nil) { !owners.contains($0) }
  }

  @discardableResult
  private func release(
    on bridge: BridgeConfiguration?, where isReleased: (String) -> Bool
  ) throws -> [String] {
    guard File.exists(poolPath) else { return [] }
    return try locked {
      var pool = try pool(bridge ?? self.bridge)
      return try pool.release(onlyThisSubnet: bridge != nil, where: isReleased)
    }
  }

  private func pool(_ bridge: BridgeConfiguration) throws -> AddressPool {
    try AddressPool(
      path: poolPath, subnet: bridge.subnet, gateway: bridge.gateway, range: bridge.range,
      reserved: bridge.reserved)
  }

  /// `veth` and seven hexadecimal digits, as Docker names them.
  private static func newInterfaceName() -> String {
    let digits = String(UInt32.random(in: 0..<1 << 28), radix: 16)
    return "veth" + String(repeating: "0", count: 7 - digits.count) + digits
  }
}
