// The names of a cluster (the specification "Kubernetes DNS-Based Service Discovery"):
//
//     SERVICE.NAMESPACE.svc.cluster.local            the service's address; headless: its pods'
//     _PORT._PROTOCOL.SERVICE.NAMESPACE.svc. …       which port, on which name (SRV)
//     HOST.SERVICE.NAMESPACE.svc. …                  one pod of a headless service
//     1-2-3-4.NAMESPACE.pod.cluster.local            the address itself
//
// Everything else that ends with the cluster's domain does not exist, and says so at once: the names
// of the world outside are asked for here first, with each domain of the search list behind them.
//
// Next: ClusterDNSMain.swift; NameServer.swift in Networks.

import Documents
import Linux
import Networks

/// Answers questions for a cluster's names by its services and their endpoints.
// lab: cluster-names
struct ClusterZone {
  private let domain: String
  private let book: EndpointBook
  /// By `service.namespace`.
  private var services: [String: JSONValue] = [:]
  private var namespaces: Set<String> = []
  private var names: [IPv4Address: [String]] = [:]

  init(
    services all: [JSONValue] = [], slices: [JSONValue] = [], endpoints: [JSONValue] = [],
    domain: String = ClusterNetwork.domain
  ) {
    self.domain = domain
    book = EndpointBook(slices: slices, endpoints: endpoints)
    for service in all {
      services["\(service.name).\(service.namespace)"] = service
      namespaces.insert(service.namespace)
      if let address = IPv4Address(service.text("spec", "clusterIP")) {
        names[address, default: []].append(name(of: service))
      }
    }
    for service in all {
      for entry in book.entries(service) {
        guard let address = IPv4Address(entry.address) else { continue }
        names[address, default: []].append("\(Self.host(entry)).\(name(of: service))")
      }
    }
  }

  private func name(of service: JSONValue) -> String {
    "\(service.name).\(service.namespace).svc.\(domain)"
  }

  /// What an endpoint is called within its service.
  private static func host(_ entry: EndpointBook.Entry) -> String {
    entry.hostname.isEmpty ? entry.address.replacing(".", with: "-") : entry.hostname
  }

  /// The answer; nil when the name is not the cluster's.
  func reply(_ question: NameQuestion) -> NameReply? {
    if question.type == NameQuestion.pointer { return reverse(question) }
    guard question.name == domain || question.name.hasSuffix("." + domain) else { return nil }
    let labels = question.name.dropLast(domain.count).split(separator: ".").map(String.init)
    switch labels.last {
    case nil: return NameReply()
    case "svc": return service(Array(labels.dropLast()), question)
    case "pod": return pod(Array(labels.dropLast()), question)
    default: return .nothing
    }
  }

  private func service(_ labels: [String], _ question: NameQuestion) -> NameReply {
    guard labels.count > 1 else {
      return labels.isEmpty || namespaces.contains(labels[0]) ? NameReply() : .nothing
    }
    guard let service = services[labels.suffix(2).joined(separator: ".")] else { return .nothing }
    let rest = Array(labels.dropLast(2))
    if service.text("spec", "type") == "ExternalName" {
      return rest.isEmpty ? external(service, question) : .nothing
    }
    if rest.last?.hasPrefix("_") ?? false { return ports(service, rest, question) }
    if service.text("spec", "clusterIP") != "None" {
      guard rest.isEmpty else { return .nothing }
      if question.type == NameQuestion.service { return ports(service, [], question) }
      return addresses([service.text("spec", "clusterIP")], question)
    }
    return headless(service, rest, question)
  }

  private func addresses(_ texts: [String], _ question: NameQuestion) -> NameReply {
    guard [NameQuestion.address, NameQuestion.any].contains(question.type) else {
      return NameReply()
    }
    return NameReply(texts.compactMap { IPv4Address($0) }.map { .init(.address($0)) })
  }

