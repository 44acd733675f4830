/// A word of the template language, as text/template's lexer cuts them.
struct TemplateToken {
  enum Kind {
    case text, leftDelimiter, rightDelimiter, space, pipe, leftParen, rightParen
    case field, dot, identifier, variable, keyword, boolean, null
    case number, character, string, rawString, assign, declare, other, end
    /// The lexer's complaint; reported when the parser gets here.
    case error
  }

  var kind: Kind
  var text: String
  /// Offset in bytes from the start of the template, and one-based line.
  var position: Int
  var line: Int

  /// The token as Go's error messages quote it.
  var quoted: String {
    switch kind {
    case .end: "EOF"
    case .error: text
    case .keyword: "<\(text)>"
    default:
      text.utf8.count > 10
        ? goQuoted(String(text.prefix(10))) + "..." : goQuoted(text)
    }
  }
}

/// A string in Go's double-quoted form (`%q`).
func goQuoted(_ text: String) -> String {
  var result = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"": result += "\\\""
    case "\\": result += "\\\\"
    case "\n": result += "\\n"
    case "\r": result += "\\r"
    case "\t": result += "\\t"
    case "\u{0}"..<" ", "\u{7f}":
      let hex = String(scalar.value, radix: 16)
      result += "\\x" + (hex.count < 2 ? "0" : "") + hex
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result + "\""
}
