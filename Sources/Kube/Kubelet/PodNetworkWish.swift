import Documents
import Engine
import Networks
import Support

/// What a pod wants of its network, as the engine is told for its sandbox: addresses, names, ports of
/// the host.
struct PodNetworkWish {
  let pod: JSONValue
  /// The range from which the node gives its pods addresses.
  let range: String
  let network: ClusterNetwork

  func apply(to spec: inout ContainerSpec) {
    let isHost = pod.flag("spec", "hostNetwork")
    // With Kubernetes that is the pod's to say (`hostUsers`), and not the engine's.
    spec.host.usernsMode = "host"
    spec.host.networkMode = isHost ? "host" : PodNetwork.name
    if !isHost {
      var wish = EndpointWish(network: PodNetwork.name)
      wish.range = range
      spec.networks = [wish]
      spec.host.ports = hostPorts
    }
    let subdomain = pod.text("spec", "subdomain")
    if !subdomain.isEmpty, !isHost {
      spec.domainname = "\(subdomain).\(pod.namespace).svc.\(ClusterNetwork.domain)"
    }
    (spec.host.dns, spec.host.dnsSearch, spec.host.dnsOptions) = resolver(isHost: isHost)
  }

  /// Whom the pod asks for names: by its `dnsPolicy`, then what `dnsConfig` adds.
  ///
  /// Simplification: the host's own search list is not put behind the cluster's.
  private func resolver(isHost: Bool) -> ([String], [String], [String]) {
    var (servers, search, options): ([String], [String], [String]) = ([], [], [])
    let policy = pod.text("spec", "dnsPolicy")
    // A pod in the host's network cannot reach services: it asks as the host does.
    if !isHost, policy == "ClusterFirst" || policy == "ClusterFirstWithHostNet" || policy.isEmpty {
      servers = [network.dnsAddress]
      let services = "svc.\(ClusterNetwork.domain)"
      search = ["\(pod.namespace).\(services)", services, ClusterNetwork.domain]
      options = ["ndots:5"]
    }
    guard let config = pod.at("spec", "dnsConfig") else { return (servers, search, options) }
    func add(_ new: [String], to list: inout [String]) {
      for item in new where !list.contains(item) { list.append(item) }
    }
    add(config.list("nameservers").compactMap(\.string), to: &servers)
    add(config.list("searches").compactMap(\.string), to: &search)
    for option in config.list("options") {
      let name = option.text("name")
      options.removeAll { $0 == name || $0.hasPrefix(name + ":") }
      let value = option.text("value")
      options.append(value.isEmpty ? name : "\(name):\(value)")
    }
    return (servers, search, options)
  }

  private var hostPorts: [PortRequest] {
    let containers =
      pod.list("spec", "containers")
      + pod.list("spec", "initContainers").filter { $0.text("restartPolicy") == "Always" }
    return containers.flatMap { $0.list("ports") }.compactMap { port in
      guard let host = port.number("hostPort"), host != 0,
        let container = port.number("containerPort"),
        let kind = PortProtocol(
          rawValue: port.text("protocol").isEmpty ? "tcp" : port.text("protocol").lowercased())
      else { return nil }
      let number = UInt16(clamping: host)
      return PortRequest(
        hostIP: port.text("hostIP"), hostPorts: number...number,
        containerPort: UInt16(clamping: container), protocol: kind)
    }
  }
}
