import Documents
import Linux
import Networks
import Support

extension ServiceReader {
  mutating func readNetwork() throws {
    try readMode()
    service.networks = try (node["networks"]?.members ?? []).map(attachment)
      .enumerated().sorted { left, right in
        // Compose connects the network with the highest priority first; then by name.
        (-left.element.priority, left.element.key) < (-right.element.priority, right.element.key)
      }.map(\.element)
    for (key, isExternal) in [("links", false), ("external_links", true)] {
      for link in node[key]?.sequence ?? [] {
        let parts = (link.text ?? "").split(separator: ":", maxSplits: 1).map(String.init)
        guard let target = parts.first else { continue }
        service.links.append(
          Service.ServiceLink(target: target, alias: parts.last ?? target, isExternal: isExternal))
      }
    }
    service.spec.host.dns = try addresses("dns")
    service.spec.host.dnsSearch = (node["dns_search"]?.sequence ?? []).compactMap(\.text)
    service.spec.host.dnsOptions = (node["dns_opt"]?.sequence ?? []).compactMap(\.text)
    service.spec.host.extraHosts = (node["extra_hosts"]?.sequence ?? []).compactMap(\.text)
      .map { text in
        // The engine reads docker's form.
        text.firstIndex(of: "=").map { "\(text[..<$0]):\(text[text.index(after: $0)...])" } ?? text
      }
  }

  private func attachment(_ key: String, _ value: YAMLNode) throws -> ServiceNetwork {
    var result = ServiceNetwork(key: key)
    result.aliases = (value["aliases"]?.sequence ?? []).compactMap(\.text)
    result.ipv4 = value["ipv4_address"]?.text
    result.ipv6 = value["ipv6_address"]?.text
    result.mac = value["mac_address"]?.text ?? node["mac_address"]?.text
    result.priority = value["priority"]?.text.flatMap { Int($0) } ?? 0
    if let address = result.ipv4, IPv4Address(address) == nil {
      throw problem(
        value["ipv4_address"] ?? value, "networks.\(key).ipv4_address",
        Text("`\(address)` is not an IPv4 address", ko: "`\(address)`은(는) IPv4 주소가 아닙니다"))
    }
    return result
  }

  private func addresses(_ key: String) throws -> [String] {
    try (node[key]?.sequence ?? []).map { item in
      guard let address = IPAddress(item.text ?? "") else {
        throw problem(
          item, key,
          Text(
            "`\(item.text ?? "")` is not an IP address", ko: "`\(item.text ?? "")`은(는) IP 주소가 아닙니다")
        )
      }
      return address.description
    }
  }

  private mutating func readMode() throws {
    let kinds: [(key: String, kind: String, known: [String])] = [
      ("network_mode", "network", ["bridge", "host", "none", "default"]),
      ("ipc", "ipc", ["host", "none", "private", "shareable"]), ("pid", "pid", ["host"]),
      ("uts", "uts", ["host"]), ("cgroup", "cgroup", ["private"]),
      ("userns_mode", "userns", ["host"]),
      ("runtime", "runtime", ["runc", "dklab"]),
    ]
    for (key, kind, known) in kinds {
      guard let value = node[key], let text = value.text, !value.isNull, !text.isEmpty else {
        continue
      }
      let canShare = ["network", "ipc", "pid"].contains(kind)
      if canShare, text.hasPrefix("service:") {
        service.sharedWith.append(
          Service.SharedNamespace(kind: kind, service: String(text.dropFirst("service:".count))))
        continue
      }
      guard known.contains(text) || (canShare && text.hasPrefix("container:")) else {
        let forms = known + (canShare ? ["service:NAME", "container:NAME"] : [])
        throw problem(
          value, key, Text("unsupported value `\(text)`", ko: "쓸 수 없는 값 `\(text)`"),
          hint: forms.isEmpty
            ? nil
            : Text(
              "accepted: \(forms.joined(separator: ", "))",
              ko: "쓸 수 있는 값: \(forms.joined(separator: ", "))"))
      }
      switch kind {
      case "network": service.spec.host.networkMode = text
      case "ipc": service.spec.host.ipcMode = text
      case "pid": service.spec.host.pidMode = text
      case "uts": service.spec.host.utsMode = text
      case "userns": service.spec.host.usernsMode = text
      default: break
      }
    }
  }

  mutating func readPorts() throws {
    let shared = service.sharedWith.contains { $0.kind == "network" }
    let mode = node["network_mode"]
    for port in node["ports"]?.sequence ?? [] {
      if shared || mode?.text?.hasPrefix("container:") == true {
        throw problem(
          port, "ports",
          Text(
            "published ports and network_mode `\(mode?.text ?? "")` do not go together",
            ko: "network_mode `\(mode?.text ?? "")`와 포트 게시는 함께 쓸 수 없습니다"),
          hint: Text(
            "publish the port on the service whose network is shared",
            ko: "네트워크를 빌려주는 서비스에서 포트를 게시하세요"))
      }
      guard let target = port["target"]?.text.flatMap({ UInt16($0) }), target > 0 else {
        throw problem(
          port, "ports", Text("the target port is missing", ko: "컨테이너 포트(target)가 없습니다"))
      }
      let transport = port["protocol"]?.text ?? "tcp"
      guard let known = PortProtocol(rawValue: transport) else {
        throw problem(
          port, "ports",
          Text("unsupported protocol `\(transport)`", ko: "쓸 수 없는 프로토콜 `\(transport)`"),
          hint: Text("accepted: tcp, udp", ko: "쓸 수 있는 값: tcp, udp"))
      }
      var request = PortRequest(containerPort: target, protocol: known)
      request.hostIP = port["host_ip"]?.text ?? ""
      request.hostPorts = try published(port)
      service.spec.host.ports.append(request)
      service.portLocations.append(port.location)
      let exposed = "\(target)/\(known.rawValue)"
      if !service.spec.config.exposedPorts.contains(exposed) {
        service.spec.config.exposedPorts.append(exposed)
      }
    }
  }

  private func published(_ port: YAMLNode) throws -> ClosedRange<UInt16>? {
    guard let text = port["published"]?.text, !text.isEmpty, text != "0" else { return nil }
    let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { UInt16($0) }
    guard (1...2).contains(ends.count), let first = ends[0], let last = ends[ends.count - 1],
      first > 0, first <= last
    else {
      throw problem(
        port["published"] ?? port, "ports",
        Text("`\(text)` is not a port", ko: "`\(text)`은(는) 포트가 아닙니다"))
    }
    return first...last
  }
}
