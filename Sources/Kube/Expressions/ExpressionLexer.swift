/// One word of an expression.
struct ExpressionToken {
  enum Kind {
    case literal(ExpressionValue)
    case identifier(String)
    case symbol(String)
    case end
  }

  var kind: Kind
  var text: String
  /// From 1.
  var column: Int
}

/// Cuts a text into words.
struct ExpressionLexer {
  private let text: [Character]
  private var position = 0

  init(_ text: String) {
    self.text = Array(text)
  }

  private static let symbols = [
    "||", "&&", "==", "!=", "<=", ">=", "<", ">", "+", "-", "*", "/", "%", "!", "?", ":", ".", ",",
    "(", ")", "[", "]", "{", "}",
  ]

  mutating func all() throws(ExpressionSyntaxError) -> [ExpressionToken] {
    var result: [ExpressionToken] = []
    while true {
      skipSpace()
      let start = position
      guard start < text.count else {
        result.append(ExpressionToken(kind: .end, text: "<EOF>", column: start + 1))
        return result
      }
      let kind = try next()
      result.append(
        ExpressionToken(kind: kind, text: String(text[start..<position]), column: start + 1))
    }
  }

  private mutating func skipSpace() {
    while position < text.count {
      if text[position].isWhitespace {
        position += 1
      } else if starts("//") {
        while position < text.count, !text[position].isNewline { position += 1 }
      } else {
        return
      }
    }
  }

  private func starts(_ word: String) -> Bool {
    text[position...].starts(with: word)
  }

  private mutating func next() throws(ExpressionSyntaxError) -> ExpressionToken.Kind {
    let first = text[position]
    if let literal = try string() { return .literal(literal) }
    if first.isASCII, first.isNumber || first == "." && peek(1)?.isNumber == true {
      return .literal(try number())
    }
    if first == "_" || first.isASCII && first.isLetter { return word() }
    if first == "`", let end = text[(position + 1)...].firstIndex(of: "`") {
      defer { position = end + 1 }
      return .identifier(String(text[(position + 1)..<end]))
    }
    guard let symbol = Self.symbols.first(where: { starts($0) }) else {
      throw problem("Syntax error: token recognition error at: '\(first)'")
    }
    position += symbol.count
    return .symbol(symbol)
  }

  private func peek(_ offset: Int) -> Character? {
    position + offset < text.count ? text[position + offset] : nil
  }

  private func problem(_ message: String) -> ExpressionSyntaxError {
    ExpressionSyntaxError(column: position + 1, message: message)
  }

  private mutating func word() -> ExpressionToken.Kind {
    let start = position
    while let next = peek(0), next == "_" || next.isASCII && (next.isLetter || next.isNumber) {
      position += 1
    }
    switch String(text[start..<position]) {
    case "true": return .literal(.bool(true))
    case "false": return .literal(.bool(false))
    case "null": return .literal(.null)
    case "in": return .symbol("in")
    case let name: return .identifier(name)
    }
  }

  private mutating func number() throws(ExpressionSyntaxError) -> ExpressionValue {
    let start = position
    let isHex = starts("0x") || starts("0X")
    if isHex { position += 2 }
    var isReal = false
    while let next = peek(0) {
      if next.isASCII, isHex ? next.isHexDigit : next.isNumber {
        position += 1
      } else if !isHex, next == ".", peek(1)?.isNumber == true, !isReal {
        isReal = true
        position += 1
      } else if !isHex, next == "e" || next == "E" {
        isReal = true
        position += 1
        if peek(0) == "+" || peek(0) == "-" { position += 1 }
      } else {
        break
      }
    }
    let digits = String(text[(isHex ? start + 2 : start)..<position])
    if isReal, let value = Double(digits) { return .double(value) }
    if peek(0) == "u" || peek(0) == "U", let value = UInt64(digits, radix: isHex ? 16 : 10) {
      position += 1
      return .uint(value)
    }
    guard let value = Int64(digits, radix: isHex ? 16 : 10) else {
      throw problem("invalid int literal")
    }
    return .int(value)
  }

  /// A string or bytes; nil when here is none.
  private mutating func string() throws(ExpressionSyntaxError) -> ExpressionValue? {
    var start = position
    var (isRaw, isBytes) = (false, false)
    while start < text.count, start < position + 2, "rRbB".contains(text[start]) {
      if text[start].lowercased() == "r" { isRaw = true } else { isBytes = true }
      start += 1
    }
    guard start < text.count, text[start] == "\"" || text[start] == "'" else { return nil }
    let quote = text[start]
    let isLong = text[start...].starts(with: [quote, quote, quote])
    let end = [Character](repeating: quote, count: isLong ? 3 : 1)
    position = start + end.count
    var content = ""
    while true {
      guard let next = peek(0), isLong || !next.isNewline else {
        throw problem("Syntax error: a string without its closing quote")
      }
      if text[position...].starts(with: end) { break }
      position += 1
      guard next == "\\", !isRaw else {
        content.append(next)
        continue
      }
      try escape(into: &content)
    }
    position += end.count
    return isBytes ? .bytes(Array(content.utf8)) : .string(content)
  }

  private mutating func escape(into content: inout String) throws(ExpressionSyntaxError) {
    guard let kind = peek(0) else { throw problem("Syntax error: an escape without its letter") }
    position += 1
    let plain: [Character: Character] = [
      "n": "\n", "t": "\t", "r": "\r", "a": "\u{7}", "b": "\u{8}", "f": "\u{c}", "v": "\u{b}",
    ]
    if let letter = plain[kind] {
      content.append(letter)
    } else if let length = ["x": 2, "X": 2, "u": 4, "U": 8][kind] {
      let digits = String(text[position...].prefix(length))
      guard digits.count == length, let code = UInt32(digits, radix: 16),
        let scalar = Unicode.Scalar(code)
      else { throw problem("Syntax error: an escape that names no character") }
      content.unicodeScalars.append(scalar)
      position += length
    } else if "\\'\"`?".contains(kind) {
      content.append(kind)
    } else {
      throw problem("Syntax error: unknown escape '\\\(kind)'")
    }
  }
}
