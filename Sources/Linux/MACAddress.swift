import Support

/// An Ethernet address.
package struct MACAddress: Sendable, Hashable {
  /// Six octets.
  package let octets: [UInt8]

  package init?(octets: [UInt8]) {
    guard octets.count == 6 else { return nil }
    self.octets = octets
  }

  /// The address Docker derives from a container's IPv4 address: 02:42 and the four octets. The 02
  /// marks it as locally administered.
  package init(for address: IPv4Address) {
    octets = [0x02, 0x42] + address.octets
  }

  /// From six hexadecimal pairs joined by colons.
  package init?(_ text: String) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    let octets = parts.compactMap { part in
      part.utf8.count == 2 && part.allSatisfy(\.isHexDigit) ? UInt8(part, radix: 16) : nil
    }
    guard parts.count == 6, octets.count == 6 else { return nil }
    self.octets = octets
  }
}

extension MACAddress: CustomStringConvertible, Codable {
  package var description: String {
    octets.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: ":")
  }

  package init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    guard let address = MACAddress(text) else {
      throw DklabError(
        .invalid, id: "mac.invalid",
        Text("not a MAC address: \"\(text)\"", ko: "MAC 주소가 아닙니다: \"\(text)\""))
    }
    self = address
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
