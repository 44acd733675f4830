// What `--link` of the default bridge puts into a container's environment, as it was done before there
// were names on networks: `link:db` gives DB_NAME, for each port that the other exposes DB_PORT_5432_TCP
// and its parts, and the other's own variables as DB_ENV_…. Of the addresses only the ones at the start
// count: they do not change with the other container.

import Linux
import Support

extension Engine {
  /// The variables of the links of `record`; empty on networks that users made.
  func linkEnvironment(_ record: ContainerRecord) throws -> [String] {
    var result: [String] = []
    for wish in record.spec.networks where !wish.links.isEmpty {
      guard let network = try? findNetwork(wish.network == "default" ? "bridge" : wish.network),
        !network.resolvesNames
      else { continue }
      for link in wish.links {
        let parts = link.split(separator: ":", maxSplits: 1).map(String.init)
        guard let target = parts.first, let other = try? container(target) else { continue }
        let there = other.state.networks.first { $0.networkID == network.id }
        guard let address = there?.endpoint?.address else { continue }
        result += LinkEnvironment.variables(
          alias: parts.count > 1 ? parts[1] : other.name, of: record.name, address: "\(address)",
          ports: other.spec.config.exposedPorts, environment: other.spec.config.env ?? [])
      }
    }
    return result
  }
}

/// The variables of one link.
enum LinkEnvironment {
  /// - Parameters:
  ///   - owner: the name of the container that has the link.
  ///   - ports: `5432/tcp`, as the other exposes them.
  static func variables(
    alias: String, of owner: String, address: String, ports: [String], environment: [String]
  ) -> [String] {
    let prefix = alias.uppercased().replacing("-", with: "_")
    let exposed = ports.compactMap { text -> (port: Int, proto: String)? in
      let parts = text.split(separator: "/").map(String.init)
      return parts.first.flatMap { Int($0) }.map { ($0, parts.count > 1 ? parts[1] : "tcp") }
    }.sorted { ($0.port, $0.proto) < ($1.port, $1.proto) }
    var result: [String] = []
    if let first = exposed.first {
      result.append("\(prefix)_PORT=\(first.proto)://\(address):\(first.port)")
    }
    for (port, proto) in exposed {
      let name = "\(prefix)_PORT_\(port)_\(proto.uppercased())"
      result += [
        "\(name)=\(proto)://\(address):\(port)", "\(name)_ADDR=\(address)", "\(name)_PORT=\(port)",
        "\(name)_PROTO=\(proto)",
      ]
    }
    result.append("\(prefix)_NAME=/\(owner)/\(alias)")
    // What every image sets says nothing about this one.
    return result
      + environment.filter { $0.contains("=") && !$0.hasPrefix("HOME=") && !$0.hasPrefix("PATH=") }
      .map { "\(prefix)_ENV_\($0)" }
  }
}
