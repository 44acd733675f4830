/// The part of a target after `?`, decoded: `a=1&b=x%20y&flag`. Repeated names keep all their values
/// in order.
package struct QueryParameters: Sendable, Equatable {
  private var values: [(name: String, value: String)] = []

  /// Reads `text`; pieces that are not percent-encoded properly are taken as they are.
  package init(_ text: String = "") {
    for piece in text.split(separator: "&") {
      let pair = piece.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let decoded = pair.map { half in
        let spaced = String(half.map { $0 == "+" ? " " : $0 })
        return PercentEncoding.decode(spaced) ?? spaced
      }
      values.append((decoded[0], decoded.count > 1 ? decoded[1] : ""))
    }
  }

  /// The first value of `name`; nil when it was not given.
  package subscript(name: String) -> String? {
    values.first { $0.name == name }?.value
  }

  /// All values of `name`.
  package func all(_ name: String) -> [String] {
    values.filter { $0.name == name }.map(\.value)
  }

  /// All names, in order, with repetitions.
  package var names: [String] { values.map(\.name) }

  package static func == (left: QueryParameters, right: QueryParameters) -> Bool {
    left.values.elementsEqual(right.values) { $0 == $1 }
  }
}

/// Percent-encoding of URLs (RFC 3986, section 2.1).
package enum PercentEncoding {
  /// The text with every `%XX` replaced; nil when one is not two hexadecimal digits, or when the
  /// result is not UTF-8.
  package static func decode(_ text: String) -> String? {
    guard text.utf8.contains(UInt8(ascii: "%")) else { return text }
    var result: [UInt8] = []
    var bytes = text.utf8.makeIterator()
    while let byte = bytes.next() {
      guard byte == UInt8(ascii: "%") else {
        result.append(byte)
        continue
      }
      guard let high = bytes.next().flatMap(digit), let low = bytes.next().flatMap(digit)
      else { return nil }
      result.append(high << 4 | low)
    }
    return String(validating: result, as: UTF8.self)
  }

  /// The text with everything but letters, digits and `-._~` (and `kept`) encoded.
  package static func encode(_ text: String, keeping kept: String = "") -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    let plain = Set("-._~".utf8).union(kept.utf8)
    var result: [UInt8] = []
    for byte in text.utf8 {
      let isPlain =
        plain.contains(byte) || (48...57).contains(byte) || (65...90).contains(byte)
        || (97...122).contains(byte)
      result +=
        isPlain ? [byte] : [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }
    return String(decoding: result, as: UTF8.self)
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 48...57: byte - 48
    case 65...70: byte - 55
    case 97...102: byte - 87
    default: nil
    }
  }
}

extension PercentEncoding {
  /// `a=b&c=d`: a query, or the body of a form.
  package static func form(_ fields: [(String, String)]) -> String {
    fields.map { "\(encode($0.0))=\(encode($0.1))" }.joined(separator: "&")
  }
}
