// The rules by which the kernel leads a connection to a service to one of its pods.
//
//     a packet to 10.96.0.10:53/udp
//       └─ map service-ports ─▶ chain of the port ─▶ chain of an endpoint, by chance ─▶ dnat
//
// It is the first packet of a connection that takes this way; the kernel remembers what became of it
// (conntrack) and treats those that follow, and the answers, alike. A client that is to keep its
// endpoint stands in a set, for some time. A pod that reaches itself through its service would
// answer itself directly: for such connections the gateway's address stands as the client's.
//
// A change is one transaction that touches only what is different, so that the sets keep what they
// know. `dklab kube rules` prints the result.
//
// Simplification: the answers of UDP services that a pod has stopped giving are not cut off; their
// entries in the kernel's memory end after half a minute of silence.
//
// Man page: nft(8). Next: ProxyMain.swift.

/// The packet filter's rules for a list of service ports.
// lab: service-rules
struct ProxyRules: Equatable {
  static let table = "kube-proxy"

  private var chains: [String: [String]] = [:]
  private var sets: [String: Int] = [:]
  private var services: [String] = []
  private var hairpins: Set<String> = []

  /// The rules for `ports`. Those without endpoints have none: the address refuses.
  init(_ ports: [ServicePort]) {
    for port in ports where !port.endpoints.isEmpty && ["tcp", "udp"].contains(port.transport) {
      let name = "\(port.namespace)/\(port.service)/\(port.transport)/\(port.port)"
      var rules: [String] = []
      var targets: [String] = []
      for endpoint in port.endpoints {
        let place = "\(name)/\(endpoint.address)/\(endpoint.port)"
        var leads = [
          "meta l4proto \(port.transport) dnat to \(endpoint.address):\(endpoint.port)"
        ]
        if let seconds = port.affinity {
          sets["clients-\(place)"] = seconds
          leads.insert("update @clients-\(place) { ip saddr }", at: 0)
          rules.append("ip saddr @clients-\(place) goto endpoint-\(place)")
        }
        chains["endpoint-\(place)"] = leads
        targets.append("endpoint-\(place)")
        hairpins.insert("\(endpoint.address) . \(endpoint.address)")
      }
      rules.append(Self.byChance(targets))
      chains["service-\(name)"] = rules
      services.append("\(port.clusterIP) . \(port.transport) . \(port.port) : goto service-\(name)")
    }
    services.sort()
  }

  private static func byChance(_ targets: [String]) -> String {
    guard targets.count > 1 else { return "goto \(targets[0])" }
    let choices = targets.enumerated().map { "\($0.offset) : goto \($0.element)" }
    return "numgen random mod \(targets.count) vmap { \(choices.joined(separator: ", ")) }"
  }

  /// What nft is to do so that these rules hold; `before` are those that do now, nil when that is not
  /// known.
  func script(after before: ProxyRules?) -> String {
    let table = "ip \(Self.table)"
    let old = before ?? ProxyRules([])
    var lines = before == nil ? [Self.base] : []
    lines += ["flush map \(table) service-ports", "flush set \(table) hairpins"]
    let stale = old.chains.filter { chains[$0.key] != $0.value }.keys.sorted()
    lines += stale.map { "flush chain \(table) \($0)" }
    lines += stale.filter { chains[$0] == nil }.map { "delete chain \(table) \($0)" }
    let dropped = old.sets.filter { sets[$0.key] != $0.value }.keys.sorted()
    // Chains that still look into a set whose time has changed are filled anew.
    let renewed = chains.keys.filter { chain in
      old.chains[chain] == chains[chain]
        && dropped.contains { set in chains[chain]?.contains { $0.contains("@\(set) ") } ?? false }
    }.sorted()
    lines += renewed.map { "flush chain \(table) \($0)" }
    lines += dropped.map { "delete set \(table) \($0)" }
    for (name, seconds) in sets.sorted(by: { $0.key < $1.key }) where old.sets[name] != seconds {
      lines.append(
        "add set \(table) \(name) { type ipv4_addr; flags dynamic,timeout; timeout \(seconds)s; }")
    }
    let new = chains.filter { old.chains[$0.key] != $0.value }.keys.sorted()
    lines += new.filter { old.chains[$0] == nil }.map { "add chain \(table) \($0)" }
    for name in new + renewed {
      lines += (chains[name] ?? []).map { "add rule \(table) \(name) \($0)" }
    }
    if !services.isEmpty {
      lines.append("add element \(table) service-ports { \(services.joined(separator: ", ")) }")
      let pairs = hairpins.sorted().joined(separator: ", ")
      lines.append("add element \(table) hairpins { \(pairs) }")
    }
    return lines.joined(separator: "\n")
  }

  /// What is always there. The first line makes the second one succeed.
  private static let base = """
    add table ip \(table)
    delete table ip \(table)
    add table ip \(table)
    add map ip \(table) service-ports { type ipv4_addr . inet_proto . inet_service : verdict; }
    add set ip \(table) hairpins { type ipv4_addr . ipv4_addr; }
    add chain ip \(table) prerouting { type nat hook prerouting priority -100; }
    add chain ip \(table) output { type nat hook output priority -100; }
    add chain ip \(table) postrouting { type nat hook postrouting priority 100; }
    add rule ip \(table) prerouting ip daddr . meta l4proto . th dport vmap @service-ports
    add rule ip \(table) output ip daddr . meta l4proto . th dport vmap @service-ports
    add rule ip \(table) postrouting ip saddr . ip daddr @hairpins masquerade
    """
}
