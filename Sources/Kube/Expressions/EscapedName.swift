/// Names of fields that are no names of the language are written with words between underscores:
/// `self.x__dash__y` is the field `x-y`, and `self.__namespace__` the field `namespace`.
enum EscapedName {
  private static let signs = [
    "__underscores__": "__", "__dot__": ".", "__dash__": "-", "__slash__": "/",
  ]
  private static let reserved: Set<String> = [
    "as", "break", "const", "continue", "else", "false", "for", "function", "if", "import", "in",
    "let", "loop", "namespace", "null", "package", "return", "true", "var", "void", "while",
  ]

  /// The name that is meant; nil when nothing in `name` is escaped.
  static func plain(_ name: String) -> String? {
    guard name.contains("__") else { return nil }
    if name.hasPrefix("__"), name.hasSuffix("__"), name.count > 4 {
      let word = String(name.dropFirst(2).dropLast(2))
      if reserved.contains(word) { return word }
    }
    var rest = name[...]
    var result = ""
    while let first = rest.first {
      if let (word, sign) = signs.first(where: { rest.hasPrefix($0.key) }) {
        result += sign
        rest = rest.dropFirst(word.count)
      } else {
        result.append(first)
        rest = rest.dropFirst()
      }
    }
    return result == name ? nil : result
  }
}
