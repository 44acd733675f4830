import Documents
import Engine
import HTTP
import Linux
import Networks
import Support

extension EngineAPI {
  func addNetworkRoutes(_ router: inout Router) {
    router.on(.GET, "/networks") { try await self.listNetworks($0) }
    router.on(.POST, "/networks/create") { try await self.createNetwork($0) }
    router.on(.POST, "/networks/prune") { try await self.pruneNetworks($0) }
    router.on(.GET, "/networks/{id}") { request in
      let id = request.parameter("id")
      return .json(try await self.engines.with { try $0.inspect(try $0.findNetwork(id)) })
    }
    router.on(.DELETE, "/networks/{id}") { request in
      _ = try await self.workers.run(.removeNetwork(request.parameter("id")))
      return .done
    }
    router.on(.POST, "/networks/{id}/connect") { request in
      let body = try await BodyReader.read(request)
      let network = request.parameter("id")
      let wish = try EndpointRequest.wish(
        network, try body.reader("EndpointConfig") ?? BodyReader([:]))
      _ = try await self.workers.run(
        .connect(container: try body.string("Container") ?? "", network: network, wish: wish))
      return HTTPResponse(.ok)
    }
    router.on(.POST, "/networks/{id}/disconnect") { request in
      let body = try await BodyReader.read(request)
      _ = try await self.workers.run(
        .disconnect(
          container: try body.string("Container") ?? "", network: request.parameter("id"),
          force: try body.bool("Force")))
      return HTTPResponse(.ok)
    }
  }

  private func listNetworks(_ request: HTTPRequest) async throws -> HTTPResponse {
    let filters = try APIFilters(
      request.query["filters"],
      known: ["dangling", "driver", "id", "label", "label!", "name", "scope", "type"])
    let dangling = try filters.bool("dangling")
    return .json(
      try await engines.with { engine in
        let found = try engine.networks().filter { network in
          filters.allow("name") { network.name.contains($0) }
            && filters.allow("id") { network.id.hasPrefix($0) }
            && filters.allow("driver") { network.config.driver == $0 }
            && filters.allow("scope") { $0 == "local" }
            && filters.allow("type") { $0 == (network.isPredefined ? "builtin" : "custom") }
            && filters.allowLabels(network.config.labels)
        }
        return .array(
          try found.compactMap { network in
            if let dangling {
              let isUnused = try !network.isPredefined && engine.containers(on: network).isEmpty
              guard isUnused == dangling else { return nil }
            }
            // The list does not tell who is in it.
            var value = try engine.inspect(network)
            value["Containers"] = [:]
            return value
          })
      })
  }

  private func createNetwork(_ request: HTTPRequest) async throws -> HTTPResponse {
    let body = try await BodyReader.read(request)
    let name = try body.string("Name") ?? ""
    var wish = NetworkWish()
    wish.driver = try body.string("Driver").flatMap { $0.isEmpty ? nil : $0 } ?? "bridge"
    wish.isInternal = try body.bool("Internal")
    wish.isAttachable = try body.bool("Attachable")
    wish.hasIPv6 = try body.bool("EnableIPv6")
    wish.options = try body.map("Options") ?? [:]
    wish.labels = try body.map("Labels") ?? [:]
    for pool in try body.reader("IPAM")?.readers("Config") ?? [] {
      if let subnet = try pool.string("Subnet"), !subnet.isEmpty { wish.subnets.append(subnet) }
      if let range = try pool.string("IPRange"), !range.isEmpty { wish.ranges.append(range) }
      if let gateway = try pool.string("Gateway"), !gateway.isEmpty {
        wish.gateways.append(gateway)
      }
      wish.auxiliary.merge(try pool.map("AuxiliaryAddresses") ?? [:]) { $1 }
    }
    let id = try await workers.run(.createNetwork(name: name, wish: wish))
    return .json(["Id": id, "Warning": ""], .created)
  }

  private func pruneNetworks(_ request: HTTPRequest) async throws -> HTTPResponse {
    let filters = try APIFilters(request.query["filters"], known: ["label", "label!", "until"])
    let until = try QueryParameters("until=" + (filters["until"].last ?? "")).time("until")
    let unused = try await engines.with { engine in
      try engine.networks().filter { network in
        try !network.isPredefined && network.created < until ?? .max
          && filters.allowLabels(network.config.labels)
          && engine.containers(on: network).isEmpty
      }
    }
    var removed: [JSONValue] = []
    for network in unused where (try? await workers.run(.removeNetwork(network.id))) != nil {
      removed.append(.string(network.name))
    }
    return .json(["NetworksDeleted": removed.isEmpty ? .null : .array(removed)])
  }
}

/// Docker's EndpointSettings, as a client sends them.
enum EndpointRequest {
  static func wish(_ network: String, _ body: BodyReader) throws -> EndpointWish {
    var wish = EndpointWish(network: network)
    wish.aliases = try body.strings("Aliases") ?? []
    wish.links = try body.strings("Links") ?? []
    wish.options = try body.map("DriverOpts") ?? [:]
    wish.gatewayPriority = Int(try body.integer("GwPriority") ?? 0)
    if let fixed = try body.reader("IPAMConfig") {
      wish.address = try fixed.string("IPv4Address").flatMap { $0.isEmpty ? nil : $0 }
      wish.address6 = try fixed.string("IPv6Address").flatMap { $0.isEmpty ? nil : $0 }
    }
    if let text = try body.string("MacAddress"), !text.isEmpty {
      guard let mac = MACAddress(text) else {
        throw APIError(.badRequest, "invalid MAC address: \(text)")
      }
      wish.mac = mac
    }
    return wish
  }
}
