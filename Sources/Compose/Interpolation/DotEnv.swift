import Support

/// The file format of `.env` and `env_file`: a variable a line, `NAME=value`.
///
/// Values may be unquoted (a comment begins at ` #`), in double quotes (escapes and variables, over
/// several lines) or in single quotes (as written). `export ` before a name and `NAME: value` are
/// accepted; a name alone takes the value of the surrounding environment.
package struct DotEnv {
  /// What a variable that is not in the file is worth.
  private let environment: (String) -> String?
  private let file: String
  private let text: [Character]
  private var index = 0
  private var line = 1
  private var lineStart = 0
  /// Names with values, in the order of the file.
  package private(set) var variables: [(name: String, value: String)] = []

  /// Reads `text`.
  ///
  /// - Throws: ``DklabError`` `invalid` with file, line and column.
  package static func parse(
    _ text: String, file: String, environment: @escaping (String) -> String?
  ) throws -> [(name: String, value: String)] {
    var reader = DotEnv(text, file: file, environment: environment)
    while try reader.readLine() {}
    return reader.variables
  }

  /// The other format of `env_file`, `format: raw`: nothing is interpreted, as `docker run
  /// --env-file` reads it.
  package static func parseRaw(_ text: String) -> [(name: String, value: String?)] {
    text.split(whereSeparator: \.isNewline).compactMap { line in
      guard let first = line.first(where: { !$0.isWhitespace }), first != "#" else { return nil }
      guard let equals = line.firstIndex(of: "=") else { return (String(line), nil) }
      return (String(line[..<equals]), String(line[line.index(after: equals)...]))
    }
  }

  private init(_ text: String, file: String, environment: @escaping (String) -> String?) {
    self.text = Array(text.hasPrefix("\u{FEFF}") ? String(text.dropFirst()) : text)
    self.file = file
    self.environment = environment
  }

  private var current: Character? { index < text.count ? text[index] : nil }

  private mutating func advance() {
    if text[index].isNewline {
      line += 1
      lineStart = index + 1
    }
    index += 1
  }

  /// Reads one assignment, comment or empty line; false at the end.
  private mutating func readLine() throws -> Bool {
    while let character = current, character.isWhitespace { advance() }
    guard let character = current else { return false }
    if character == "#" {
      skipLine()
      return true
    }
    let name = try readName()
    guard let separator = current, separator == "=" || separator == ":" else {
      if let value = environment(name) { set(name, value) }
      return true
    }
    advance()
    while let blank = current, blank.isWhitespace, !blank.isNewline { advance() }
    switch current {
    case "'": set(name, try readQuoted("'"))
    case "\"": set(name, try expand(Self.unescape(try readQuoted("\""))))
    default: set(name, try expand(readUnquoted()))
    }
    return true
  }

  private mutating func readName() throws -> String {
    var name = ""
    while let character = current, !character.isNewline, character != "=", character != ":" {
      let isPart = character.isLetter || character.isNumber || "_.-[] \t".contains(character)
      guard isPart else {
        throw error(
          Text(
            "unexpected character `\(character)` in a variable name",
            ko: "변수 이름에 쓸 수 없는 문자 `\(character)`"))
      }
      name.append(character)
      advance()
    }
    if name.hasPrefix("export ") || name.hasPrefix("export\t") { name = String(name.dropFirst(7)) }
    while name.last?.isWhitespace == true { name.removeLast() }
    while name.first?.isWhitespace == true { name.removeFirst() }
    if name.contains(where: \.isWhitespace) {
      throw error(
        Text("the name `\(name)` contains a space", ko: "이름 `\(name)`에 공백이 있습니다"))
    }
    if name.isEmpty { throw error(Text("a value without a name", ko: "이름 없는 값")) }
    return name
  }

  private mutating func readUnquoted() -> String {
    var value = ""
    while let character = current, !character.isNewline {
      if character == "#", value.last == " " || value.last == "\t" || value.isEmpty {
        skipLine()
        break
      }
      value.append(character)
      advance()
    }
    while value.last?.isWhitespace == true { value.removeLast() }
    return value
  }

  private mutating func readQuoted(_ quote: Character) throws -> String {
    let problem = error(
      Text("the quotation mark \(quote) is not closed", ko: "따옴표 \(quote)가 닫히지 않았습니다"))
    advance()
    var value = ""
    while let character = current {
      let isEscape = index + 1 < text.count && (quote == "\"" || text[index + 1] == quote)
      if character == "\\", isEscape {
        if quote == "\"" { value.append(character) }
        advance()
        value.append(text[index])
        advance()
        continue
      }
      advance()
      if character == quote { return value }
      value.append(character)
    }
    throw problem
  }

  private mutating func skipLine() {
    while let character = current, !character.isNewline { advance() }
  }

  private mutating func set(_ name: String, _ value: String) {
    variables.removeAll { $0.name == name }
    variables.append((name, value))
  }

  /// Replaces variables: those above in the file, else those of the environment.
  private func expand(_ value: String) throws -> String {
    var template = VariableTemplate { name in
      variables.last { $0.name == name }?.value ?? environment(name)
    }
    do {
      return try template.substitute(value)
    } catch VariableTemplate.Problem.required(let name, let reason) {
      let reason = reason.isEmpty ? "" : ": \(reason)"
      throw error(
        Text(
          "required variable \(name) is missing a value\(reason)",
          ko: "필수 변수 \(name)에 값이 없습니다\(reason)"))
    } catch {
      throw self.error(Text("invalid template: `\(value)`", ko: "잘못된 치환식: `\(value)`"))
    }
  }

  private static func unescape(_ text: String) -> String {
    var result = ""
    var rest = text[...]
    while let character = rest.popFirst() {
      guard character == "\\", let next = rest.first else {
        result.append(character)
        continue
      }
      switch next {
      case "n": result.append("\n")
      case "t": result.append("\t")
      case "r": result.append("\r")
      case "\"", "\\": result.append(next)
      case "$": result.append("$$")
      default: result += "\\" + String(next)
      }
      rest = rest.dropFirst()
    }
    return result
  }

  private func error(_ message: Text) -> DklabError {
    DklabError(
      .invalid, id: "compose.env-file", message,
      at: SourceLocation(file: file, line: line, column: index - lineStart + 1))
  }
}
