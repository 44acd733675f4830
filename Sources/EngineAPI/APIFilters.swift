// `?filters={"name":{"web":true}}`, and the older `{"name":["web"]}`.

import Documents
import HTTP
import Support

/// What a list is narrowed down to: for each key, any of its values must match.
struct APIFilters: Sendable {
  private(set) var values: [String: [String]] = [:]

  init() {}

  /// - Throws: 400 for what is no filter, or has a key that is not `known`.
  init(_ text: String?, known: Set<String>) throws {
    guard let text, !text.isEmpty else { return }
    guard let object = (try? JSONValue.parse(text))?.object else {
      throw APIError(
        .badRequest, "invalid filter: invalid character in filters: \(text.prefix(40))")
    }
    for (key, value) in object {
      guard known.contains(key) else { throw APIError(.badRequest, "invalid filter '\(key)'") }
      if let list = value.array {
        values[key] = list.compactMap(\.string)
      } else if let set = value.object {
        values[key] = set.filter { $0.value.bool ?? false }.map(\.key)
      } else {
        throw APIError(.badRequest, "invalid filter: \(key): not a set of values")
      }
    }
  }

  subscript(key: String) -> [String] { values[key] ?? [] }

  /// Whether `key` was not given, or `test` holds for one of its values.
  func allow(_ key: String, _ test: (String) throws -> Bool) rethrows -> Bool {
    guard let wanted = values[key], !wanted.isEmpty else { return true }
    return try wanted.contains(where: test)
  }

  /// Whether every `label` (`KEY` or `KEY=VALUE`) is among `labels`, and no `label!` is.
  func allowLabels(_ labels: [String: String]) -> Bool {
    func has(_ wanted: String) -> Bool {
      let key = String(wanted.prefix { $0 != "=" })
      guard let value = labels[key] else { return false }
      return !wanted.contains("=") || value == wanted.dropFirst(key.count + 1)
    }
    return self["label"].allSatisfy(has) && !self["label!"].contains(where: has)
  }

  /// The truth value of `key`; nil when it was not given.
  func bool(_ key: String) throws -> Bool? {
    guard let value = self[key].first else { return nil }
    switch value.lowercased() {
    case "1", "t", "true": return true
    case "0", "f", "false": return false
    default: throw APIError(.badRequest, "invalid filter '\(key)=[\(value)]'")
    }
  }
}

/// `name=` of a filter: a part of the name, with `^` and `$` for its ends.
struct NameMatch {
  private let text: String
  private let atStart: Bool
  private let atEnd: Bool

  init(_ pattern: String) {
    atStart = pattern.hasPrefix("^")
    atEnd = pattern.hasSuffix("$")
    var text = pattern[...]
    if atStart { text = text.dropFirst() }
    if atEnd { text = text.dropLast() }
    if text.hasPrefix("/") { text = text.dropFirst() }
    self.text = String(text)
  }

  func matches(_ name: String) -> Bool {
    switch (atStart, atEnd) {
    case (true, true): name == text
    case (true, false): name.hasPrefix(text)
    case (false, true): name.hasSuffix(text)
    case (false, false): text.isEmpty || name.contains(text)
    }
  }
}
