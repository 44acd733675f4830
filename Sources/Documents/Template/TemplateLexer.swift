/// Cuts a template into tokens: the text between actions, and the words inside `{{ }}`.
///
/// Follows Go's text/template/parse: trim markers, comments, and the same complaints.
struct TemplateLexer {
  private let input: [UInt8]
  private var position = 0
  private var line = 1
  private var parenthesisDepth = 0
  private var tokens: [TemplateToken] = []

  private static let keywords: Set<String> = [
    "block", "break", "continue", "define", "else", "end", "if", "range", "template", "with",
  ]

  static func tokens(of source: String) -> [TemplateToken] {
    var lexer = TemplateLexer(input: Array(source.utf8))
    if !lexer.run() { return lexer.tokens }
    lexer.emit(.end, from: lexer.position)
    return lexer.tokens
  }

  private init(input: [UInt8]) {
    self.input = input
  }

  /// Whether the whole input was cut; otherwise the last token is the error.
  private mutating func run() -> Bool {
    while position < input.count {
      let start = position
      while position < input.count, !sees("{{") { position += 1 }
      var stop = position
      let trims = sees("{{-") && isSpace(byte(at: position + 3))
      if trims { while stop > start, isSpace(input[stop - 1]) { stop -= 1 } }
      if stop > start { emit(.text, from: start, to: stop) }
      line += input[start..<position].count { $0 == 0x0A }
      guard position < input.count else { return true }
      if !action(trims: trims) { return false }
    }
    return true
  }

  private mutating func action(trims: Bool) -> Bool {
    let open = position
    position += trims ? 4 : 2
    if sees("/*") { return comment() }
    emit(.leftDelimiter, from: open)
    parenthesisDepth = 0
    while true {
      if sees("}}") || (isSpace(byte(at: position)) && sees("-}}", at: position + 1)) {
        if parenthesisDepth > 0 { return fail("unclosed left paren") }
        closeAction()
        return true
      }
      guard position < input.count else { return fail("unclosed action") }
      if !word() { return false }
    }
  }

  private mutating func closeAction() {
    let start = position
    let trims = !sees("}}")
    position += trims ? 4 : 2
    emit(.rightDelimiter, from: start)
    if trims { skipSpace() }
  }

  private mutating func comment() -> Bool {
    while position < input.count, !sees("*/") { position += 1 }
    guard position < input.count else { return fail("unclosed comment") }
    position += 2
    if sees("}}") {
      position += 2
    } else if isSpace(byte(at: position)), sees("-}}", at: position + 1) {
      position += 4
      skipSpace()
    } else {
      return fail("comment ends before closing delimiter")
    }
    return true
  }

