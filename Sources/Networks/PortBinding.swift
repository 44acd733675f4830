import Linux
import Support

/// The transport a port belongs to.
package enum PortProtocol: String, Codable, Sendable, Hashable, CaseIterable {
  case tcp, udp
}

/// A port of a container, published: a fact, with nothing left open.
package struct PortBinding: Codable, Sendable, Hashable {
  /// The host's address that is listened on: `0.0.0.0`, `::`, or one of the host's own.
  package var hostIP: String
  package var hostPort: UInt16
  package var containerPort: UInt16
  package var `protocol`: PortProtocol

  package init(
    hostIP: String, hostPort: UInt16, containerPort: UInt16, protocol: PortProtocol = .tcp
  ) {
    self.hostIP = hostIP
    self.hostPort = hostPort
    self.containerPort = containerPort
    self.protocol = `protocol`
  }
}

extension PortBinding: CustomStringConvertible {
  /// As `docker ps` prints it: `0.0.0.0:8080->80/tcp`, `[::]:8080->80/tcp`.
  package var description: String {
    let ip = hostIP.contains(":") ? "[\(hostIP)]" : hostIP
    return "\(ip):\(hostPort)->\(containerPort)/\(`protocol`.rawValue)"
  }
}
