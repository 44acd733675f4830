import Documents
import Kube
import Support

extension Description {
  mutating func service(_ object: JSONValue, _ session: Session) throws {
    head(object)
    map("Labels", object.labels)
    annotations(object)
    field("Selector", LabelText.of(object.map("spec", "selector")))
    field("Type", object.text("spec", "type"))
    field(
      "IP Family Policy",
      DescribeText.orUnset(object.text("spec", "ipFamilyPolicy")).replacing("<unset>", with: ""))
    let families = object.list("spec", "ipFamilies").compactMap(\.string)
    field("IP Families", families.isEmpty ? "<none>" : families.joined(separator: ","))
    let address = object.text("spec", "clusterIP")
    field("IP", address)
    let addresses = object.list("spec", "clusterIPs").compactMap(\.string)
    field("IPs", addresses.isEmpty ? "<none>" : addresses.joined(separator: ","))
    let external = object.list("spec", "externalIPs").compactMap(\.string)
    if !external.isEmpty { field("External IPs", external.joined(separator: ",")) }
    if !object.text("spec", "loadBalancerIP").isEmpty {
      field("Desired LoadBalancer IP", object.text("spec", "loadBalancerIP"))
    }
    let name = object.text("spec", "externalName")
    if !name.isEmpty { field("External Name", name) }
    let given = object.list("status", "loadBalancer", "ingress").map {
      $0.text("ip").isEmpty ? $0.text("hostname") : $0.text("ip")
    }
    if !given.isEmpty { field("LoadBalancer Ingress", given.joined(separator: ", ")) }
    let slices = try session.list(
      try session.discovery.kind(named: "endpointslices.discovery.k8s.io"),
      namespace: object.namespace, labels: "kubernetes.io/service-name=\(object.name)"
    ).list("items")
    for port in object.list("spec", "ports") {
      let label = port.text("name").isEmpty ? "<unset>" : port.text("name")
      field("Port", "\(label)\t\(port.number("port") ?? 0)/\(port.text("protocol"))")
      let target = port["targetPort"] ?? .null
      if target.int != nil {
        field("TargetPort", "\(JSONPath.text(target))/\(port.text("protocol"))")
      } else {
        field("TargetPort", "\(JSONPath.text(target))/\(port.text("protocol"))")
      }
      if let node = port.number("nodePort"), node > 0 {
        field("NodePort", "\(label)\t\(node)/\(port.text("protocol"))")
      }
      field("Endpoints", EndpointText.of(slices, port: port.text("name")))
    }
    field("Session Affinity", object.text("spec", "sessionAffinity"))
    let policy = object.text("spec", "externalTrafficPolicy")
    if !policy.isEmpty { field("External Traffic Policy", policy) }
    let inner = object.text("spec", "internalTrafficPolicy")
    if !inner.isEmpty { field("Internal Traffic Policy", inner) }
    if let health = object.number("spec", "healthCheckNodePort"), health > 0 {
      field("HealthCheck NodePort", "\(health)")
    }
    let sources = object.list("spec", "loadBalancerSourceRanges").compactMap(\.string)
    if !sources.isEmpty { field("LoadBalancer Source Ranges", sources.joined(separator: ",")) }
    try events(of: object, session)
  }

  mutating func endpoints(_ object: JSONValue, _ session: Session) throws {
    head(object)
    map("Labels", object.labels)
    annotations(object)
    line("Subsets:")
    for subset in object.list("subsets") {
      func addresses(_ key: String) -> String {
        DescribeText.orNone(subset.list(key).map { $0.text("ip") }.joined(separator: ","))
      }
      field(1, "Addresses", addresses("addresses"))
      field(1, "NotReadyAddresses", addresses("notReadyAddresses"))
      let ports = subset.list("ports")
      if !ports.isEmpty {
        line(1, "Ports:\n    Name\tPort\tProtocol")
        line(2, "----\t----\t--------")
        for port in ports {
          line(
            2,
            "\(DescribeText.orUnset(port.text("name")))\t\(port.number("port") ?? 0)\t\(port.text("protocol"))"
          )
        }
      }
      line("")
    }
    try events(of: object, session)
  }

