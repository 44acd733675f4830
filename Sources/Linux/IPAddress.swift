import Glibc

/// An address of either internet family.
package enum IPAddress: Sendable, Hashable {
  case v4(IPv4Address)
  /// Sixteen bytes in network order.
  case v6([UInt8])

  /// From text in dotted or colon notation; nil when it is neither.
  package init?(_ text: String) {
    if let address = IPv4Address(text) {
      self = .v4(address)
      return
    }
    var bytes = [UInt8](repeating: 0, count: 16)
    guard inet_pton(AF_INET6, text, &bytes) == 1 else { return nil }
    self = .v6(bytes)
  }

  /// From 4 or 16 bytes in network order.
  package init?(bytes: [UInt8]) {
    switch bytes.count {
    case 4: self = .v4(IPv4Address(bytes[0], bytes[1], bytes[2], bytes[3]))
    case 16: self = .v6(bytes)
    default: return nil
    }
  }

  package static let anyV6 = IPAddress.v6([UInt8](repeating: 0, count: 16))

  /// 127.0.0.0/8 or ::1.
  package var isLoopback: Bool {
    switch self {
    case .v4(let address): address.isLoopback
    case .v6(let bytes): bytes[..<15].allSatisfy { $0 == 0 } && bytes[15] == 1
    }
  }

  /// 0.0.0.0 or ::, which mean every address of the machine.
  package var isAny: Bool { self == .v4(.any) || self == .anyV6 }

  package var isV6: Bool {
    if case .v6 = self { true } else { false }
  }
}

extension IPAddress: CustomStringConvertible {
  package var description: String {
    switch self {
    case .v4(let address): return address.description
    case .v6(let bytes):
      var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
      inet_ntop(AF_INET6, bytes, &text, socklen_t(text.count))
      return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
  }
}
