import Documents
import Support

/// Something wrong with a lab's files, at its place.
package struct Diagnostic: Sendable, Hashable {
  /// Errors refuse the lab; warnings are advice.
  package enum Severity: Sendable { case error, warning }

  /// The same in every language, such as `lab.unknown-key`.
  package var id: String
  package var severity: Severity
  package var message: Text
  package var hint: Text?
  package var location: SourceLocation
  /// The word that the mark belongs under, when it stands somewhere behind `location`. `SourceLines`
  /// finds it.
  var word: String?

  init(
    _ id: String, _ message: Text, hint: Text? = nil, at location: SourceLocation,
    word: String? = nil, severity: Severity = .error
  ) {
    self.id = id
    self.severity = severity
    self.message = message
    self.hint = hint
    self.location = location
    self.word = word
  }

  /// An error of a lower layer, told as a diagnostic.
  init(_ error: DklabError, at location: SourceLocation) {
    self.init(error.id, error.message, hint: error.hint, at: error.location ?? location)
  }
}

extension Diagnostic {
  /// That `{{name}}` stands somewhere behind `location` and is none of `variables`.
  static func undeclared(
    _ name: String, in variables: Variables, at location: SourceLocation
  ) -> Diagnostic {
    let known = variables.values.keys.sorted()
    return Diagnostic(
      "lab.unknown-variable",
      Text("no variable `\(name)` is declared", ko: "`\(name)` 변수가 선언되지 않았습니다"),
      hint: Suggestion.nearest(to: name, in: known).map { Text.meant("{{\($0)}}") }
        ?? .list(of: known), at: location, word: "{{\(name)}}")
  }
}

extension Diagnostic.Severity {
  /// How it is called before a message.
  package var name: Text {
    self == .error ? Text("error", ko: "오류") : Text("warning", ko: "경고")
  }
}

extension Diagnostic {
  /// `file:line:column: error: message`, with `hint: …` on a line of its own where there is one.
  package func text(_ language: Language = .current) -> String {
    ([headline(language)] + hintLine(language)).joined(separator: "\n")
  }

  /// The same with the line of the file it is about, and a mark under the place.
  package func lines(_ language: Language = .current, facts: TerminalFacts = .plain) -> [String] {
    [headline(language)] + SourceExcerpt.lines(at: location, facts: facts) + hintLine(language)
  }

  /// For programs: everything in both languages, and the id.
  package var json: JSONValue {
    var object = JSONObject([
      ("file", .string(location.file)), ("line", .integer(Int64(location.line))),
      ("column", .integer(Int64(location.column))), ("severity", .string(severity.name.en)),
      ("id", .string(id)), ("message", Self.both(message)),
    ])
    if let hint { object["hint"] = Self.both(hint) }
    return .object(object)
  }

  private static func both(_ text: Text) -> JSONValue {
    .object(JSONObject([("en", .string(words(text, .en))), ("ko", .string(words(text, .ko)))]))
  }

  /// `text` with the Korean particles that fit the names in it.
  private static func words(_ text: Text, _ language: Language) -> String {
    language == .ko ? WrittenParticles.settle(text.ko) : text.en
  }

  private func headline(_ language: Language) -> String {
    let place = location.line > 0 ? ":\(location.line):\(location.column)" : ""
    return "\(location.file)\(place): \(severity.name(language)): "
      + Self.words(message, language)
  }

  private func hintLine(_ language: Language) -> [String] {
    hint.map { ["  \(language == .ko ? "힌트" : "hint"): \(Self.words($0, language))"] } ?? []
  }

  /// The diagnostic as an error that ends a command.
  package var error: DklabError {
    DklabError(.invalid, id: id, message, hint: hint, at: location)
  }
}
