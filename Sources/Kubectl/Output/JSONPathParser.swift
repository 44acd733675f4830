import Documents

/// Reads the notation of ``JSONPath``.
struct JSONPathParser {
  private let source: [Character]
  private var position = 0

  init(_ template: String) { source = Array(template) }

  /// The pieces up to the end of the template.
  mutating func pieces() throws -> [JSONPath.Piece] {
    let (pieces, isEnded) = try block()
    if isEnded { throw KubectlError("not in range, nothing to end") }
    return pieces
  }

  /// The pieces up to `{end}` or the end of the text.
  private mutating func block() throws -> (pieces: [JSONPath.Piece], isEnded: Bool) {
    var pieces: [JSONPath.Piece] = []
    var text = ""
    func flush() {
      if !text.isEmpty { pieces.append(.text(text)) }
      text = ""
    }
    while position < source.count {
      guard source[position] == "{" else {
        text.append(source[position])
        position += 1
        continue
      }
      flush()
      position += 1
      skipSpace()
      if takes("range") {
        skipSpace()
        let path = try path()
        try close()
        let inner = try block()
        guard inner.isEnded else { throw KubectlError("unterminated range, missing {end}") }
        pieces.append(.range(path, inner.pieces))
        continue
      }
      if takes("end") {
        try close()
        return (pieces, true)
      }
      while position < source.count, source[position] != "}" {
        if source[position] == "\"" || source[position] == "'" {
          pieces.append(.text(try quoted()))
        } else {
          pieces.append(.path(try path()))
        }
        skipSpace()
      }
      try close()
    }
    flush()
    return (pieces, false)
  }

  private mutating func skipSpace() {
    while position < source.count, source[position].isWhitespace { position += 1 }
  }

  /// Whether `word` stands here, alone; then it is behind us.
  private mutating func takes(_ word: String) -> Bool {
    let end = position + word.count
    guard end <= source.count, String(source[position..<end]) == word else { return false }
    if end < source.count, source[end].isLetter || source[end].isNumber { return false }
    position = end
    return true
  }

  private mutating func close() throws {
    skipSpace()
    guard position < source.count, source[position] == "}" else {
      throw KubectlError("unclosed action")
    }
    position += 1
  }

  private mutating func quoted() throws -> String {
    let quote = source[position]
    position += 1
    var text = ""
    while position < source.count, source[position] != quote {
      var character = source[position]
      if character == "\\", position + 1 < source.count {
        position += 1
        switch source[position] {
        case "n": character = "\n"
        case "t": character = "\t"
        case "r": character = "\r"
        default: character = source[position]
        }
      }
      text.append(character)
      position += 1
    }
    guard position < source.count else { throw KubectlError("unterminated quoted string") }
    position += 1
    return text
  }

  /// A path: `.a.b[0]`, `$.a`, `@.a`, `..a`, or `a` alone.
  private mutating func path() throws -> JSONPath.Path {
    var path = JSONPath.Path(steps: [])
    if position < source.count, source[position] == "$" {
      path.isFromRoot = true
      position += 1
    } else if position < source.count, source[position] == "@" {
      position += 1
    }
    let start = position
    while position < source.count {
      switch source[position] {
      case ".":
        position += 1
        if position < source.count, source[position] == "." {
          position += 1
          path.steps.append(.descend)
          if position < source.count, source[position] == "[" { continue }
        }
        if position < source.count, source[position] == "*" {
          position += 1
          path.steps.append(.wildcard)
        } else if position < source.count, source[position] == "[" {
          continue
        } else if let name = try name() {
          path.steps.append(.field(name))
        }
      case "[": path.steps.append(try bracket())
      case "*":
        position += 1
        path.steps.append(.wildcard)
      default:
        // A name without its dot may stand at the beginning only.
        guard position == start, let name = try name() else {
          if position == start {
            throw KubectlError("unrecognized character in action: U+\(code(source[position]))")
          }
          return path
        }
        throw KubectlError("unrecognized identifier \(name)")
      }
    }
    return path
  }

