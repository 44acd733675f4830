import FoundationEssentials
import Linux
import Networks
import Runtime
import Support

extension Engine {
  /// Connects a container to a further network (`docker network connect`): at once when it runs, else
  /// from its next start on.
  package func connect(
    _ container: ContainerRecord, to network: NetworkRecord, _ wish: EndpointWish? = nil
  ) throws {
    var wish = wish ?? EndpointWish(network: network.name)
    wish.network = network.name
    try checkConnectable(container, network)
    let new = try attachment(wish)
    try locked(container.id) {
      let now = try self.container(container.id)
      if now.state.networks.contains(where: { $0.networkID == network.id }) {
        throw DklabError(
          .denied, id: "network.already-connected",
          Text(
            "endpoint with name \(now.name) already exists in network \(network.name)",
            ko: "컨테이너 \(now.name)은(는) 이미 네트워크 \(network.name)에 연결되어 있습니다"))
      }
      var attachments = now.state.networks + [new]
      if now.state.isActive {
        let request = try endpointRequest(now, new)
        try self.network.ensure(request.bridge)
        var endpoint = try self.network.allocate(owner: now.id, request)
        endpoint.interface = freeInterface(now.state.networks)
        attachments[attachments.count - 1].endpoint = endpoint
        attachments.chooseDefaultRoute()
        do {
          try change(now, to: attachments)
        } catch {
          try? self.network.release(owner: now.id, on: request.bridge)
          throw error
        }
      }
      try save(attachments, of: now, "connect", network)
    }
  }

  /// Takes a container off a network (`docker network disconnect`).
  package func disconnect(_ container: ContainerRecord, from network: NetworkRecord) throws {
    if network.config.driver == "host" {
      throw DklabError(
        .denied, id: "network.special",
        Text(
          "container cannot be disconnected from host network - container should be created in "
            + "host network mode",
          ko: "host 네트워크에서는 떼어 낼 수 없습니다"))
    }
    try locked(container.id) {
      let now = try self.container(container.id)
      guard let index = now.state.networks.firstIndex(where: { $0.networkID == network.id }) else {
        throw DklabError(
          .notFound, id: "network.not-connected",
          Text(
            "container \(now.id) is not connected to network \(network.name)",
            ko: "컨테이너 \(now.name)은(는) 네트워크 \(network.name)에 연결되어 있지 않습니다"))
      }
      var attachments = now.state.networks
      let gone = attachments.remove(at: index)
      attachments.chooseDefaultRoute()
      if now.state.isActive, gone.endpoint != nil {
        try change(now, to: attachments)
        if let bridge = network.bridge { try self.network.release(owner: now.id, on: bridge) }
      }
      try save(attachments, of: now, "disconnect", network)
    }
  }

  private func checkConnectable(_ container: ContainerRecord, _ network: NetworkRecord) throws {
    let mode = try NetworkMode(parsing: container.spec.host.networkMode)
    switch mode {
    case .bridge, .named: return
    case .none:
      throw DklabError(
        .denied, id: "network.special",
        Text(
          "container cannot be connected to multiple networks with one of the networks in private "
            + "(none) mode", ko: "none 모드의 컨테이너는 다른 네트워크에 연결할 수 없습니다"))
    case .host, .container:
      throw DklabError(
        .denied, id: "network.special",
        Text(
          "container sharing network namespace with another container or host cannot be connected "
            + "to any other network",
          ko: "호스트나 다른 컨테이너의 네트워크를 함께 쓰는 컨테이너는 다른 네트워크에 연결할 수 없습니다"))
    }
  }

  private func freeInterface(_ attachments: [NetworkAttachment]) -> String {
    let taken = Set(attachments.compactMap { $0.endpoint?.interface })
    return (0...).lazy.map { "eth\($0)" }.first { !taken.contains($0) } ?? "eth0"
  }

  /// Has the monitor of a running container change its interfaces.
  private func change(_ record: ContainerRecord, to attachments: [NetworkAttachment]) throws {
    let client = try monitor(of: record)
    let resolves = try attachments.contains { attachment in
      try network(id: attachment.networkID)?.resolvesNames ?? false
    }
    let change = NetworkChange(
      endpoints: attachments.endpoints, links: links(of: attachments), resolvesNames: resolves)
    try client.send(Frame(.network, Array(try JSONEncoder().encode(change))))
    while let frame = try client.receive(timeout: 20_000) {
      guard frame.kind == .networkChanged else { continue }
      guard frame.payload.isEmpty else {
        throw DklabError(
          .internal, id: "network.change-failed",
          Text(
            "container \(record.name): its network could not be changed: \(frame.text)",
            ko: "컨테이너 \(record.name)의 네트워크를 바꾸지 못했습니다: \(frame.text)"))
      }
      if resolves { try writeResolver(record) }
      return
    }
    throw DklabError(
      .unavailable, id: "container.monitor-lost",
      Text(
        "the monitor of container \(record.name) does not answer",
        ko: "컨테이너 \(record.name)의 모니터가 대답하지 않습니다"))
  }

  private func save(
    _ attachments: [NetworkAttachment], of record: ContainerRecord, _ action: String,
    _ network: NetworkRecord
  ) throws {
    try update(record.id) { state, record in
      state.networks = attachments
      try journal.append(
        "network", action, actor: network.id, name: network.name,
        networkAttributes(network, ["container": record.id]))
    }
  }

  /// `--link` of a container, by alias.
  func links(of attachments: [NetworkAttachment]) -> [String: String] {
    var result: [String: String] = [:]
    for link in attachments.flatMap(\.wish.links) {
      let parts = link.split(separator: ":", maxSplits: 1).map(String.init)
      guard let target = parts.first else { continue }
      result[parts.count > 1 ? parts[1] : target] = target
    }
    return result
  }
}

/// What a monitor is told to make of its container's interfaces: the `network` frame.
package struct NetworkChange: Codable, Sendable {
  package var endpoints: [Endpoint]
  package var links: [String: String]
  package var resolvesNames: Bool
}
