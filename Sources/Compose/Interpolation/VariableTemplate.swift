import Support

/// `${NAME}` in a compose file, with the modifiers of the compose specification
/// (12-interpolation): `:-` `-` give a default, `:?` `?` demand a value, `:+` `+` replace one.
/// Braces nest: `${A:-${B}}`. `$$` is a dollar sign, and a lone `$` means itself.
package struct VariableTemplate {
  /// What a variable's value is; nil when it is not set.
  package var lookup: (String) -> String?
  /// The variables that were asked for, were not set, and had no default.
  package private(set) var unset: [String] = []
  /// How deep braces may nest: each level is a call.
  private static let deepest = 100
  private var depth = 0

  package init(lookup: @escaping (String) -> String?) {
    self.lookup = lookup
  }

  /// Why a text cannot be substituted.
  package enum Problem: Error, Equatable {
    /// `${` that is not a variable.
    case invalid(String)
    /// `${NAME:?reason}` without a value.
    case required(name: String, reason: String)
    /// Braces in braces, deeper than anybody can mean.
    case tooDeep
  }

  /// `text` with all variables replaced.
  ///
  /// - Throws: ``Problem``.
  package mutating func substitute(_ text: String) throws -> String {
    guard text.contains("$") else { return text }
    guard depth < Self.deepest else { throw Problem.tooDeep }
    depth += 1
    defer { depth -= 1 }
    var result = ""
    var rest = Substring(text)
    while let dollar = rest.firstIndex(of: "$") {
      result += rest[..<dollar]
      rest = rest[rest.index(after: dollar)...]
      if rest.first == "$" {
        result += "$"
        rest = rest.dropFirst()
      } else if rest.first == "{" {
        guard let end = Self.closingBrace(rest) else { throw Problem.invalid(text) }
        let inner = rest[rest.index(after: rest.startIndex)..<end]
        result += try expand(inner, of: text)
        rest = rest[rest.index(after: end)...]
      } else {
        let name = Self.name(rest)
        result += name.isEmpty ? "$" : value(name)
        rest = rest.dropFirst(name.count)
      }
    }
    return result + rest
  }

  /// What is between the braces of `${…}`.
  private mutating func expand(_ inner: Substring, of text: String) throws -> String {
    let name = String(Self.name(inner))
    guard !name.isEmpty else { throw Problem.invalid(text) }
    var rest = inner.dropFirst(name.count)
    if rest.isEmpty { return value(Substring(name)) }
    let emptyCounts = rest.first == ":"
    if emptyCounts { rest = rest.dropFirst() }
    guard let modifier = rest.first, "-?+".contains(modifier) else { throw Problem.invalid(text) }
    let word = String(rest.dropFirst())
    let found = lookup(name)
    let isThere = found.map { !(emptyCounts && $0.isEmpty) } ?? false
    switch modifier {
    case "-": return isThere ? found ?? "" : try substitute(word)
    case "+": return isThere ? try substitute(word) : found ?? ""
    default:
      if isThere { return found ?? "" }
      throw Problem.required(name: name, reason: try substitute(word))
    }
  }

  private mutating func value(_ name: Substring) -> String {
    if let found = lookup(String(name)) { return found }
    if !unset.contains(String(name)) { unset.append(String(name)) }
    return ""
  }

  private static func name(_ text: Substring) -> Substring {
    guard let first = text.unicodeScalars.first, first == "_" || first.isASCIILetter else {
      return ""
    }
    return text.prefix { character in
      character.unicodeScalars.count == 1
        && character.unicodeScalars.allSatisfy {
          $0 == "_" || $0.isASCIILetter || ("0"..."9").contains($0)
        }
    }
  }

  /// The brace that closes the one `text` begins with.
  private static func closingBrace(_ text: Substring) -> Substring.Index? {
    var depth = 0
    for index in text.indices {
      switch text[index] {
      case "{": depth += 1
      case "}":
        depth -= 1
        if depth == 0 { return index }
      default: break
      }
    }
    return nil
  }
}

extension Unicode.Scalar {
  fileprivate var isASCIILetter: Bool { ("a"..."z").contains(self) || ("A"..."Z").contains(self) }
}
