import Support

extension WordExpander {
  /// Reads what begins with `$` and returns its value.
  mutating func readDollar() throws -> String {
    _ = scanner.take()
    guard scanner.next == "{" else {
      let name = readName()
      if name.isEmpty { return "$" }
      let value = value(of: name)
      return value ?? (keepsUnset ? "$\(name)" : "")
    }
    _ = scanner.take()
    switch scanner.next {
    case nil: throw WordExpander.missing("}")
    case "{", "}", ":":
      throw DockerfileError(
        Text("syntax error: bad substitution", ko: "잘못된 치환입니다: ${ } 안에 이름이 없습니다"))
    default: return try readBraces()
    }
  }

  private mutating func readBraces() throws -> String {
    let name = readName()
    guard let mark = scanner.take() else { throw WordExpander.missing("}") }
    switch mark {
    case "}":
      let value = value(of: name)
      return value ?? (keepsUnset ? "${\(name)}" : "")
    case ":":
      guard let modifier = scanner.take(), "-+?".unicodeScalars.contains(modifier) else {
        throw unsupported(":")
      }
      return try readModifier(name, modifier, emptyIsUnset: true)
    case "-", "+", "?": return try readModifier(name, mark, emptyIsUnset: false)
    case "#", "%": return try readTrim(name, mark)
    case "/": return try readReplacement(name)
    default: throw unsupported(String(mark))
    }
  }

  private func unsupported(_ modifier: String) -> DockerfileError {
    DockerfileError(
      Text(
        "unsupported modifier (\(modifier)) in substitution", ko: "치환에 쓸 수 없는 수식자입니다: \(modifier)"),
      hint: Text(
        "accepted: :- :+ :? - + ? # ## % %% / //", ko: "쓸 수 있는 것: :- :+ :? - + ? # ## % %% / //"))
  }

  static func missing(_ mark: String) -> DockerfileError {
    DockerfileError(
      Text("syntax error: missing '\(mark)'", ko: "'\(mark)'이(가) 빠졌습니다"))
  }

  /// What follows, up to `stop`, with the escapes kept or not.
  private mutating func readWord(
    until stop: Unicode.Scalar, keepingEscapes: Bool, missing: String
  ) throws -> String {
    let kept = keepsEscapes
    keepsEscapes = keepingEscapes
    defer { keepsEscapes = kept }
    do {
      return try read(until: stop).text
    } catch let error as DockerfileError {
      if scanner.isAtEnd && depth < WordExpander.depthLimit {
        throw WordExpander.missing(missing)
      }
      throw error
    }
  }

  private mutating func readModifier(
    _ name: String, _ modifier: Unicode.Scalar, emptyIsUnset: Bool
  ) throws -> String {
    let word = try readWord(until: "}", keepingEscapes: false, missing: "}")
    let found = value(of: name)
    if found == nil, keepsUnset {
      return "${\(name)\(emptyIsUnset ? ":" : "")\(modifier)\(word)}"
    }
    let value = emptyIsUnset && found == "" ? nil : found
    switch modifier {
    case "-": return value ?? word
    case "+": return value == nil ? "" : word
    default:
      if let value { return value }
      let isEmpty = found != nil
      let reason = word.isEmpty ? "is not allowed to be \(isEmpty ? "empty" : "unset")" : word
      let korean = word.isEmpty ? "값이 \(isEmpty ? "비어 있으면" : "없으면") 안 됩니다" : word
      throw DockerfileError(Text("\(name): \(reason)", ko: "\(name): \(korean)"))
    }
  }

  private mutating func readTrim(_ name: String, _ mark: Unicode.Scalar) throws -> String {
    var word = try readWord(until: "}", keepingEscapes: true, missing: "}")
    guard let value = value(of: name) else {
      return keepsUnset ? "${\(name)\(mark)\(word)}" : ""
    }
    let isGreedy = word.unicodeScalars.first == mark
    if isGreedy { word.unicodeScalars.removeFirst() }
    let pattern = try ShellPattern(word)
    return try mark == "#"
      ? pattern.removingPrefix(of: value, longest: isGreedy)
      : pattern.removingSuffix(of: value, longest: isGreedy)
  }

  private mutating func readReplacement(_ name: String) throws -> String {
    let replacesAll = scanner.next == "/"
    if replacesAll { _ = scanner.take() }
    let pattern = try readWord(until: "/", keepingEscapes: true, missing: "/' in '${}")
    let replacement = try readWord(until: "}", keepingEscapes: true, missing: "}")
    guard let value = value(of: name) else {
      return keepsUnset ? "${\(name)/\(pattern)/\(replacement)}" : ""
    }
    let result = try ShellPattern(pattern).replacing(
      in: value, with: replacement, all: replacesAll, limit: WordExpander.sizeLimit)
    try bound(result)
    return result
  }

  /// A name, one of the shell's special parameters, or digits.
  private mutating func readName() -> String {
    guard let first = scanner.next else { return "" }
    if first.isDigit { return scanner.take(while: \.isDigit) }
    if "@*#?-$!".unicodeScalars.contains(first) {
      _ = scanner.take()
      return String(first)
    }
    return scanner.take(while: \.isNameScalar)
  }
}
