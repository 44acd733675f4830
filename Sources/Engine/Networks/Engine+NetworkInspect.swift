import Documents
import Linux
import Networks
import Support

extension Engine {
  /// A network as `docker network inspect` shows it.
  package func inspect(_ network: NetworkRecord) throws -> JSONValue {
    let config = network.config
    return .object(
      JSONObject([
        ("Name", .string(network.name)), ("Id", .string(network.id)),
        ("Created", .string(RFC3339.text(network.created))), ("Scope", .string("local")),
        ("Driver", .string(config.driver)), ("EnableIPv4", .bool(true)),
        ("EnableIPv6", .bool(config.hasIPv6)),
        (
          "IPAM",
          .object(
            JSONObject([
              ("Driver", .string("default")),
              ("Options", network.isPredefined ? .null : .object(JSONObject())),
              (
                "Config",
                config.pools.isEmpty ? .null : .array(config.pools.map(inspectPool))
              ),
            ]))
        ),
        ("Internal", .bool(config.isInternal)), ("Attachable", .bool(config.isAttachable)),
        ("Ingress", .bool(false)),
        ("ConfigFrom", .object(JSONObject([("Network", .string(""))]))),
        ("ConfigOnly", .bool(false)),
        (
          "Containers", .object(JSONObject(try containers(on: network).compactMap(member(network))))
        ),
        ("Options", object(config.options)), ("Labels", object(config.labels)),
      ]))
  }

  private func inspectPool(_ pool: NetworkConfiguration.Pool) -> JSONValue {
    var members: [(String, JSONValue)] = [("Subnet", .string(pool.subnetText))]
    if let range = pool.range { members.append(("IPRange", .string(range))) }
    if let gateway = pool.gateway { members.append(("Gateway", .string(gateway))) }
    if !pool.auxiliary.isEmpty {
      members.append(("AuxiliaryAddresses", object(pool.auxiliary)))
    }
    return .object(JSONObject(members))
  }

  /// A running container's entry in `Containers`.
  private func member(
    _ network: NetworkRecord
  ) -> (ContainerRecord) -> (String, JSONValue)? {
    { [self] record in
      guard record.state.isActive,
        let attachment = record.state.networks.first(where: { $0.networkID == network.id }),
        let endpoint = attachment.endpoint
      else { return nil }
      return (
        record.id,
        .object(
          JSONObject([
            ("Name", .string(record.name)),
            ("EndpointID", .string(endpointID(record, attachment))),
            ("MacAddress", .string("\(endpoint.mac)")),
            ("IPv4Address", .string("\(endpoint.address)/\(endpoint.prefixLength)")),
            (
              "IPv6Address",
              .string(endpoint.v6.map { "\($0.addressText)/\($0.prefixLength)" } ?? "")
            ),
          ]))
      )
    }
  }

  /// An id for a container's place in a network: made of both, so that nobody has to remember it.
  func endpointID(_ record: ContainerRecord, _ attachment: NetworkAttachment) -> String {
    guard attachment.endpoint != nil else { return "" }
    let pairs = zip(record.id, attachment.networkID).map { left, right in
      String((left.hexDigitValue ?? 0) ^ (right.hexDigitValue ?? 0), radix: 16)
    }
    return pairs.joined()
  }

  func object(_ map: [String: String]) -> JSONValue {
    .object(JSONObject(map.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }))
  }

  /// `NetworkSettings.Networks` of a container.
  package func inspectNetworks(_ record: ContainerRecord) -> JSONValue {
    let mode = (try? NetworkMode(parsing: record.spec.host.networkMode)) ?? .bridge
    switch mode {
    case .container: return .object(JSONObject())
    case .host, .none:
      let network = try? findNetwork(mode.name)
      let attachment = NetworkAttachment(
        networkID: network?.id ?? "", wish: EndpointWish(network: mode.name))
      return .object(JSONObject([(mode.name, inspectEndpoint(record, attachment))]))
    case .bridge, .named:
      return .object(
        JSONObject(
          record.state.networks.sorted { $0.name < $1.name }
            .map { ($0.name, inspectEndpoint(record, $0)) }))
    }
  }

  private func inspectEndpoint(
    _ record: ContainerRecord, _ attachment: NetworkAttachment
  ) -> JSONValue {
    let wish = attachment.wish
    let endpoint = attachment.endpoint
    func optional(_ list: [String]) -> JSONValue { list.isEmpty ? .null : strings(list) }
    var asked: [(String, JSONValue)] = []
    if let address = wish.address { asked.append(("IPv4Address", .string(address))) }
    if let address = wish.address6 { asked.append(("IPv6Address", .string(address))) }
    let resolves = attachment.name != "bridge"
    return .object(
      JSONObject([
        ("IPAMConfig", asked.isEmpty ? .null : .object(JSONObject(asked))),
        ("Links", optional(wish.links)), ("Aliases", optional(wish.aliases)),
        ("MacAddress", .string(endpoint.map { "\($0.mac)" } ?? "")),
        ("DriverOpts", wish.options.isEmpty ? .null : object(wish.options)),
        ("GwPriority", .integer(Int64(wish.gatewayPriority))),
        ("NetworkID", .string(attachment.networkID)),
        ("EndpointID", .string(endpointID(record, attachment))),
        ("Gateway", .string(endpoint.flatMap { $0.isInternal ? nil : "\($0.gateway)" } ?? "")),
        ("IPAddress", .string(endpoint.map { "\($0.address)" } ?? "")),
        ("IPPrefixLen", .integer(Int64(endpoint?.prefixLength ?? 0))),
        ("IPv6Gateway", .string(endpoint?.v6?.gatewayText ?? "")),
        ("GlobalIPv6Address", .string(endpoint?.v6?.addressText ?? "")),
        ("GlobalIPv6PrefixLen", .integer(Int64(endpoint?.v6?.prefixLength ?? 0))),
        ("DNSNames", resolves && endpoint != nil ? strings(dnsNames(record, attachment)) : .null),
      ]))
  }
}
