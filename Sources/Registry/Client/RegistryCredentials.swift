import Images

/// Who one is at a registry.
package struct RegistryCredentials: Sendable, Hashable {
  package var user: String
  package var secret: String
  /// Given by a registry's login in exchange for the password.
  package var identityToken: String?

  package init(user: String, secret: String, identityToken: String? = nil) {
    self.user = user
    self.secret = secret
    self.identityToken = identityToken
  }

  /// For basic authentication; nil when there is only an identity token.
  var basicHeader: String? {
    identityToken == nil ? "Basic " + Base64.encode(Array("\(user):\(secret)".utf8)) : nil
  }
}

/// Bytes as text (RFC 4648, section 4).
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

  /// Padding may be missing, line ends are skipped; nil for anything else that is not base64.
  package static func decode(_ text: String) -> [UInt8]? {
    var result: [UInt8] = []
    var value = 0
    var bits = 0
    for byte in text.utf8 where byte != 0x0a && byte != 0x0d {
      if byte == UInt8(ascii: "=") { break }
      guard let index = letters.firstIndex(of: byte) else { return nil }
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
