import Glibc

/// An address and a port, kept as the sockaddr the kernel uses (ip(7), ipv6(7)).
package struct SocketAddress: Sendable, Hashable {
  private let bytes: [UInt8]

  package init(_ address: IPAddress, port: UInt16) {
    switch address {
    case .v4(let address):
      var raw = sockaddr_in()
      raw.sin_family = sa_family_t(AF_INET)
      raw.sin_port = port.bigEndian
      raw.sin_addr.s_addr = address.value.bigEndian
      bytes = withUnsafeBytes(of: raw) { Array($0) }
    case .v6(let octets):
      var raw = sockaddr_in6()
      raw.sin6_family = sa_family_t(AF_INET6)
      raw.sin6_port = port.bigEndian
      withUnsafeMutableBytes(of: &raw.sin6_addr) { $0.copyBytes(from: octets) }
      bytes = withUnsafeBytes(of: raw) { Array($0) }
    }
  }

  /// From what a system call filled in.
  init(raw: some Collection<UInt8>) {
    bytes = Array(raw)
  }

  /// The local end of `fd`; nil when it is no bound internet socket.
  package init?(of fd: Int32) {
    var storage = sockaddr_storage()
    var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let result = withUnsafeMutablePointer(to: &storage) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(fd, $0, &size) }
    }
    guard result == 0 else { return nil }
    self.init(raw: withUnsafeBytes(of: storage) { Array($0.prefix(Int(size))) })
    guard address != nil else { return nil }
  }

  /// AF_INET or AF_INET6.
  var family: Int32 {
    bytes.count >= 2 ? Int32(bytes[...].number(at: 0, as: sa_family_t.self)) : 0
  }

  package var port: UInt16 {
    bytes.count >= 4 ? UInt16(bigEndian: bytes[...].number(at: 2, as: UInt16.self)) : 0
  }

  package var address: IPAddress? {
    switch family {
    case AF_INET where bytes.count >= 8: IPAddress(bytes: Array(bytes[4..<8]))
    case AF_INET6 where bytes.count >= 24: IPAddress(bytes: Array(bytes[8..<24]))
    default: nil
    }
  }

  func withPointer<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
    bytes.withUnsafeBytes { raw in
      raw.withMemoryRebound(to: sockaddr.self) { rebound in
        // A socket address is never empty; the fallback is refused by the kernel.
        guard let base = rebound.baseAddress else {
          var nothing = sockaddr()
          return body(&nothing, 0)
        }
        return body(base, socklen_t(bytes.count))
      }
    }
  }
}

extension SocketAddress: CustomStringConvertible {
  package var description: String {
    guard let address else { return "?" }
    return address.isV6 ? "[\(address)]:\(port)" : "\(address):\(port)"
  }
}
