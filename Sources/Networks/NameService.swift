import Glibc
import Linux
import Support

/// Where a container's name server asks for what it does not know.
///
/// The two sockets are opened in the host's network namespace by the command that starts the
/// container, and stay there: so the host's own resolvers can be asked, also one on its loopback
/// address, and also when containers have no way out.
package struct NameService: Codable, Sendable, Hashable {
  /// Resolvers, in the order in which they are asked.
  package var servers: [String]
  /// They are the host's, to be asked from there; else the user's (`--dns`), asked from where the
  /// container is.
  package var isHost: Bool
  /// A UDP socket and a TCP socket of the host's namespace, by number; owned by whoever holds this.
  package var datagrams: Int32
  package var stream: Int32
  /// Names that only this container has for others: `--link`.
  package var links: [String: String]

  /// Opens the sockets in the namespace the caller is in. `servers` are those of `--dns`.
  package static func open(servers: [String], links: [String: String]) throws -> NameService {
    let chosen = servers.filter { IPv4Address($0) != nil }
    return NameService(
      servers: chosen.isEmpty ? ResolverConfiguration.hostServers() : chosen,
      isHost: chosen.isEmpty,
      datagrams: try InternetSocket.make(.datagram).release(),
      stream: try InternetSocket.make(.stream).release(), links: links)
  }

  package var descriptors: [Int32] { [datagrams, stream] }

  /// The same with the sockets' numbers as another process has them.
  package func renumbered(from first: Int32) -> NameService {
    var result = self
    result.datagrams = first
    result.stream = first + 1
    return result
  }
}
