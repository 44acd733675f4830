// The address under which the network knows this machine: the one that the kernel would write into a
// packet for somewhere far away. To choose it no packet is sent, as connect(2) of a datagram socket only
// looks the way up.
//
// Man pages: udp(7), ip-route(8) (`ip route get` asks the same), getsockname(2).

import Glibc

/// This machine's own address.
package enum HostAddress {
  /// Nil for a machine that is connected to nothing.
  package static var current: IPv4Address? {
    // An address that only the default route leads to (RFC 5737 keeps it for examples).
    guard let far = IPv4Address("203.0.113.1"),
      let socket = try? InternetSocket.connect(.datagram, SocketAddress(.v4(far), port: 9)),
      case .v4(let address) = SocketAddress(of: socket.number)?.address,
      !address.isLoopback, address != .any
    else { return nil }
    return address
  }
}
