import Documents
import Support

extension TableColumns {
  static let services = [
    name, text("Type", "spec", "type"),
    text("Cluster-IP", empty: "<none>", "spec", "clusterIP"),
    Column("External-IP") { service, _ in .string(externalAddress(service)) },
    Column("Port(s)") { service, _ in .string(servicePorts(service)) }, age,
    Column("Selector", wide: true) { service, _ in .string(labels(service.map("spec", "selector")))
    },
  ]

  private static func externalAddress(_ service: JSONValue) -> String {
    let outside = service.list("spec", "externalIPs").compactMap(\.string)
    switch service.text("spec", "type") {
    case "ExternalName": return service.text("spec", "externalName")
    case "LoadBalancer":
      let ingress = service.list("status", "loadBalancer", "ingress").map {
        $0.text("ip").isEmpty ? $0.text("hostname") : $0.text("ip")
      }
      let all = ingress + outside
      return all.isEmpty ? "<pending>" : all.joined(separator: ",")
    default: return outside.isEmpty ? "<none>" : outside.joined(separator: ",")
    }
  }

  private static func servicePorts(_ service: JSONValue) -> String {
    let ports = service.list("spec", "ports").map { port in
      let node = port.number("nodePort") ?? 0
      return "\(port.number("port") ?? 0)" + (node > 0 ? ":\(node)" : "") + "/"
        + port.text("protocol")
    }
    return ports.isEmpty ? "<none>" : ports.joined(separator: ",")
  }

  static let endpoints = [
    name,
    Column("Endpoints") { object, _ in
      let all = object.list("subsets").flatMap { subset -> [String] in
        let ports = subset.list("ports")
        return subset.list("addresses").flatMap { address -> [String] in
          let ip = address.text("ip")
          return ports.isEmpty ? [ip] : ports.map { "\(ip):\($0.number("port") ?? 0)" }
        }
      }
      return .string(shortened(all))
    }, age,
  ]

  /// The first three, and how many more there are.
  private static func shortened(_ all: [String]) -> String {
    if all.isEmpty { return "<none>" }
    let shown = all.prefix(3).joined(separator: ",")
    return all.count > 3 ? "\(shown) + \(all.count - 3) more..." : shown
  }

  static let endpointSlices = [
    name, text("AddressType", "addressType"),
    Column("Ports") { object, _ in
      let ports = object.list("ports")
      return .string(
        ports.isEmpty
          ? "<unset>"
          : ports.map { $0.number("port").map(String.init) ?? "*" }.prefix(3)
            .joined(separator: ",") + (ports.count > 3 ? " + \(ports.count - 3) more..." : ""))
    },
    Column("Endpoints") { object, _ in
      let addresses = object.list("endpoints").flatMap { $0.list("addresses") }
        .compactMap(\.string)
      return .string(addresses.isEmpty ? "<unset>" : shortened(addresses))
    }, age,
  ]

  static let ingresses = [
    name, text("Class", empty: "<none>", "spec", "ingressClassName"),
    Column("Hosts") { object, _ in
      let hosts = object.list("spec", "rules").map { $0.text("host") }.filter { !$0.isEmpty }
      return .string(hosts.isEmpty ? "*" : shortened(hosts))
    },
    Column("Address") { object, _ in
      .string(
        object.list("status", "loadBalancer", "ingress").map {
          $0.text("ip").isEmpty ? $0.text("hostname") : $0.text("ip")
        }.joined(separator: ","))
    },
    Column("Ports") { object, _ in
      .string(object.list("spec", "tls").isEmpty ? "80" : "80, 443")
    }, age,
  ]

  static let ingressClasses = [
    name, text("Controller", "spec", "controller"),
    Column("Parameters") { object, _ in
      guard let reference = object.at("spec", "parameters") else { return "<none>" }
      let group = reference.text("apiGroup")
      return .string(
        reference.text("kind") + (group.isEmpty ? "" : ".\(group)") + "/" + reference.text("name"))
    }, age,
  ]

  static let networkPolicies = [
    name,
    Column("Pod-Selector") { object, _ in
      let selector = LabelSelector(object: object.at("spec", "podSelector"))?.description ?? ""
      return .string(selector.isEmpty ? "<none>" : selector)
    }, age,
  ]
}
