import Documents

/// A path into an object as definitions of kinds write it: `.spec.size`, `.metadata.labels['a.b/c']`,
/// `.items[0]`, `.conditions[?(@.type=="Ready")].status`.
///
/// Simplification: no wildcards, no slices, no other comparisons; such a path finds nothing.
struct SimplePath: Sendable, Equatable {
  enum Part: Sendable, Equatable {
    case member(String)
    case element(Int)
    case first(key: String, value: String)
  }

  let parts: [Part]?

  init(_ text: String) {
    parts = Self.parse(text[...])
  }

  /// Only members: the path of a field that can be written.
  var members: [String]? {
    parts?.reduce(into: [String]?.some([])) { result, part in
      if case .member(let name) = part { result?.append(name) } else { result = nil }
    }
  }

  /// What is there; nil when there is nothing.
  func value(in object: JSONValue) -> JSONValue? {
    guard let parts else { return nil }
    var value: JSONValue? = object
    for part in parts {
      switch part {
      case .member(let name): value = value?[name]
      case .element(let index):
        let list = value?.array ?? []
        value = list.indices.contains(index) ? list[index] : nil
      case .first(let key, let text): value = value?.array?.first { $0[key]?.string == text }
      }
    }
    return value
  }

  private static func parse(_ text: Substring) -> [Part]? {
    var rest = text
    var parts: [Part] = []
    while let first = rest.first {
      rest.removeFirst()
      if first == "." {
        let name = rest.prefix { $0 != "." && $0 != "[" }
        guard !name.isEmpty else { return nil }
        parts.append(.member(String(name)))
        rest = rest.dropFirst(name.count)
        continue
      }
      guard first == "[", let end = closing(rest) else { return nil }
      guard let part = bracket(rest[..<end]) else { return nil }
      parts.append(part)
      rest = rest[rest.index(after: end)...]
    }
    return parts
  }

  /// The bracket that closes, quotes left alone.
  private static func closing(_ text: Substring) -> Substring.Index? {
    var quote: Character?
    for index in text.indices {
      let character = text[index]
      if let open = quote {
        if character == open { quote = nil }
      } else if character == "'" || character == "\"" {
        quote = character
      } else if character == "]" {
        return index
      }
    }
    return nil
  }

  private static func bracket(_ text: Substring) -> Part? {
    if let number = Int(text) { return number >= 0 ? .element(number) : nil }
    if let name = unquoted(text) { return .member(name) }
    guard text.hasPrefix("?(@."), text.hasSuffix(")") else { return nil }
    let condition = text.dropFirst(4).dropLast()
    guard let range = condition.firstRange(of: "==") else { return nil }
    func trimmed(_ part: Substring) -> Substring {
      var part = part
      while part.first == " " { part.removeFirst() }
      while part.last == " " { part.removeLast() }
      return part
    }
    let key = trimmed(condition[..<range.lowerBound])
    guard let value = unquoted(trimmed(condition[range.upperBound...])),
      key.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" || $0 == "-" })
    else { return nil }
    return .first(key: String(key), value: value)
  }

  private static func unquoted(_ text: Substring) -> String? {
    guard text.count >= 2, let first = text.first, first == "'" || first == "\"",
      text.last == first
    else { return nil }
    return String(text.dropFirst().dropLast()).replacing("\\.", with: ".")
  }
}