  /// A service without an address of its own: its endpoints, in another order each time.
  private func headless(
    _ service: JSONValue, _ rest: [String], _ question: NameQuestion
  ) -> NameReply {
    let ready = book.entries(service).filter(\.isReady)
    if rest.isEmpty {
      if question.type == NameQuestion.service { return ports(service, [], question) }
      // As CoreDNS: without any endpoint the name does not exist.
      guard !ready.isEmpty else { return .nothing }
      return addresses(ready.map(\.address).shuffled(), question)
    }
    let found = ready.filter { rest.count == 1 && Self.host($0) == rest[0] }
    return found.isEmpty ? .nothing : addresses(found.map(\.address), question)
  }

  /// SRV records: of `_PORT._PROTOCOL`, or of all ports.
  private func ports(
    _ service: JSONValue, _ rest: [String], _ question: NameQuestion
  ) -> NameReply {
    guard rest.isEmpty || rest.count == 2 else {
      return rest == ["_tcp"] || rest == ["_udp"] ? NameReply() : .nothing
    }
    func fits(_ name: String, _ transport: String) -> Bool {
      rest.isEmpty || rest[0] == "_\(name)" && rest[1] == "_\(transport.lowercased())"
    }
    var found: [(port: Int, host: String, address: String)] = []
    let own = name(of: service)
    if service.text("spec", "clusterIP") == "None" {
      for entry in book.entries(service) where entry.isReady {
        for port in entry.ports where fits(port.name, port.transport) {
          found.append((port.number, "\(Self.host(entry)).\(own)", entry.address))
        }
      }
    } else {
      for port in service.list("spec", "ports") {
        let transport = port.text("protocol").isEmpty ? "TCP" : port.text("protocol")
        if fits(port.text("name"), transport), let number = port.number("port") {
          found.append((number, own, service.text("spec", "clusterIP")))
        }
      }
    }
    guard !found.isEmpty else { return rest.isEmpty ? NameReply() : .nothing }
    guard [NameQuestion.service, NameQuestion.any].contains(question.type) else {
      return NameReply()
    }
    let weight = UInt16(max(1, 100 / found.count))
    var reply = NameReply(
      found.map { place in
        .init(
          .service(
            priority: 0, weight: weight, port: UInt16(clamping: place.port), target: place.host))
      })
    for place in found {
      guard let address = IPv4Address(place.address) else { continue }
      let entry = NameReply.Entry(.address(address), of: place.host)
      if !reply.additional.contains(entry) { reply.additional.append(entry) }
    }
    return reply
  }

  /// A name that stands for another one, which may be the cluster's as well.
  private func external(_ service: JSONValue, _ question: NameQuestion) -> NameReply {
    var target = service.text("spec", "externalName").lowercased()
    if target.hasSuffix(".") { target.removeLast() }
    var reply = NameReply([.init(.alias(target))])
    let inner = NameQuestion(name: target, type: question.type)
    if target.hasSuffix("." + domain) {
      // A circle of aliases ends here.
      guard target != question.name, let found = self.reply(inner), found.foreign == nil,
        !found.entries.contains(where: { if case .alias = $0.record { true } else { false } })
      else { return reply }
      reply.entries += found.entries.map { NameReply.Entry($0.record, of: target) }
    } else if ![5, NameQuestion.service].contains(question.type) {
      reply.foreign = target
    }
    return reply
  }

  private func pod(_ labels: [String], _ question: NameQuestion) -> NameReply {
    guard labels.count == 2 else {
      return labels.count < 2 ? NameReply() : .nothing
    }
    let text = labels[0].replacing("-", with: ".")
    return IPv4Address(text) == nil ? .nothing : addresses([text], question)
  }

  private func reverse(_ question: NameQuestion) -> NameReply? {
    guard case .v4(let address)? = IPAddress(reverseName: question.name),
      let found = names[address]
    else { return nil }
    // The service's own name before those of endpoints.
    return NameReply([.init(.pointer(found[0]))])
  }
}
