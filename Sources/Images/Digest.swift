import Support

/// The name of a content: `sha256:` and 64 hexadecimal digits (OCI image-spec, descriptor.md).
/// Equal digests are equal contents.
package struct Digest: Sendable, Hashable {
  /// The 64 lower-case digits.
  package let hex: String

  /// From 64 lower-case hexadecimal digits; nil for anything else.
  package init?(hex: some StringProtocol) { self.init(hex: String(hex)) }

  package init?(hex: String) {
    // Not by the view of any string's bytes: to find that view's type takes longer than reading it.
    var digits = hex
    let isValid = digits.withUTF8 { bytes in
      bytes.count == 64 && bytes.allSatisfy(Digest.isHexadecimal)
    }
    guard isValid else { return nil }
    self.hex = digits
  }

  /// From the 32 bytes of the hash.
  package init(bytes: some Sequence<UInt8>) {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    text.reserveCapacity(64)
    for byte in bytes {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    precondition(text.count == 64)
    hex = String(decoding: text, as: UTF8.self)
  }

  /// From `sha256:HEX`; nil for anything else.
  package init?(_ text: some StringProtocol) { self.init(String(text)) }

  package init?(_ text: String) {
    guard text.hasPrefix("sha256:") else { return nil }
    self.init(hex: String(text.dropFirst(7)))
  }

  /// The first 12 digits: what tables print.
  package var short: String {
    String(hex.prefix(12))
  }

  static func isHexadecimal(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
      || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
  }
}

extension Digest: CustomStringConvertible {
  package var description: String { "sha256:\(hex)" }
}

extension Digest: Comparable {
  package static func < (left: Digest, right: Digest) -> Bool { left.hex < right.hex }
}

extension Digest: Codable {
  package init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    guard let digest = Digest(text) else {
      throw DecodingError.dataCorrupted(
        .init(
          codingPath: decoder.codingPath,
          debugDescription: "\"\(text)\" is not sha256: and 64 hexadecimal digits"))
    }
    self = digest
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
