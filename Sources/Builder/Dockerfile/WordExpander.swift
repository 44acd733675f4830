// Variables and quotes in a Dockerfile's words, as the Dockerfile reference defines them: `$NAME`,
// `${NAME}`, and the shell's `${NAME:-word}`, `:+`, `:?`, `-`, `+`, `?`, `#`, `##`, `%`, `%%`, `/`
// and `//`. The front end does this, before any shell sees the word, and for RUN, CMD and
// ENTRYPOINT not at all.
//
// The text is hostile: nesting, the size of the result and the work for a pattern are bounded.
//
// Next: WordExpander+Dollar.swift, ShellPattern.swift.

import Support

/// Expands one word or line.
package struct WordExpander {
  /// The value of a variable; nil when it is not set.
  package typealias Variables = (String) -> String?

  /// `\`, or a backtick by directive.
  var escape: Unicode.Scalar
  /// Quotes stay in the result.
  var keepsQuotes = false
  /// Escape characters stay in the result.
  var keepsEscapes = false
  /// A variable that is not set stays as it is written.
  var keepsUnset = false
  /// Quotes are ordinary characters.
  var ignoresQuotes = false

  let variables: Variables
  var scanner = WordScanner("")
  var depth = 0
  var produced = 0
  /// Names that had a value, and names that had none.
  package private(set) var used: Set<String> = []
  package private(set) var missing: Set<String> = []

  static let depthLimit = 64
  static let sizeLimit = 1 << 20

  package init(escape: Character = "\\", variables: @escaping Variables = { _ in nil }) {
    self.escape = escape.unicodeScalars.first ?? "\\"
    self.variables = variables
  }

  /// `text` expanded, quotes removed.
  package mutating func expand(_ text: String) throws -> String {
    try process(text).text
  }

  /// `text` expanded and split at white space outside of quotes.
  package mutating func words(_ text: String) throws -> [String] {
    try process(text).words
  }

  private mutating func process(_ text: String) throws -> (text: String, words: [String]) {
    scanner = WordScanner(text)
    depth = 0
    produced = 0
    return try read(until: nil)
  }

  /// Words as they come together.
  private struct Words {
    var done: [String] = []
    var current = ""
    var isInWord = false

    mutating func add(_ scalar: Unicode.Scalar) {
      if !scalar.isSpace { return addRaw(String(scalar)) }
      finish()
    }

    mutating func addRaw(_ text: String) {
      current += text
      isInWord = true
    }

    mutating func finish() {
      if !current.isEmpty { done.append(current) }
      current = ""
      isInWord = false
    }
  }

  /// Reads to `stop`, which is consumed, or to the end.
  mutating func read(until stop: Unicode.Scalar?) throws -> (text: String, words: [String]) {
    depth += 1
    defer { depth -= 1 }
    guard depth <= WordExpander.depthLimit else {
      throw DockerfileError(
        Text("syntax error: substitution is nested too deeply", ko: "치환이 너무 깊이 겹쳐 있습니다"))
    }
    var result = ""
    var words = Words()
    while let scalar = scanner.next {
      if scalar == stop {
        _ = scanner.take()
        words.finish()
        return (result, words.done)
      }
      switch scalar {
      case "'" where !ignoresQuotes, "\"" where !ignoresQuotes:
        let quoted = try scalar == "'" ? readSingleQuoted() : readDoubleQuoted()
        result += quoted
        words.addRaw(quoted)
      case "$":
        let value = try readDollar()
        result += value
        for scalar in value.unicodeScalars { words.add(scalar) }
      case "<":
        let text = readHeredocMark()
        result += text
        words.addRaw(text)
      default:
        guard let text = readPlain(&words) else { continue }
        result += text
      }
      try bound(result)
    }
    if let stop {
      throw DockerfileError(
        Text(
          "unexpected end of statement while looking for matching \(stop)",
          ko: "짝이 되는 \(stop)을(를) 찾지 못하고 끝났습니다"))
    }
    words.finish()
    return (result, words.done)
  }

  private mutating func readPlain(_ words: inout Words) -> String? {
    guard let scalar = scanner.take() else { return nil }
    guard scalar == escape else {
      words.add(scalar)
      return String(scalar)
    }
    var text = keepsEscapes ? String(scalar) : ""
    // An escape at the very end escapes nothing.
    if let escaped = scanner.take() { text.append(escaped) }
    words.addRaw(text)
    return text
  }

  func bound(_ text: String) throws {
    guard text.utf8.count > WordExpander.sizeLimit else { return }
    throw DockerfileError(
      Text(
        "value grows beyond \(WordExpander.sizeLimit) bytes",
        ko: "값이 \(WordExpander.sizeLimit)바이트보다 커집니다"))
  }

  private mutating func readSingleQuoted() throws -> String {
    _ = scanner.take()
    let text = scanner.take { $0 != "'" }
    guard scanner.take() != nil else { throw WordExpander.unclosed("single-quote") }
    return keepsQuotes ? "'\(text)'" : text
  }

  private mutating func readDoubleQuoted() throws -> String {
    _ = scanner.take()
    var result = keepsQuotes ? "\"" : ""
    while let scalar = scanner.next {
      if scalar == "\"" {
        _ = scanner.take()
        return keepsQuotes ? result + "\"" : result
      }
      if scalar == "$" {
        result += try readDollar()
        try bound(result)
        continue
      }
      _ = scanner.take()
      guard scalar == escape else {
        result.append(scalar)
        continue
      }
      if keepsEscapes { result.append(scalar) }
      // Within double quotes an escape means itself, except before what it is there for.
      guard let escaped = scanner.next else { continue }
      if escaped == "\"" || escaped == "$" || escaped == escape {
        _ = scanner.take()
        result.append(escaped)
      } else {
        result.append(scalar)
      }
    }
    throw WordExpander.unclosed("double-quote")
  }

  private static func unclosed(_ quote: String) -> DockerfileError {
    DockerfileError(
      Text(
        "unexpected end of statement while looking for matching \(quote)",
        ko: "따옴표(\(quote))가 닫히지 않았습니다"))
  }

  /// `<<` and white space after it belong to the word that names the heredoc.
  private mutating func readHeredocMark() -> String {
    _ = scanner.take()
    guard scanner.next == "<" else { return "<" }
    _ = scanner.take()
    return "<<" + scanner.take(while: \.isSpace)
  }

  /// The value of `name`, remembered as used or missing.
  mutating func value(of name: String) -> String? {
    let value = variables(name)
    if value == nil { missing.insert(name) } else { used.insert(name) }
    return value
  }
}
