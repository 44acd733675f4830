/// A place in a compose model: the keys from the top, `services.web.ports`. The rules for merging,
/// transforming and checking are tables over patterns of such places.
struct ComposePath: Hashable, Sendable, CustomStringConvertible {
  var parts: [String]

  init(_ parts: [String] = []) {
    self.parts = parts
  }

  /// A pattern or a place whose keys have no dots in them.
  init(_ text: String) {
    parts = text.split(separator: ".").map(String.init)
  }

  func appending(_ part: String) -> ComposePath {
    ComposePath(parts + [part])
  }

  /// Whether this place is one that `pattern` describes; `*` stands for any one key or item.
  func matches(_ pattern: ComposePath) -> Bool {
    parts.count == pattern.parts.count
      && zip(parts, pattern.parts).allSatisfy { $1 == "*" || $0 == $1 }
  }

  /// `services.web.ports[0]`.
  var description: String {
    parts.reduce("") { $0 + ($0.isEmpty || $1.hasPrefix("[") ? "" : ".") + $1 }
  }
}

/// Values by pattern of a place, found quickly: most places of a file match none.
struct ComposePathTable<Value: Sendable>: Sendable {
  private var byLast: [String: [(pattern: ComposePath, value: Value)]] = [:]

  init(_ entries: [(String, Value)]) {
    for (text, value) in entries {
      let pattern = ComposePath(text)
      byLast[pattern.parts.last ?? "", default: []].append((pattern, value))
    }
  }

  subscript(path: ComposePath) -> Value? {
    let last = path.parts.last ?? ""
    for key in [last, "*"] {
      if let found = byLast[key]?.first(where: { path.matches($0.pattern) }) { return found.value }
    }
    return nil
  }
}
