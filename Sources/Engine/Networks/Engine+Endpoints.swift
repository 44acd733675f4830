import Linux
import Networks
import Support

// Which networks a container belongs to, and what it is called there.

extension Engine {
  /// The networks a container that is being made will belong to, from its mode and its wishes.
  ///
  /// Throws `DklabError` `network.not-found`, `network.alias-default`, `network.address-default` …
  func attachments(_ spec: ContainerSpec) throws -> [NetworkAttachment] {
    let mode = try NetworkMode(parsing: spec.host.networkMode)
    var wishes = spec.networks
    switch mode {
    case .bridge:
      if !wishes.contains(where: { ["bridge", "default"].contains($0.network) }) {
        wishes.insert(EndpointWish(network: "bridge"), at: 0)
      }
    case .named(let name):
      let wanted = try findNetwork(name)
      if try !wishes.contains(where: { try findNetwork($0.network).id == wanted.id }) {
        wishes.insert(EndpointWish(network: name), at: 0)
      }
    case .host, .none, .container:
      guard wishes.allSatisfy({ $0.network == mode.name }) else {
        throw DklabError(
          .invalid, id: "network.options-conflict",
          Text(
            "conflicting options: cannot attach both user-defined and non-user-defined "
              + "network-modes",
            ko: "함께 쓸 수 없는 옵션입니다: \(mode.name)과(와) 다른 네트워크를 함께 쓸 수 없습니다"))
      }
      return []
    }
    var result: [NetworkAttachment] = []
    for wish in wishes {
      let attachment = try attachment(wish)
      if !result.contains(where: { $0.networkID == attachment.networkID }) {
        result.append(attachment)
      }
    }
    return result
  }

  /// One wish, checked against its network.
  func attachment(_ wish: EndpointWish) throws -> NetworkAttachment {
    let network = try findNetwork(wish.network == "default" ? "bridge" : wish.network)
    guard network.config.driver == "bridge" else {
      throw DklabError(
        .denied, id: "network.special",
        Text(
          "container cannot be connected to \(network.name) network",
          ko: "\(network.name) 네트워크에는 연결할 수 없습니다"),
        hint: Text(
          "give --network \(network.name) when the container is made",
          ko: "컨테이너를 만들 때 --network \(network.name)을(를) 쓰세요"))
    }
    var wish = wish
    wish.network = network.name
    try check(wish, on: network)
    return NetworkAttachment(networkID: network.id, wish: wish)
  }

  private func check(_ wish: EndpointWish, on network: NetworkRecord) throws {
    func refuse(_ id: String, _ english: String, _ korean: String) -> DklabError {
      DklabError(.invalid, id: id, Text(english, ko: korean)).about(network.name)
    }
    if !network.resolvesNames, !wish.aliases.isEmpty {
      throw refuse(
        "network.alias-default",
        "network-scoped aliases are only supported for user-defined networks",
        "별칭은 사용자가 만든 네트워크에서만 쓸 수 있습니다")
    }
    for alias in wish.aliases where alias.isEmpty || alias.contains(where: \.isWhitespace) {
      throw refuse(
        "network.alias-invalid", "invalid network alias \"\(alias)\"",
        "잘못된 네트워크 별칭입니다: \"\(alias)\"")
    }
    if let text = wish.address6 {
      guard case .v6(let octets)? = IPAddress(text),
        network.bridge?.subnet6?.contains(octets) ?? false
      else {
        throw refuse(
          "network.address-invalid",
          "invalid endpoint settings: no configured subnet contains IP address \(text)",
          "주소 \(text)이(가) 이 네트워크의 서브넷에 없습니다")
      }
    }
    if let text = wish.address {
      guard network.resolvesNames else {
        throw refuse(
          "network.address-default",
          "user specified IP address is supported on user defined networks only",
          "주소는 사용자가 만든 네트워크에서만 정할 수 있습니다")
      }
      guard network.config.hasChosenSubnet else {
        throw refuse(
          "network.address-subnet",
          "user specified IP address is supported only when connecting to networks with user "
            + "configured subnets",
          "주소를 정하려면 네트워크를 만들 때 --subnet을 주어야 합니다")
      }
      guard let address = IPv4Address(text), let subnet = network.bridge?.subnet,
        subnet.contains(address)
      else {
        throw refuse(
          "network.address-invalid",
          "invalid endpoint settings: no configured subnet contains IP address \(text)",
          "주소 \(text)이(가) 이 네트워크의 서브넷에 없습니다")
      }
    }
  }

