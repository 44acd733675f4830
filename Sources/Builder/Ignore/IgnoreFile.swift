import Support

/// A .dockerignore: which files of a context a build does not see.
///
/// The last line that says something about a file decides. A line about a directory is also about
/// everything below it.
package struct IgnoreFile: Sendable, Hashable {
  private struct Rule: Sendable, Hashable {
    var pattern: PathPattern
    /// `!pattern`: not ignored after all.
    var isException: Bool
  }

  private var rules: [Rule] = []

  /// Ignores nothing.
  package init() {}

  /// Reads the text of a .dockerignore; `name` is what messages call it.
  package init(parsing text: String, name: String = ".dockerignore") throws {
    for (index, line) in SourceQuotation.split(text).enumerated() {
      var line = line
      if index == 0, line.unicodeScalars.first == "\u{FEFF}" {
        line = String(line.unicodeScalars.dropFirst())
      }
      // Only in the first column: `  #x` is a pattern.
      if line.hasPrefix("#") { continue }
      guard let rule = try IgnoreFile.rule(line.trimmed, name, index + 1) else { continue }
      rules.append(rule)
    }
  }

  private static func rule(_ line: String, _ name: String, _ number: Int) throws -> Rule? {
    guard !line.isEmpty else { return nil }
    let isException = line.hasPrefix("!")
    let rest = isException ? String(line.dropFirst()).trimmed : line
    guard !rest.isEmpty else {
      throw DklabError(
        .invalid, id: "ignore.pattern",
        Text("illegal exclusion pattern: \"!\"", ko: "잘못된 제외 패턴입니다: \"!\""),
        at: SourceLocation(file: name, line: number, column: 1))
    }
    var cleaned = PathText.clean(rest)
    if cleaned.utf8.count > 1, cleaned.hasPrefix("/") { cleaned.removeFirst() }
    guard let pattern = PathPattern(cleaned) else {
      throw DklabError(
        .invalid, id: "ignore.pattern",
        Text("syntax error in pattern: \"\(rest)\"", ko: "패턴이 잘못되었습니다: \"\(rest)\""),
        at: SourceLocation(file: name, line: number, column: 1))
    }
    return Rule(pattern: pattern, isException: isException)
  }

  package var isEmpty: Bool { rules.isEmpty }

  /// Whether something below an ignored directory may be wanted all the same.
  package var hasExceptions: Bool { rules.contains { $0.isException } }

  /// Whether `path`, relative to the context, is ignored.
  package func ignores(_ path: String) -> Bool {
    var ignored = false
    for rule in rules where rule.isException == ignored {
      if IgnoreFile.covers(rule.pattern, path) { ignored = !rule.isException }
    }
    return ignored
  }

  /// Whether the pattern stands for `path` or for a directory above it.
  static func covers(_ pattern: PathPattern, _ path: String) -> Bool {
    if pattern.matches(path) { return true }
    var above = path[...]
    while let slash = above.lastIndex(of: "/") {
      above = above[..<slash]
      if pattern.matches(String(above)) { return true }
    }
    return false
  }
}
