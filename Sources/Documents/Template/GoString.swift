/// Go's string literals.
enum GoString {
  /// The text of a literal in double, single or back quotes; nil when an escape is wrong.
  static func unquote(_ literal: String) -> String? {
    guard let quote = literal.first, literal.count >= 2 else { return nil }
    let body = literal.dropFirst().dropLast()
    if quote == "`" { return String(body).replacing("\r", with: "") }
    var bytes: [UInt8] = []
    var rest = Array(body.unicodeScalars)[...]
    while let scalar = rest.popFirst() {
      guard scalar == "\\" else {
        bytes += Array(String(Character(scalar)).utf8)
        continue
      }
      guard let kind = rest.popFirst() else { return nil }
      switch kind {
      case "a": bytes.append(7)
      case "b": bytes.append(8)
      case "f": bytes.append(12)
      case "n": bytes.append(10)
      case "r": bytes.append(13)
      case "t": bytes.append(9)
      case "v": bytes.append(11)
      case "\\": bytes.append(92)
      case "'" where quote == "'", "\"" where quote == "\"": bytes.append(UInt8(kind.value))
      case "x":
        guard let code = number(&rest, digits: 2, radix: 16) else { return nil }
        bytes.append(UInt8(truncatingIfNeeded: code))
      case "u", "U":
        guard let code = number(&rest, digits: kind == "u" ? 4 : 8, radix: 16),
          let scalar = Unicode.Scalar(code)
        else { return nil }
        bytes += Array(String(Character(scalar)).utf8)
      case "0"..."7":
        rest = [kind] + rest
        guard let code = number(&rest, digits: 3, radix: 8), code < 256 else { return nil }
        bytes.append(UInt8(code))
      default: return nil
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func number(
    _ rest: inout ArraySlice<Unicode.Scalar>, digits: Int, radix: Int
  ) -> UInt32? {
    guard rest.count >= digits else { return nil }
    let text = String(String.UnicodeScalarView(rest.prefix(digits)))
    rest.removeFirst(digits)
    return UInt32(text, radix: radix)
  }
}