  mutating func endpointSlice(_ object: JSONValue, _ session: Session) throws {
    head(object)
    map("Labels", object.labels)
    annotations(object)
    field("AddressType", object.text("addressType"))
    let ports = object.list("ports")
    if ports.isEmpty {
      line("Ports: <unset>")
    } else {
      line("Ports:\n  Name\tPort\tProtocol")
      line(1, "----\t----\t--------")
      for port in ports {
        let name = DescribeText.orUnset(port.text("name"))
        line(1, "\(name)\t\(port.number("port") ?? 0)\t\(port.text("protocol"))")
      }
    }
    let endpoints = object.list("endpoints")
    if endpoints.isEmpty { line("Endpoints: <none>") } else { line("Endpoints:") }
    for endpoint in endpoints {
      line(
        1,
        "- Addresses:\t\(endpoint.list("addresses").compactMap(\.string).joined(separator: ", "))")
      line(2, "Conditions:")
      let ready = endpoint.at("conditions", "ready").map { "\($0.bool ?? false)" }
      line(3, "Ready:\t\(ready ?? "<unset>")")
      line(2, "Hostname:\t\(DescribeText.orUnset(endpoint.text("hostname")))")
      if let target = endpoint["targetRef"] {
        line(2, "TargetRef:\t\(target.text("kind"))/\(target.text("name"))")
      }
      line(2, "NodeName:\t\(DescribeText.orUnset(endpoint.text("nodeName")))")
      line(2, "Zone:\t\(DescribeText.orUnset(endpoint.text("zone")))")
    }
    try events(of: object, session)
  }

  mutating func ingress(_ object: JSONValue, _ session: Session) throws {
    field("Name", object.name)
    map("Labels", object.labels)
    field("Namespace", object.namespace)
    let given = object.list("status", "loadBalancer", "ingress").map {
      $0.text("ip").isEmpty ? $0.text("hostname") : $0.text("ip")
    }
    field("Address", given.joined(separator: ","))
    let name = object.text("spec", "ingressClassName")
    field("Ingress Class", DescribeText.orNone(name))
    let standard = object.at("spec", "defaultBackend")
    field("Default backend", try standard.map { try backend($0, object, session) } ?? "<default>")
    let secrets = object.list("spec", "tls")
    if !secrets.isEmpty {
      line("TLS:")
      for entry in secrets {
        let hosts = entry.list("hosts").compactMap(\.string).joined(separator: ",")
        if entry.text("secretName").isEmpty {
          line(1, "SNI routes \(hosts)")
        } else {
          line(1, "\(entry.text("secretName")) terminates \(hosts)")
        }
      }
    }
    line("Rules:\n  Host\tPath\tBackends")
    line(1, "----\t----\t--------")
    let rules = object.list("spec", "rules").filter { $0["http"] != nil }
    for rule in rules {
      line(1, "\(rule.text("host").isEmpty ? "*" : rule.text("host"))\t")
      for path in rule.list("http", "paths") {
        line(
          "    \t\(path.text("path")) \t\(try backend(path["backend"] ?? .null, object, session))")
      }
    }
    if rules.isEmpty {
      line(1, "*\t*\t\(try standard.map { try backend($0, object, session) } ?? "<default>")")
    }
    annotations(object)
    try events(of: object, session)
  }

