import Documents

/// One port of one service, and whom it leads to.
struct ServicePort: Equatable {
  struct Endpoint: Hashable {
    var address: String
    var port: Int
  }

  var namespace: String
  var service: String
  var portName: String
  /// `tcp`, `udp` or `sctp`.
  var transport: String
  var clusterIP: String
  var port: Int
  var nodePort: Int?
  /// Seconds for which a client keeps its endpoint; nil when it need not.
  var affinity: Int?
  var endpoints: [Endpoint] = []

  /// As people write it: `default/web:http`.
  var title: String {
    "\(namespace)/\(service)" + (portName.isEmpty ? "" : ":\(portName)")
  }

  /// The ports of all services that have an address, by name.
  static func all(services: [JSONValue], slices: [JSONValue], endpoints: [JSONValue] = [])
    -> [ServicePort]
  {
    let book = EndpointBook(slices: slices, endpoints: endpoints)
    return services.sorted { $0.qualifiedName < $1.qualifiedName }.flatMap { service in
      ports(of: service, book)
    }
  }

  private static func ports(of service: JSONValue, _ book: EndpointBook) -> [ServicePort] {
    let address = service.text("spec", "clusterIP")
    guard !address.isEmpty, address != "None", service.text("spec", "type") != "ExternalName"
    else { return [] }
    return service.list("spec", "ports").compactMap { port in
      guard let number = port.number("port") else { return nil }
      let transport = port.text("protocol").isEmpty ? "TCP" : port.text("protocol")
      var result = ServicePort(
        namespace: service.namespace, service: service.name, portName: port.text("name"),
        transport: transport.lowercased(), clusterIP: address, port: number)
      if let node = port.number("nodePort"), node != 0 { result.nodePort = node }
      if service.text("spec", "sessionAffinity") == "ClientIP" {
        result.affinity =
          service.number("spec", "sessionAffinityConfig", "clientIP", "timeoutSeconds") ?? 10800
      }
      result.endpoints = book.targets(service, port: port.text("name"), transport)
      return result
    }
  }
}

/// The endpoints of services: from their slices, and where there are none, from Endpoints that
/// somebody wrote by hand.
struct EndpointBook {
  private var slices: [String: [JSONValue]] = [:]
  private var endpoints: [String: JSONValue] = [:]

  init(slices: [JSONValue], endpoints: [JSONValue] = []) {
    for slice in slices {
      guard let name = slice.labels["kubernetes.io/service-name"] else { continue }
      self.slices["\(slice.namespace)/\(name)", default: []].append(slice)
    }
    for object in endpoints { self.endpoints[object.qualifiedName] = object }
  }

  /// One endpoint with all that is known of it.
  struct Entry: Equatable {
    var address: String
    var hostname: String
    var isReady: Bool
    var isServing: Bool
    /// Name, protocol and number.
    var ports: [Port]

    struct Port: Equatable {
      var name: String
      var transport: String
      var number: Int
    }
  }

  /// The endpoints of a service in the order of their addresses.
  func entries(_ service: JSONValue) -> [Entry] {
    let own = slices[service.qualifiedName] ?? []
    var result = own.flatMap { slice -> [Entry] in
      let ports = slice.list("ports").compactMap(Self.port)
      return slice.list("endpoints").flatMap { endpoint -> [Entry] in
        let conditions = endpoint["conditions"] ?? [:]
        let isReady = conditions["ready"]?.bool ?? true
        return endpoint.list("addresses").compactMap(\.string).map { address in
          Entry(
            address: address, hostname: endpoint.text("hostname"), isReady: isReady,
            isServing: conditions["serving"]?.bool ?? isReady, ports: ports)
        }
      }
    }
    if own.isEmpty, let object = endpoints[service.qualifiedName] {
      for subset in object.list("subsets") {
        let ports = subset.list("ports").compactMap(Self.port)
        result += subset.list("addresses").map { address in
          Entry(
            address: address.text("ip"), hostname: address.text("hostname"), isReady: true,
            isServing: true, ports: ports)
        }
      }
    }
    return result.sorted { $0.address < $1.address }
  }

  private static func port(_ port: JSONValue) -> Entry.Port? {
    guard let number = port.number("port") else { return nil }
    let transport = port.text("protocol")
    return Entry.Port(
      name: port.text("name"), transport: transport.isEmpty ? "TCP" : transport, number: number)
  }

  /// Where a port of a service leads: to the endpoints that are ready; when none is, to those that
  /// still serve while they end.
  func targets(_ service: JSONValue, port name: String, _ transport: String)
    -> [ServicePort.Endpoint]
  {
    let all = entries(service)
    let ready = all.filter(\.isReady)
    var result: [ServicePort.Endpoint] = []
    for entry in ready.isEmpty ? all.filter(\.isServing) : ready {
      guard let port = entry.ports.first(where: { $0.name == name && $0.transport == transport })
      else { continue }
      let endpoint = ServicePort.Endpoint(address: entry.address, port: port.number)
      if !result.contains(endpoint) { result.append(endpoint) }
    }
    return result
  }
}
