import Glibc
import Linux
import Support

/// What one network namespace holds: the links, addresses and routes a check or `inspect` reads.
package struct NetworkObservation: Sendable {
  package var links: [NetworkLink]
  package var addresses: [NetworkAddress]
  package var routes: [NetworkRoute]

  /// Of the namespace the caller is in.
  package static func observe() throws -> NetworkObservation {
    try observe(NetlinkSocket())
  }

  /// Of the namespace process `pid` is in.
  package static func observe(pid: pid_t) throws -> NetworkObservation {
    try observe(NetlinkSocket(in: NetworkNamespace(of: pid)))
  }

  /// Of the namespace kept at `path`.
  package static func observe(path: String) throws -> NetworkObservation {
    try observe(NetlinkSocket(in: NetworkNamespace(path: path)))
  }

  private static func observe(_ socket: consuming NetlinkSocket) throws -> NetworkObservation {
    var socket = socket
    return NetworkObservation(
      links: try socket.links(), addresses: try socket.addresses(), routes: try socket.routes())
  }

  /// The interface called `name`.
  package func link(_ name: String) -> NetworkLink? { links.first { $0.name == name } }

  /// The addresses of the interface called `name`, as `172.17.0.2/16`.
  package func addresses(of name: String) -> [String] {
    guard let index = link(name)?.index else { return [] }
    return addresses.filter { $0.link == index }.map { "\($0.address)/\($0.prefixLength)" }
  }

  /// Where packets for everywhere else go.
  package var defaultGateway: IPv4Address? {
    routes.first { $0.destination == nil && $0.gateway != nil }?.gateway
  }

  /// The ports of the bridge called `name`.
  package func ports(of name: String) -> [NetworkLink] {
    guard let index = link(name)?.index else { return [] }
    return links.filter { $0.master == index }
  }
}
