/// The head of an HTTP answer (RFC 9112).
package struct AnswerHead: Sendable {
  package let status: Int
  package let headers: [(name: String, value: String)]
  /// How many bytes it takes, the empty line included.
  package let length: Int

  /// Nil until all of it is there, and for what is no HTTP.
  package init?(_ bytes: [UInt8]) {
    guard let end = Self.end(of: bytes) else { return nil }
    let lines = String(decoding: bytes[..<end], as: UTF8.self)
      .split(whereSeparator: \.isNewline)
    let words = (lines.first ?? "").split(separator: " ")
    guard words.count >= 2, words[0].hasPrefix("HTTP/1."), let status = Int(words[1]),
      (100...999).contains(status)
    else { return nil }
    self.status = status
    headers = lines.dropFirst().compactMap { line in
      guard let colon = line.firstIndex(of: ":") else { return nil }
      let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
      return (line[..<colon].lowercased(), String(value))
    }
    length = end + 4
  }

  /// Where the empty line begins.
  static func end(of bytes: [UInt8]) -> Int? {
    guard bytes.count >= 4 else { return nil }
    return bytes.indices.dropLast(3).first { index in
      bytes[index] == 13 && bytes[index + 1] == 10 && bytes[index + 2] == 13
        && bytes[index + 3] == 10
    }
  }

  /// The first value of a header, by its name in small letters.
  package subscript(name: String) -> String? { headers.first { $0.name == name }?.value }

  /// All values of a header.
  package func all(_ name: String) -> [String] {
    headers.filter { $0.name == name }.map(\.value)
  }
}
