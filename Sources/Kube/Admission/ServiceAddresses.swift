import Documents

/// Gives services their addresses and node ports. What is taken is read from the services
/// themselves, so that there is no second book to keep right.
final class ServiceAddresses: Sendable {
  private let network: ClusterNetwork

  init(network: ClusterNetwork) {
    self.network = network
  }

  /// Fills in addresses and ports; throws 422 for what is asked for and cannot be had.
  func assign(
    _ service: inout JSONValue, old: JSONValue?, _ type: ResourceType, _ api: ObjectAPI
  ) throws(APIError) {
    let others = api.objects("services").filter { $0.uid != (old ?? service).uid }
    if let old { keep(&service, old) }
    var problems: [FieldProblem] = []
    assignAddress(&service, others, &problems)
    assignPorts(&service, others, &problems)
    if !problems.isEmpty { throw .invalid(type, service.name, problems) }
  }

  /// A client that replaces a service need not repeat what it was given.
  private func keep(_ service: inout JSONValue, _ old: JSONValue) {
    let kind = service.text("spec", "type")
    if kind == "ExternalName" {
      for key in ["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"] {
        service.set("spec", key, to: nil)
      }
      return
    }
    for key in ["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"]
    where service.at("spec", key) == nil {
      service.set("spec", key, to: old.at("spec", key))
    }
    guard kind != "ClusterIP" else {
      let ports = service.list("spec", "ports")
      let before = old.list("spec", "ports").compactMap { $0["nodePort"] }
      // Ports that the old kind of service had do not come along to one without.
      if old.text("spec", "type") != "ClusterIP", !ports.isEmpty {
        service.set(
          "spec", "ports",
          to: .array(
            ports.map { port in
              var port = port
              if let node = port["nodePort"], before.contains(node) { port["nodePort"] = nil }
              return port
            }))
        service.set("spec", "externalTrafficPolicy", to: nil)
      }
      return
    }
    let ports = service.list("spec", "ports").map { port -> JSONValue in
      guard port.number("nodePort") ?? 0 == 0 else { return port }
      var port = port
      port["nodePort"] =
        old.list("spec", "ports").first {
          $0["port"] == port["port"] && $0["protocol"] == port["protocol"]
        }?["nodePort"]
      return port
    }
    service.set("spec", "ports", to: .array(ports))
  }

  private func assignAddress(
    _ service: inout JSONValue, _ others: [JSONValue], _ problems: inout [FieldProblem]
  ) {
    guard service.text("spec", "type") != "ExternalName" else { return }
    var address = service.text("spec", "clusterIP")
    if address.isEmpty { address = service.list("spec", "clusterIPs").first?.string ?? "" }
    let taken = Set(others.map { $0.text("spec", "clusterIP") })
    if address.isEmpty {
      // The upper part of the range, so that the lower stays free for those who choose.
      let start = min(256, network.services.count / 16)
      let free = (start..<network.services.count - 1).lazy.map(network.services.address)
        .first { !taken.contains($0) }
      guard let free else {
        problems.append(
          .invalid("spec.clusterIPs", "", "failed to allocate an IP: range is full"))
        return
      }
      address = free
    } else if address != "None" {
      if network.services.index(of: address) == nil {
        problems.append(
          FieldProblem(
            "spec.clusterIPs", .invalid, value: "[]string{\"\(address)\"}",
            "failed to allocate IP \(address): the provided network does not match the current "
              + "range"))
      } else if taken.contains(address) {
        problems.append(
          FieldProblem(
            "spec.clusterIPs", .invalid, value: "[]string{\"\(address)\"}",
            "failed to allocate IP \(address): provided IP is already allocated"))
      }
    }
    service.set("spec", "clusterIP", to: .string(address))
    service.set("spec", "clusterIPs", to: [.string(address)])
    service.setDefault("spec", "ipFamilies", to: ["IPv4"])
    service.setDefault("spec", "ipFamilyPolicy", to: "SingleStack")
  }

  private func assignPorts(
    _ service: inout JSONValue, _ others: [JSONValue], _ problems: inout [FieldProblem]
  ) {
    let kind = service.text("spec", "type")
    guard kind == "NodePort" || kind == "LoadBalancer" else { return }
    var taken = Set(
      others.flatMap { $0.list("spec", "ports") }.compactMap { $0.number("nodePort") })
    var ports = service.list("spec", "ports")
    for (index, port) in ports.enumerated() {
      if let wanted = port.number("nodePort"), wanted != 0 {
        let path = "spec.ports[\(index)].nodePort"
        if !network.nodePorts.contains(wanted) {
          problems.append(
            .invalid(
              path, wanted,
              "provided port is not in the valid range. The range of valid ports is "
                + "\(network.nodePorts.lowerBound)-\(network.nodePorts.upperBound)"))
        } else if !taken.insert(wanted).inserted {
          problems.append(.invalid(path, wanted, "provided port is already allocated"))
        }
        continue
      }
      guard let free = network.nodePorts.first(where: { !taken.contains($0) }) else {
        problems.append(
          .invalid(
            "spec.ports[\(index)].nodePort", 0, "failed to allocate a nodePort: range is full"))
        continue
      }
      taken.insert(free)
      ports[index]["nodePort"] = .integer(Int64(free))
    }
    service.set("spec", "ports", to: .array(ports))
  }
}
