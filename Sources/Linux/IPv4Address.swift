import Support

/// An IPv4 address as one number, most significant octet first.
package struct IPv4Address: Sendable, Hashable, Comparable {
  package var value: UInt32

  package init(value: UInt32) {
    self.value = value
  }

  package init(_ a: UInt8, _ b: UInt8, _ c: UInt8, _ d: UInt8) {
    value = UInt32(a) << 24 | UInt32(b) << 16 | UInt32(c) << 8 | UInt32(d)
  }

  /// From dotted-decimal text; nil unless it is exactly four numbers from 0 to 255.
  package init?(_ text: String) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    var value: UInt32 = 0
    for part in parts {
      guard (1...3).contains(part.utf8.count), part.utf8.allSatisfy({ (48...57).contains($0) }),
        let octet = UInt8(part), part == "0" || !part.hasPrefix("0")
      else { return nil }
      value = value << 8 | UInt32(octet)
    }
    self.value = value
  }

  /// The four octets in network order.
  package var octets: [UInt8] {
    [UInt8(value >> 24), UInt8(value >> 16 & 255), UInt8(value >> 8 & 255), UInt8(value & 255)]
  }

  package static let any = IPv4Address(value: 0)
  package static let loopback = IPv4Address(127, 0, 0, 1)

  /// Whether it lies in 127.0.0.0/8.
  package var isLoopback: Bool { value >> 24 == 127 }

  package static func < (left: Self, right: Self) -> Bool { left.value < right.value }
}

extension IPv4Address: CustomStringConvertible, Codable {
  package var description: String { octets.map(String.init).text(separatedBy: ".") }

  package init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    guard let address = IPv4Address(text) else {
      throw DklabError(
        .invalid, id: "address.invalid",
        Text("not an IPv4 address: \"\(text)\"", ko: "IPv4 주소가 아닙니다: \"\(text)\""))
    }
    self = address
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}

/// A range of addresses written as `172.17.0.0/16`.
package struct IPv4Subnet: Sendable, Hashable {
  /// The first address of the range.
  package let base: IPv4Address
  package let prefixLength: Int

  /// The subnet of this length that holds `address`.
  package init(_ address: IPv4Address, prefixLength: Int) {
    precondition((0...32).contains(prefixLength))
    self.prefixLength = prefixLength
    base = IPv4Address(value: address.value & IPv4Subnet.mask(prefixLength))
  }

  /// From `ADDRESS/LENGTH`; nil when it is not that.
  package init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let address = IPv4Address(String(parts[0])),
      let length = Int(parts[1]), (0...32).contains(length)
    else { return nil }
    self.init(address, prefixLength: length)
  }

  private static func mask(_ length: Int) -> UInt32 {
    length == 0 ? 0 : UInt32.max << UInt32(32 - length)
  }

  package var broadcast: IPv4Address {
    IPv4Address(value: base.value | ~IPv4Subnet.mask(prefixLength))
  }

  /// The addresses an interface may have: all but the first and the last.
  package var hosts: ClosedRange<UInt32> {
    prefixLength >= 31
      ? base.value...broadcast.value : (base.value + 1)...(broadcast.value - 1)
  }

  package func contains(_ address: IPv4Address) -> Bool {
    address.value & IPv4Subnet.mask(prefixLength) == base.value
  }

  package func overlaps(_ other: IPv4Subnet) -> Bool {
    contains(other.base) || other.contains(base)
  }
}

extension IPv4Subnet: CustomStringConvertible, Codable {
  package var description: String { "\(base)/\(prefixLength)" }

  package init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    guard let subnet = IPv4Subnet(text) else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "not an IPv4 subnet: \(text)"))
    }
    self = subnet
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
