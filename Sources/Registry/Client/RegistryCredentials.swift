import Images

/// Who one is at a registry.
package struct RegistryCredentials: Sendable, Hashable {
  package var user: String
  package var secret: String
  /// Given by a registry's login in exchange for the password.
  package var identityToken: String?
  /// Where somebody else has asked for the registry's token already.
  package var registryToken: String?

  package init(
    user: String, secret: String, identityToken: String? = nil, registryToken: String? = nil
  ) {
    self.user = user
    self.secret = secret
    self.identityToken = identityToken
    self.registryToken = registryToken
  }

  /// For basic authentication; nil when there are only tokens.
  var basicHeader: String? {
    if identityToken != nil || (user.isEmpty && registryToken != nil) { return nil }
    return "Basic " + Base64.encode(Array("\(user):\(secret)".utf8))
  }
}

/// Bytes as text (RFC 4648, sections 4 and 5).
package enum Base64 {
  private static let letters = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  /// With padding.
  package static func encode(_ bytes: [UInt8]) -> String {
    var result: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      let value = (0..<3).reduce(0) { value, place in
        value << 8 | (place < group.count ? Int(group[start + place]) : 0)
      }
      for place in 0..<4 {
        let index = value >> (18 - 6 * place) & 63
        result.append(place <= group.count ? letters[index] : UInt8(ascii: "="))
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  /// In either alphabet. Padding may be missing, line ends are skipped; nil for anything else that is
  /// not base64.
  package static func decode(_ text: String) -> [UInt8]? {
    var result: [UInt8] = []
    var value = 0
    var bits = 0
    for byte in text.utf8 where byte != 0x0a && byte != 0x0d {
      if byte == UInt8(ascii: "=") { break }
      // `-` and `_` are what URLs have instead of `+` and `/`.
      let letter = byte == UInt8(ascii: "-") ? 0x2b : byte == UInt8(ascii: "_") ? 0x2f : byte
      guard let index = letters.firstIndex(of: letter) else { return nil }
      value = (value << 6 | index) & 0xffff
      bits += 6
      if bits >= 8 {
        bits -= 8
        result.append(UInt8(value >> bits & 255))
      }
    }
    return bits < 6 ? result : nil
  }
}