  private func backend(_ backend: JSONValue, _ ingress: JSONValue, _ session: Session) throws
    -> String
  {
    guard let service = backend["service"] else {
      let resource = backend["resource"] ?? .null
      return
        "APIGroup: \(resource.text("apiGroup")), Kind: \(resource.text("kind")), Name: \(resource.text("name"))"
    }
    let port =
      service.at("port", "number").map { JSONPath.text($0) } ?? service.text("port", "name")
    let label = "\(service.text("name")):\(port)"
    let kind = try session.discovery.kind(named: "services")
    let found: JSONValue
    do {
      found = try session.get(kind, service.text("name"), namespace: ingress.namespace)
    } catch let error as StatusError {
      return "\(label) (<error: \(error.message)>)"
    }
    let match = found.list("spec", "ports").first {
      $0.number("port").map { "\($0)" } == port || $0.text("name") == port
    }
    let slices = try session.list(
      try session.discovery.kind(named: "endpointslices.discovery.k8s.io"),
      namespace: ingress.namespace, labels: "kubernetes.io/service-name=\(found.name)"
    ).list("items")
    return
      "\(label) (\(match.map { EndpointText.of(slices, port: $0.text("name"), isInline: true) } ?? ""))"
  }

  mutating func networkPolicy(_ object: JSONValue) {
    head(object)
    field(
      "Created on", DescribeText.goTime(object.text("metadata", "creationTimestamp")))
    map("Labels", object.labels)
    annotations(object)
    line("Spec:")
    let selector = object.at("spec", "podSelector")
    let text = DescribeText.selector(selector)
    field(
      1, "PodSelector",
      text == "<none>"
        ? "<none> (Allowing the specific traffic to all pods in this namespace)" : text)
    let types = object.list("spec", "policyTypes").compactMap(\.string)
    for (type, word, peers) in [("Ingress", "ingress", "from"), ("Egress", "egress", "to")] {
      guard types.contains(type) else {
        line(1, "Not affecting \(word) traffic")
        continue
      }
      line(1, "Allowing \(word) traffic:")
      let rules = object.list("spec", word)
      if rules.isEmpty { line(2, "<none> (Selected pods are isolated for \(word) connectivity)") }
      for (index, rule) in rules.enumerated() {
        if index > 0 { line(2, "----------") }
        let ports = rule.list("ports")
        if ports.isEmpty { line(2, "To Port: <any> (traffic allowed to all ports)") }
        for port in ports {
          line(
            2,
            "To Port: \(JSONPath.text(port["port"] ?? ""))/\(port.text("protocol").isEmpty ? "TCP" : port.text("protocol"))"
          )
        }
        let title = peers.prefix(1).uppercased() + peers.dropFirst()
        let all = rule.list(peers)
        if all.isEmpty {
          line(
            2,
            "\(title): <any> (traffic not restricted by \(type == "Ingress" ? "source" : "destination"))"
          )
        }
        for peer in all { self.peer(peer, title) }
      }
    }
    line(1, "Policy Types: \(types.joined(separator: ", "))")
  }

  private mutating func peer(_ peer: JSONValue, _ title: String) {
    line(2, "\(title):")
    if let namespaces = peer["namespaceSelector"] {
      line(3, "NamespaceSelector: \(DescribeText.selector(namespaces))")
    }
    if let pods = peer["podSelector"] { line(3, "PodSelector: \(DescribeText.selector(pods))") }
    if let block = peer["ipBlock"] {
      line(3, "IPBlock:")
      line(4, "CIDR: \(block.text("cidr"))")
      line(4, "Except: \(block.list("except").compactMap(\.string).joined(separator: ", "))")
    }
  }
}

/// The addresses behind a port.
enum EndpointText {
  static func of(_ slices: [JSONValue], port name: String, isInline: Bool = false) -> String {
    var all: [String] = []
    for slice in slices {
      for port in slice.list("ports")
      where port.text("name") == name || slice.list("ports").count == 1 {
        for endpoint in slice.list("endpoints")
        where endpoint.at("conditions", "ready")?.bool != false {
          for address in endpoint.list("addresses").compactMap(\.string) {
            let host = address.contains(":") ? "[\(address)]" : address
            all.append("\(host):\(port.number("port") ?? 0)")
          }
        }
      }
    }
    if all.isEmpty { return isInline ? "" : "" }
    if all.count <= 3 { return all.joined(separator: ",") }
    return all.prefix(3).joined(separator: ",") + " + \(all.count - 3) more..."
  }
}