  private func code(_ character: Character) -> String {
    let hex = String(character.unicodeScalars.first?.value ?? 0, radix: 16, uppercase: true)
    return String(repeating: "0", count: max(0, 4 - hex.count)) + hex + " '\(character)'"
  }

  /// A member's name; a backslash takes the next character as it is.
  private mutating func name() throws -> String? {
    var text = ""
    while position < source.count {
      let character = source[position]
      if character == "\\", position + 1 < source.count {
        text.append(source[position + 1])
        position += 2
        continue
      }
      if character.isWhitespace || ".[]{}()=!<>,'\"|&*".contains(character) { break }
      text.append(character)
      position += 1
    }
    return text.isEmpty ? nil : text
  }

  /// What stands in brackets: an index, a slice, names, `*`, a filter.
  private mutating func bracket() throws -> JSONPath.Step {
    position += 1
    skipSpace()
    if position + 1 < source.count, source[position] == "?", source[position + 1] == "(" {
      return try filter()
    }
    var parts: [JSONPath.Step] = []
    while position < source.count, source[position] != "]" {
      skipSpace()
      if source[position] == "'" || source[position] == "\"" {
        parts.append(.field(try quoted()))
      } else if source[position] == "*" {
        position += 1
        parts.append(.wildcard)
      } else {
        parts.append(try index())
      }
      skipSpace()
      if position < source.count, source[position] == "," { position += 1 }
    }
    guard position < source.count, let first = parts.first else {
      throw KubectlError("unterminated array")
    }
    position += 1
    return parts.count == 1 ? first : .union(parts.map { [$0] })
  }

  /// `3`, `-1`, `1:`, `:2`, `0:4:2`.
  private mutating func index() throws -> JSONPath.Step {
    var text = ""
    while position < source.count, !",]".contains(source[position]) {
      text.append(source[position])
      position += 1
    }
    let numbers = text.split(separator: ":", omittingEmptySubsequences: false)
      .map { $0.filter { !$0.isWhitespace } }
    let values = numbers.map { Int($0) }
    guard zip(numbers, values).allSatisfy({ $0.isEmpty || $1 != nil }), numbers.count <= 3,
      !(numbers.count == 1 && values[0] == nil)
    else { throw KubectlError("invalid array index \(text)") }
    if numbers.count == 1 { return .slice(values[0], nil, 0) }
    let by = numbers.count > 2 ? values[2] ?? 1 : 1
    guard by > 0 else { throw KubectlError("step must be > 0") }
    return .slice(values[0], values[1], by)
  }

  private mutating func filter() throws -> JSONPath.Step {
    position += 2
    skipSpace()
    let left = try operand()
    skipSpace()
    if position < source.count, source[position] == ")" {
      try endFilter()
      return .present(left)
    }
    var comparison = ""
    while position < source.count, "=!<>".contains(source[position]) {
      comparison.append(source[position])
      position += 1
    }
    guard ["==", "!=", "<", ">", "<=", ">="].contains(comparison) else {
      throw KubectlError("unrecognized filter operator \(comparison)")
    }
    skipSpace()
    let right = try operand()
    skipSpace()
    try endFilter()
    return .filter(left, comparison, right)
  }

  private mutating func endFilter() throws {
    for wanted in [")", "]"] as [Character] {
      guard position < source.count, source[position] == wanted else {
        throw KubectlError("unterminated filter")
      }
      position += 1
    }
  }

  private mutating func operand() throws -> JSONPath.Operand {
    guard position < source.count else { throw KubectlError("unterminated filter") }
    if source[position] == "'" || source[position] == "\"" { return .value(.string(try quoted())) }
    if source[position] == "@" || source[position] == "$" || source[position] == "." {
      return .path(try path())
    }
    var text = ""
    while position < source.count, !")=!<>".contains(source[position]),
      !source[position].isWhitespace
    {
      text.append(source[position])
      position += 1
    }
    switch text {
    case "true": return .value(true)
    case "false": return .value(false)
    default:
      if let number = Int64(text) { return .value(.integer(number)) }
      if let number = Double(text) { return .value(.number(number)) }
      throw KubectlError("unrecognized filter operand \(text)")
    }
  }
}