  /// One token inside an action.
  private mutating func word() -> Bool {
    let start = position
    let first = input[position]
    switch first {
    case 0x20, 0x09, 0x0A, 0x0D:
      while isSpace(byte(at: position)), !sees(" -}}") { position += 1 }
      emit(.space, from: start)
      line += input[start..<position].count { $0 == 0x0A }
    case UInt8(ascii: "="): take(.assign, 1)
    case UInt8(ascii: ":"):
      guard sees(":=") else { return fail("expected :=") }
      take(.declare, 2)
    case UInt8(ascii: "|"): take(.pipe, 1)
    case UInt8(ascii: "("):
      parenthesisDepth += 1
      take(.leftParen, 1)
    case UInt8(ascii: ")"):
      parenthesisDepth -= 1
      guard parenthesisDepth >= 0 else { return fail("unexpected right paren") }
      take(.rightParen, 1)
    case UInt8(ascii: "\""): return quoted("\"", .string, "unterminated quoted string")
    case UInt8(ascii: "'"): return quoted("'", .character, "unterminated character constant")
    case UInt8(ascii: "`"): return rawQuoted()
    case UInt8(ascii: "$"): return name(.variable)
    case UInt8(ascii: ".") where !isDigit(byte(at: position + 1)): return name(.field)
    case UInt8(ascii: "."), UInt8(ascii: "+"), UInt8(ascii: "-"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      return number()
    case _ where isAlphanumeric(first): return name(.identifier)
    case 0x21...0x7E: take(.other, 1)
    default: return fail("unrecognized character in action: \(unicodeName())")
    }
    return true
  }

  /// A field, a variable or a word, up to a character that may end one.
  private mutating func name(_ kind: TemplateToken.Kind) -> Bool {
    let start = position
    position += 1
    if kind == .field, atTerminator {
      emit(.dot, from: start)
      return true
    }
    while isAlphanumeric(byte(at: position)) { position += 1 }
    guard atTerminator else { return fail("bad character \(unicodeName())") }
    let word = String(decoding: input[start..<position], as: UTF8.self)
    switch (kind, word) {
    case (.identifier, "true"), (.identifier, "false"): emit(.boolean, from: start)
    case (.identifier, "nil"): emit(.null, from: start)
    case (.identifier, _) where Self.keywords.contains(word): emit(.keyword, from: start)
    default: emit(kind, from: start)
    }
    return true
  }

  private mutating func number() -> Bool {
    let start = position
    if sees("+") || sees("-") { position += 1 }
    while true {
      let next = byte(at: position)
      let isExponentSign =
        (next == UInt8(ascii: "+") || next == UInt8(ascii: "-"))
        && [UInt8(ascii: "e"), UInt8(ascii: "E")].contains(input[position - 1])
        && !String(decoding: input[start..<position], as: UTF8.self).contains("x")
      guard isAlphanumeric(next) || next == UInt8(ascii: ".") || isExponentSign else { break }
      position += 1
    }
    let text = String(decoding: input[start..<position], as: UTF8.self)
    guard TemplateNumber.parse(text) != nil else {
      return fail("bad number syntax: \(goQuoted(text))")
    }
    emit(.number, from: start)
    return true
  }

  private mutating func quoted(
    _ quote: Character, _ kind: TemplateToken.Kind, _ complaint: String
  ) -> Bool {
    let start = position
    position += 1
    while position < input.count, input[position] != 0x0A {
      if input[position] == UInt8(ascii: "\\") {
        position += 2
      } else if input[position] == quote.asciiValue {
        position += 1
        emit(kind, from: start)
        return true
      } else {
        position += 1
      }
    }
    position = min(position, input.count)
    return fail(complaint)
  }

  private mutating func rawQuoted() -> Bool {
    let start = position
    position += 1
    while position < input.count, input[position] != UInt8(ascii: "`") { position += 1 }
    guard position < input.count else { return fail("unterminated raw quoted string") }
    position += 1
    emit(.rawString, from: start)
    line += input[start..<position].count { $0 == 0x0A }
    return true
  }
}

extension TemplateLexer {
  private func byte(at place: Int) -> UInt8 { place < input.count ? input[place] : 0 }

  private func sees(_ text: String, at place: Int? = nil) -> Bool {
    input[min(place ?? position, input.count)...].starts(with: text.utf8)
  }

  private func isSpace(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0A, 0x0D].contains(byte) }
  private func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
  /// Letters of any script count, so every byte of a multi-byte character does.
  private func isAlphanumeric(_ byte: UInt8) -> Bool {
    isDigit(byte) || byte == UInt8(ascii: "_") || byte >= 0x80
      || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
  }

  private var atTerminator: Bool {
    let next = byte(at: position)
    return position >= input.count || isSpace(next) || ".,|:)(".utf8.contains(next) || sees("}}")
  }

  /// The next character as Go's `%#U` names it: `U+002D '-'`.
  private func unicodeName() -> String {
    let scalar = String(decoding: input[position..<min(position + 4, input.count)], as: UTF8.self)
      .unicodeScalars.first
    guard let scalar else { return "EOF" }
    let hex = String(scalar.value, radix: 16, uppercase: true)
    return "U+" + String(repeating: "0", count: max(0, 4 - hex.count)) + hex + " '\(scalar)'"
  }

  private mutating func skipSpace() {
    let start = position
    while isSpace(byte(at: position)) { position += 1 }
    line += input[start..<position].count { $0 == 0x0A }
  }

  private mutating func take(_ kind: TemplateToken.Kind, _ length: Int) {
    position += length
    emit(kind, from: position - length)
  }

  private mutating func emit(_ kind: TemplateToken.Kind, from start: Int, to stop: Int? = nil) {
    let text = String(decoding: input[start..<(stop ?? position)], as: UTF8.self)
    tokens.append(TemplateToken(kind: kind, text: text, position: start, line: line))
  }

  private mutating func fail(_ complaint: String) -> Bool {
    tokens.append(
      TemplateToken(kind: .error, text: complaint, position: position, line: line))
    return false
  }
}