  /// What DNS calls `record` on `network`: its name, aliases, short id and host name.
  package func dnsNames(
    _ record: ContainerRecord, _ attachment: NetworkAttachment
  ) -> [String] {
    var names: [String] = []
    let all =
      [record.name] + attachment.wish.aliases + [record.shortID]
      + (record.spec.hostname.map { [$0] } ?? [])
    for name in all where !names.contains(name) { names.append(name) }
    return names
  }

  /// The request for an address, and what the network is; for a start now.
  func endpointRequest(
    _ record: ContainerRecord, _ attachment: NetworkAttachment
  ) throws -> EndpointRequest {
    guard let network = try network(id: attachment.networkID), let bridge = network.bridge else {
      throw DklabError(
        .notFound, id: "network.not-found",
        Text(
          "network \(attachment.name) not found",
          ko: "네트워크 \(attachment.name.with(.object)) 찾을 수 없습니다"),
        hint: Text(
          "it was removed after the container was made; connect the container to another one",
          ko: "컨테이너를 만든 뒤에 지워진 네트워크입니다. 다른 네트워크에 연결하세요")
      ).about(attachment.name)
    }
    var request = EndpointRequest(
      bridge, address: attachment.wish.address.flatMap { IPv4Address($0) },
      mac: attachment.wish.mac,
      names: network.resolvesNames ? dnsNames(record, attachment) : [])
    if let range = attachment.wish.range.flatMap({ IPv4Subnet($0) }) {
      request.bridge.range = range
      request.bridge.reserved += [range.base, range.broadcast]
    }
    if case .v6(let octets)? = attachment.wish.address6.flatMap({ IPAddress($0) }) {
      request.address6 = octets
    }
    return request
  }

  /// Tells the networks of a running container what it is called now.
  func renameOnNetworks(_ record: ContainerRecord) throws {
    for attachment in record.state.networks where attachment.endpoint != nil {
      let request = try endpointRequest(record, attachment)
      guard !request.names.isEmpty else { continue }
      try network.rename(owner: record.id, to: request.names, on: request.bridge)
    }
  }

  /// Gives `record` an address on each of its networks, with the bridges made.
  func allocateEndpoints(_ record: ContainerRecord) throws -> [NetworkAttachment] {
    var attachments = record.state.networks
    for index in attachments.indices {
      let request = try endpointRequest(record, attachments[index])
      try network.ensure(request.bridge)
      var endpoint = try network.allocate(owner: record.id, request)
      endpoint.interface = "eth\(index)"
      attachments[index].endpoint = endpoint
    }
    attachments.chooseDefaultRoute()
    return attachments
  }
}

extension [NetworkAttachment] {
  /// Marks the one network whose gateway leads everywhere else: as in Docker the one with the highest
  /// priority, then the first by name; never an internal one.
  package mutating func chooseDefaultRoute() {
    let candidates = indices.filter { self[$0].endpoint.map { !$0.isInternal } ?? false }
    let chosen = candidates.min { left, right in
      (-self[left].wish.gatewayPriority, self[left].name)
        < (-self[right].wish.gatewayPriority, self[right].name)
    }
    for index in indices { self[index].endpoint?.isDefaultRoute = index == chosen }
  }

  /// The endpoints, in the order of the container's interfaces.
  package var endpoints: [Endpoint] { compactMap(\.endpoint) }
}
