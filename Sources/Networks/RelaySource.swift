// Connecting in somebody else's name.
//
// A relay makes a connection of its own to the container, and so the container would see the relay as
// its client: no address in a log would mean anything. A socket with IP_TRANSPARENT may take any
// address as its own. Packets to the container then carry the client's; what the container answers is
// sent to the client's address, through its gateway, which is where the relay is. Normally it would be
// passed on from there. A routing rule stops it: what comes in through the bridge *from the published
// port* is looked up in a table in which every address is local, and so reaches the relay's socket.
//
//     client 192.168.1.7 ──▶ host:8080 ─ relay ─▶ 192.168.1.7 → 172.17.0.2:80 ─▶ container
//                                        relay ◀─ table 100 ◀─ 172.17.0.2:80 → 192.168.1.7
//
// Neither a packet filter nor a change to the host is needed. A client on the same subnet as the
// container would be answered without passing the gateway, and one at 127.0.0.1 not at all: for them
// the gateway's address stands, as with Docker.
//
// Man pages: ip(7), ip-rule(8). Next: RoutingRule in Linux.

import Glibc
import Linux
import Support

/// Whose addresses a relay may use.
package struct RelaySource: Sendable {
  /// The table in which every address is this machine's.
  private static let table: UInt32 = 100

  private let neighbours: [IPv4Subnet]

  /// Makes the rules for `ports` of containers on `bridge`, in the namespace the caller is in; nil
  /// where the kernel cannot. `neighbours` are the networks the container is on.
  ///
  /// The rules stay: they speak of a bridge and a port, not of a container, and the next one needs
  /// them again.
  package init?(ports: [PortBinding], bridge: String, neighbours: [IPv4Subnet]) {
    self.neighbours = neighbours
    var numbers: Set<RoutingRule.Port> = []
    for port in ports {
      numbers.insert(
        RoutingRule.Port(
          protocol: port.protocol == .tcp ? 6 : 17, number: port.containerPort))
    }
    do {
      var netlink = try NetlinkSocket()
      for number in numbers {
        try netlink.make(
          .addRule(
            RoutingRule(
              priority: 900, from: bridge, sourcePort: number,
              .lookUp(table: RelaySource.table))))
      }
      try netlink.make(.addLocalRoute(table: RelaySource.table, index: 1))
    } catch {
      return nil
    }
  }

  /// Connects to `address` as `client` if that can be, else as the relay itself.
  static func connect(
    _ kind: InternetSocket.Kind, _ address: SocketAddress, for client: IPAddress?,
    _ source: RelaySource?
  ) throws -> FileDescriptor {
    if let source, case .v4(let client)? = client, !client.isLoopback,
      !source.neighbours.contains(where: { $0.contains(client) })
    {
      if let made = try? InternetSocket.connect(kind, address, from: client) { return made }
    }
    return try InternetSocket.connect(kind, address)
  }
}

extension NetlinkSocket {
  /// Carries out `request`; what is there already is fine.
  fileprivate mutating func make(_ request: NetlinkRequest) throws {
    do {
      try perform([request])
    } catch let error as SyscallError where error.errno == EEXIST {}
  }
}
