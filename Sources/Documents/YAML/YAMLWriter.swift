/// Writes JSON values as YAML in block style, the way Go programs print it (go-yaml 3): two spaces a
/// level, lists indented under their key, no line is folded.
package enum YAMLWriter {
  /// The document, with a line end.
  package static func text(_ value: JSONValue) -> String {
    var lines = ""
    write(value, indent: 0, into: &lines)
    return lines
  }

  private static func write(_ value: JSONValue, indent: Int, into text: inout String) {
    switch value {
    case .object(let members) where !members.isEmpty:
      for (key, member) in zip(members.keys, members.values) {
        text += spaces(indent) + YAMLScalar.text(key) + ":"
        writeMember(member, indent: indent, into: &text)
      }
    case .array(let items) where !items.isEmpty:
      for item in items {
        text += spaces(indent) + "-"
        writeItem(item, indent: indent, into: &text)
      }
    default: text += spaces(indent) + inline(value, indent: indent) + "\n"
    }
  }

  /// What stands after `key:`.
  private static func writeMember(_ value: JSONValue, indent: Int, into text: inout String) {
    switch value {
    case .object(let members) where !members.isEmpty:
      text += "\n"
      write(value, indent: indent + 2, into: &text)
    case .array(let items) where !items.isEmpty:
      text += "\n"
      write(value, indent: indent + 2, into: &text)
    default: text += " " + inline(value, indent: indent) + "\n"
    }
  }

  /// What stands after `-`: a collection begins on the same line.
  private static func writeItem(_ value: JSONValue, indent: Int, into text: inout String) {
    var inner = ""
    switch value {
    case .object(let members) where !members.isEmpty:
      write(value, indent: indent + 2, into: &inner)
    case .array(let items) where !items.isEmpty:
      write(value, indent: indent + 2, into: &inner)
    default:
      text += " " + inline(value, indent: indent) + "\n"
      return
    }
    text += " " + inner.dropFirst(indent + 2)
  }

  private static func inline(_ value: JSONValue, indent: Int) -> String {
    switch value {
    case .null: "null"
    case .bool(let flag): flag ? "true" : "false"
    case .integer, .number: value.text()
    case .string(let string): YAMLScalar.text(string, indent: indent + 2)
    case .array: "[]"
    case .object: "{}"
    }
  }

  private static func spaces(_ count: Int) -> String { String(repeating: " ", count: count) }
}

/// Strings as YAML scalars: plain where that reads back as the same string, else quoted.
package enum YAMLScalar {
  package static func text(_ string: String, indent: Int? = nil) -> String {
    if let indent, isBlock(string) { return block(string, indent: indent) }
    if string.unicodeScalars.contains(where: needsEscape) { return doubleQuoted(string) }
    if isPlain(string) { return resolves(string) ? "\"\(string)\"" : string }
    if string.isEmpty { return "\"\"" }
    return "'" + string.replacing("'", with: "''") + "'"
  }

  /// Whether a plain scalar of this text would be read as something else, by YAML 1.2 or 1.1.
  private static func resolves(_ text: String) -> Bool {
    switch text.lowercased() {
    case "~", "null", "true", "false", "y", "n", "yes", "no", "on", "off", "<<", "=", ".nan",
      ".inf", "-.inf", "+.inf":
      return true
    default: break
    }
    guard let first = text.utf8.first, first < 0x3A else { return false }
    let digits = text.replacing("_", with: "")
    return Double(digits) != nil || isRadix(digits) || isBase60(text) || isDate(text)
  }

  /// `0x1f`, `0o17`, `0b1`, with a sign.
  private static func isRadix(_ text: String) -> Bool {
    let digits = text.drop { "+-".contains($0) }
    let radix = ["0x": 16, "0o": 8, "0b": 2][String(digits.prefix(2)).lowercased()]
    return radix.map { UInt64(digits.dropFirst(2), radix: $0) != nil } ?? false
  }

  /// `22:30`, which YAML 1.1 takes for a number to the base 60.
  private static func isBase60(_ text: String) -> Bool {
    let parts = text.drop { "+-".contains($0) }.split(
      separator: ":", omittingEmptySubsequences: false)
    return parts.count > 1
      && parts.allSatisfy { part in !part.isEmpty && part.allSatisfy { $0.isASCII && $0.isNumber } }
      && parts.dropFirst().allSatisfy { (Int($0) ?? 60) < 60 }
  }

  /// `2026-11-21`, alone or with a time.
  private static func isDate(_ text: String) -> Bool {
    let parts = text.prefix(10).split(separator: "-")
    return parts.count == 3 && parts[0].count == 4
      && parts.allSatisfy { part in part.allSatisfy { $0.isASCII && $0.isNumber } }
  }

  private static func isPlain(_ text: String) -> Bool {
    guard let first = text.first, let last = text.last, !first.isWhitespace, !last.isWhitespace,
      last != ":", !text.contains(": "), !text.contains(" #"), !text.contains("\t"),
      !text.hasPrefix("---"), !text.hasPrefix("...")
    else { return false }
    if "#,[]{}&*!|>'\"%@`".contains(first) { return false }
    if "-?:".contains(first) {
      guard let second = text.dropFirst().first else { return false }
      return !second.isWhitespace
    }
    return true
  }

  private static func isBlock(_ text: String) -> Bool {
    text.contains("\n") && text.first?.isWhitespace == false
      && !text.unicodeScalars.contains { $0 != "\n" && needsEscape($0) }
  }

  private static func block(_ text: String, indent: Int) -> String {
    let body = text.hasSuffix("\n") ? String(text.dropLast()) : text
    let chomping = text.hasSuffix("\n\n") ? "+" : text.hasSuffix("\n") ? "" : "-"
    let lines = body.split(separator: "\n", omittingEmptySubsequences: false)
    let margin = String(repeating: " ", count: indent)
    return "|\(chomping)\n" + lines.map { $0.isEmpty ? "" : margin + $0 }.joined(separator: "\n")
  }

  private static func needsEscape(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value < 0x20 || scalar.value == 0x7F || (0x80...0x9F).contains(scalar.value)
      || scalar.value == 0xFEFF || scalar.value == 0x2028 || scalar.value == 0x2029
  }

  private static func doubleQuoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case "\r": result += "\\r"
      case _ where needsEscape(scalar):
        let hex = String(scalar.value, radix: 16)
        let width = scalar.value > 0xFF ? 4 : 2
        result +=
          (width == 4 ? "\\u" : "\\x") + String(repeating: "0", count: width - hex.count)
          + hex
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
