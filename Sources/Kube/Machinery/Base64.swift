/// Base64 (RFC 4648), as values of Secrets, tokens and certificates are written.
package enum Base64 {
  private static let standard = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  private static let url = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

  /// The bytes as text; the alphabet for URLs goes without padding.
  package static func encode(_ bytes: some Sequence<UInt8>, isURL: Bool = false) -> String {
    let alphabet = isURL ? url : standard
    var output: [UInt8] = []
    var buffer = 0
    var bits = 0
    for byte in bytes {
      buffer = (buffer << 8 | Int(byte)) & 0xffffff
      bits += 8
      while bits >= 6 {
        bits -= 6
        output.append(alphabet[buffer >> bits & 63])
      }
    }
    if bits > 0 { output.append(alphabet[buffer << (6 - bits) & 63]) }
    while !isURL && output.count % 4 != 0 { output.append(0x3d) }
    return String(decoding: output, as: UTF8.self)
  }

  /// The bytes of `text` in either alphabet, with or without padding and line ends; nil when it is
  /// no Base64.
  package static func decode(_ text: String) -> [UInt8]? {
    var output: [UInt8] = []
    var buffer = 0
    var bits = 0
    var isPadding = false
    for character in text.utf8 {
      let value: Int
      switch character {
      case 0x41...0x5a: value = Int(character) - 0x41
      case 0x61...0x7a: value = Int(character) - 0x61 + 26
      case 0x30...0x39: value = Int(character) - 0x30 + 52
      case 0x2b, 0x2d: value = 62
      case 0x2f, 0x5f: value = 63
      case 0x3d:
        isPadding = true
        continue
      case 0x0a, 0x0d: continue
      default: return nil
      }
      guard !isPadding else { return nil }
      buffer = (buffer << 6 | value) & 0xffffff
      bits += 6
      if bits >= 8 {
        bits -= 8
        output.append(UInt8(buffer >> bits & 255))
      }
    }
    return bits == 6 ? nil : output
  }
}
