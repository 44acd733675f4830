import Support

/// A variable as the front matter declares it: where its value comes from.
package struct VariableDeclaration: Sendable, Hashable {
  /// Where a value comes from.
  package enum Source: Sendable, Hashable {
    case port(ClosedRange<Int>)
    case name(prefix: String)
    case number(ClosedRange<Int>)
    case choice([String])
    case constant(String)
    case token(length: Int)
  }

  package var name: String
  package var source: Source
  package var location: SourceLocation

  /// Names that a lab cannot declare: what the kit itself exports, and words of Go templates.
  static let reserved: Set<String> = [
    "instance", "root", "lab", "step", "lang", "end", "else", "token", "kernel",
  ]

  /// Variables that are there without being declared.
  static let builtIn: Set<String> = ["token", "kernel"]
}
