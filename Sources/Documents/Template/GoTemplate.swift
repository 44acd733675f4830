import Support

/// A template of Go's text/template, as far as docker's `--format` uses it.
///
/// Understood: fields, variables, pipelines, `if`/`else`/`with`/`range`/`break`/`continue`, trim
/// markers, comments, the built-in functions and docker's own (`json`, `join`, `split`, `upper`,
/// `lower`, `title`, `pad`, `truncate`). Not understood: `define`, `template`, `block`. Errors read
/// as docker prints them, with ids `template.syntax` and `template.execution`.
package struct GoTemplate: Sendable {
  private let source: String
  private let nodes: [TemplateNode]

  /// Parses `source`.
  package init(_ source: String) throws {
    self.source = source
    nodes = try TemplateParser.parse(source)
  }

  /// The text for `root`, whose missing members behave as `shape` says.
  package func render(_ root: JSONValue, as shape: TemplateShape = .anything) throws -> String {
    var execution = TemplateExecution(source: source, root: root, shape: shape)
    _ = try execution.run(nodes)
    return execution.output
  }

  /// An error in docker's words.
  static func error(_ message: String, id: String = "template.syntax") -> DklabError {
    DklabError(
      .invalid, id: id,
      Text(
        "template parsing error: \(message)", ko: "템플릿을 해석할 수 없습니다: \(message)"))
  }
}

/// What Go would know from the types behind a document, which JSON does not say.
package struct TemplateShape: Sendable {
  /// What a member that is not there means.
  package enum Missing: Sendable {
    /// Prints `<no value>`, as for a Go map.
    case noValue
    /// An error as `docker inspect` gives it: `map has no entry for key "X"`.
    case noEntry
    /// An error as the listing commands give it: `can't evaluate field X in type T`.
    case noField(type: String)
  }

  /// A member computed from its object and the arguments, as in `{{.Label "name"}}`.
  package typealias Method = @Sendable (JSONObject, [JSONValue]) throws -> JSONValue

  package var missing: Missing
  /// Members that hold maps with keys of the user's: a missing key in them prints `<no value>`.
  package var openMaps: Set<String>
  /// Members that hold lists: null prints `[]`.
  package var lists: Set<String>
  /// Other names of members, as Go's field names differ from JSON's (`ID` for `Id`).
  package var aliases: [String: String]
  package var methods: [String: Method]

  package init(
    missing: Missing, openMaps: Set<String> = [], lists: Set<String> = [],
    aliases: [String: String] = [:], methods: [String: Method] = [:]
  ) {
    self.missing = missing
    self.openMaps = openMaps
    self.lists = lists
    self.aliases = aliases
    self.methods = methods
  }

  /// Whether nothing is known of the types: every object is a map.
  var isUntyped: Bool {
    if case .noValue = missing { true } else { false }
  }

  /// What null prints as, as the value of the member `name`.
  func nullText(_ name: String) -> String {
    openMaps.contains(name) ? "map[]" : lists.contains(name) ? "[]" : "<nil>"
  }

  /// Every object is a map.
  package static let anything = TemplateShape(missing: .noValue)
}
