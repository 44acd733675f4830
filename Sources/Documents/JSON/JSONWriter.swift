extension JSONValue {
  /// The document as text: on one line without spaces, or indented by four spaces a level as
  /// `docker inspect` prints it. Bytes and numbers are written as Go's encoding/json does without
  /// HTML escaping.
  package func text(pretty: Bool = false) -> String {
    text(indentation: pretty ? 4 : nil)
  }

  /// The document as text, indented by that many spaces a level; nil means on one line.
  package func text(indentation: Int?) -> String {
    String(decoding: bytes(indentation: indentation), as: UTF8.self)
  }

  /// The UTF-8 bytes of `text(indentation:)`.
  package func bytes(indentation: Int? = nil) -> [UInt8] {
    var writer = JSONWriter(indentation: indentation)
    writer.write(self)
    return writer.output
  }
}

struct JSONWriter {
  let indentation: Int?
  var output: [UInt8] = []
  var depth = 0

  init(indentation: Int?) {
    self.indentation = indentation
  }

  mutating func write(_ value: JSONValue) {
    switch value {
    case .null: output += "null".utf8
    case .bool(let value): output += (value ? "true" : "false").utf8
    case .integer(let value): output += String(value).utf8
    case .number(let value): output += JSONValue.text(of: value).utf8
    case .string(let value): write(value)
    case .array(let elements):
      surround("[", elements, "]") { writer, element in writer.write(element) }
    case .object(let members):
      surround("{", members, "}") { writer, member in
        writer.write(member.key)
        writer.output += (writer.indentation == nil ? ":" : ": ").utf8
        writer.write(member.value)
      }
    }
  }

  private mutating func surround<Items: Collection>(
    _ open: String, _ items: Items, _ close: String,
    _ body: (inout JSONWriter, Items.Element) -> Void
  ) {
    output += open.utf8
    depth += 1
    for (number, item) in items.enumerated() {
      if number > 0 { output.append(UInt8(ascii: ",")) }
      newLine()
      body(&self, item)
    }
    depth -= 1
    if !items.isEmpty { newLine() }
    output += close.utf8
  }

  private mutating func newLine() {
    guard let indentation else { return }
    output.append(0x0A)
    output += repeatElement(0x20, count: indentation * depth)
  }

  mutating func write(_ string: String) {
    output.append(UInt8(ascii: "\""))
    var string = string
    string.withUTF8 { write($0) }
    output.append(UInt8(ascii: "\""))
  }

  /// Copies what needs no escape in one piece: that is nearly always all of it.
  private mutating func write(_ text: UnsafeBufferPointer<UInt8>) {
    var copied = 0
    for (place, byte) in text.enumerated() where JSONWriter.isSpecial(byte) {
      // U+2028 and U+2029 are E2 80 A8 and E2 80 A9. In a string the rest of a character is there.
      if byte == 0xE2, !(text[place + 1] == 0x80 && [0xA8, 0xA9].contains(text[place + 2])) {
        continue
      }
      output += text[copied..<place]
      if byte == 0xE2 {
        output += (text[place + 2] == 0xA8 ? "\\u2028" : "\\u2029").utf8
        copied = place + 3
      } else {
        writeEscape(of: byte)
        copied = place + 1
      }
    }
    output += text[copied...]
  }

  private static func isSpecial(_ byte: UInt8) -> Bool {
    byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte == 0xE2
  }

  private mutating func writeEscape(of byte: UInt8) {
    switch byte {
    case UInt8(ascii: "\""): output += "\\\"".utf8
    case UInt8(ascii: "\\"): output += "\\\\".utf8
    case UInt8(ascii: "\n"): output += "\\n".utf8
    case UInt8(ascii: "\r"): output += "\\r".utf8
    case UInt8(ascii: "\t"): output += "\\t".utf8
    case 0x08: output += "\\b".utf8
    case 0x0C: output += "\\f".utf8
    default:
      let hex = String(byte, radix: 16)
      output += ("\\u" + String(repeating: "0", count: 4 - hex.count) + hex).utf8
    }
  }
}

extension JSONValue {
  /// A number in the shortest form that reads back the same: plain below 1e21, else with an
  /// exponent, as ECMAScript and Go write it. Not-a-number and infinity, which JSON lacks, are null.
  package static func text(of number: Double) -> String {
    guard number.isFinite else { return "null" }
    if number == 0 { return number.sign == .minus ? "-0" : "0" }
    let sign = number < 0 ? "-" : ""
    // Swift's description has the shortest digits; only the layout differs.
    let shortest = "\(number.magnitude)".split(separator: "e")
    let parts = (shortest.first ?? "0").split(separator: ".", omittingEmptySubsequences: false)
    let fraction = parts.count > 1 && parts[1] != "0" ? String(parts[1]) : ""
    var digits = String(parts[0]) + fraction
    var pointPlace = parts[0].count + (shortest.count > 1 ? Int(shortest[1]) ?? 0 : 0)
    let leadingZeros = digits.prefix { $0 == "0" }.count
    digits.removeFirst(leadingZeros)
    pointPlace -= leadingZeros
    while digits.last == "0" { digits.removeLast() }
    switch pointPlace {
    case 22..., ..<(-5):
      let exponent = pointPlace - 1
      let mantissa = digits.count == 1 ? digits : "\(digits.prefix(1)).\(digits.dropFirst())"
      return "\(sign)\(mantissa)e\(exponent < 0 ? "-" : "+")\(exponent.magnitude)"
    case ...0:
      return "\(sign)0." + String(repeating: "0", count: -pointPlace) + digits
    case digits.count...:
      return sign + digits + String(repeating: "0", count: pointPlace - digits.count)
    default:
      return "\(sign)\(digits.prefix(pointPlace)).\(digits.dropFirst(pointPlace))"
    }
  }
}
