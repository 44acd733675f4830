import Support

/// The comments at the head of a Dockerfile that direct the parser: `# syntax=`, `# escape=`,
/// `# check=`. The first line that is none ends them.
package struct Directives: Sendable, Hashable {
  package var syntax: String?
  package var escape: Character = "\\"
  package var check: String?
  private var seen: Set<String> = []
  private var hasEnded = false

  init() {}

  /// Reads one line as a directive. Returns whether it was one.
  mutating func read(_ line: String, number: Int) throws -> Bool {
    guard !hasEnded else { return false }
    guard let (key, value) = Directives.parse(line), ["syntax", "escape", "check"].contains(key)
    else {
      hasEnded = true
      return false
    }
    guard seen.insert(key).inserted else {
      throw DockerfileError(
        Text(
          "only one \(key) parser directive can be used",
          ko: "파서 지시어 \(key)은(는) 한 번만 쓸 수 있습니다"), at: SourceRange(number))
    }
    switch key {
    case "syntax": syntax = value
    case "check": check = value
    default:
      guard value == "\\" || value == "`" else {
        throw DockerfileError(
          Text(
            "invalid escape token '\(value)' does not match ` or \\",
            ko: "잘못된 이스케이프 문자 '\(value)': ` 또는 \\ 만 쓸 수 있습니다"), at: SourceRange(number))
      }
      escape = value == "`" ? "`" : "\\"
    }
    return true
  }

  /// `# KEY = value`; nil when `line` is something else.
  private static func parse(_ line: String) -> (key: String, value: String)? {
    var scanner = WordScanner(line.trimmed)
    guard scanner.take() == "#" else { return nil }
    scanner.take(while: \.isSpace)
    let key = scanner.take { $0.isASCII && ($0.isDigit || $0.properties.isAlphabetic) }
    guard let first = key.unicodeScalars.first, !first.isDigit else { return nil }
    scanner.take(while: \.isSpace)
    guard scanner.take() == "=" else { return nil }
    let value = scanner.rest.trimmed
    return value.isEmpty ? nil : (key.lowercased(), value)
  }
}
