// Objects as text, the way kubectl prints them: keys in the order of the alphabet; JSON indented by
// four spaces, with `<`, `>` and `&` as escapes (Go's encoding/json); YAML with lists at the margin of
// their key, and long sentences broken at a space beyond column 80 (go-yaml 2).

import Documents

/// Objects as YAML and JSON.
enum ManifestText {
  /// Keys sorted, all the way down.
  static func sorted(_ value: JSONValue) -> JSONValue {
    switch value {
    case .object(let members):
      .object(
        JSONObject(
          members.map { ($0.key, sorted($0.value)) }
            .sorted { $0.0.utf8.lexicographicallyPrecedes($1.0.utf8) }))
    case .array(let elements): .array(elements.map(sorted))
    default: value
    }
  }

  /// JSON in the order of the members.
  static func json(_ value: JSONValue) -> String { escaped(value.text(indentation: 4)) }

  /// JSON on one line.
  static func compactJSON(_ value: JSONValue) -> String { escaped(value.text()) }

  private static func escaped(_ text: String) -> String {
    guard text.utf8.contains(where: { $0 == 0x3c || $0 == 0x3e || $0 == 0x26 }) else {
      return text
    }
    // These three occur in strings only.
    return text.replacing("<", with: "\\u003c").replacing(">", with: "\\u003e")
      .replacing("&", with: "\\u0026")
  }

  /// YAML, with a line end.
  static func yaml(_ value: JSONValue) -> String {
    var writer = ManifestYAML()
    writer.write(sorted(value), indent: 0)
    return writer.text
  }
}

/// Writes YAML in the style of go-yaml 2.
private struct ManifestYAML {
  var text = ""
  private static let width = 80

  mutating func write(_ value: JSONValue, indent: Int) {
    switch value {
    case .object(let members) where !members.isEmpty:
      for (key, member) in members {
        let head = spaces(indent) + YAMLScalar.text(key) + ":"
        text += head
        writeMember(member, indent: indent, column: head.unicodeScalars.count)
      }
    case .array(let items) where !items.isEmpty:
      for item in items {
        text += spaces(indent) + "-"
        writeItem(item, indent: indent)
      }
    default: text += spaces(indent) + scalar(value, indent: indent, column: indent) + "\n"
    }
  }

  private mutating func writeMember(_ value: JSONValue, indent: Int, column: Int) {
    switch value {
    case .object(let members) where !members.isEmpty:
      text += "\n"
      write(value, indent: indent + 2)
    case .array(let items) where !items.isEmpty:
      text += "\n"
      write(value, indent: indent)
    default:
      text += " " + scalar(value, indent: indent + 2, column: column + 1) + "\n"
    }
  }

  private mutating func writeItem(_ value: JSONValue, indent: Int) {
    switch value {
    case .object(let members) where !members.isEmpty:
      nested(value, indent: indent + 2)
    case .array(let items) where !items.isEmpty:
      nested(value, indent: indent + 2)
    default:
      text += " " + scalar(value, indent: indent + 2, column: indent + 2) + "\n"
    }
  }

  /// A collection that begins on the line of its dash.
  private mutating func nested(_ value: JSONValue, indent: Int) {
    var inner = ManifestYAML()
    inner.write(value, indent: indent)
    text += " " + inner.text.dropFirst(indent)
  }

  private func scalar(_ value: JSONValue, indent: Int, column: Int) -> String {
    switch value {
    case .null: return "null"
    case .bool(let flag): return flag ? "true" : "false"
    case .array: return "[]"
    case .object: return "{}"
    case .string(let string):
      let written = YAMLScalar.text(string, indent: indent)
      if written.hasPrefix("|") { return written }
      return folded(written, indent: indent, column: column)
    default: return value.text()
    }
  }

  /// Breaks a scalar at the spaces where go-yaml does: one space between words, when the line is
  /// already too long.
  private func folded(_ written: String, indent: Int, column: Int) -> String {
    guard column + written.unicodeScalars.count > Self.width else { return written }
    let scalars = Array(written.unicodeScalars)
    let quote = scalars.first.flatMap { $0 == "'" || $0 == "\"" ? $0 : nil }
    var result = String.UnicodeScalarView()
    var column = column
    for (index, scalar) in scalars.enumerated() {
      let isInside =
        index > (quote == nil ? 0 : 1) && index < scalars.count - (quote == nil ? 1 : 2)
      let isAlone =
        isInside && scalar == " " && scalars[index - 1] != " " && scalars[index + 1] != " "
      if isAlone && column > Self.width {
        result.append("\n")
        result.append(contentsOf: spaces(indent).unicodeScalars)
        column = indent
        if quote == "\"" && scalars[index + 1] == " " { result.append("\\") }
        continue
      }
      result.append(scalar)
      column += 1
    }
    return String(result)
  }

  private func spaces(_ count: Int) -> String { String(repeating: " ", count: count) }
}
