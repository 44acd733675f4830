import Documents

/// The keys of a mapping with their kinds, as its reader asked for them. It is noted down while
/// reading (`Fields`), so that there is no second list to keep true: reading an empty mapping gives
/// the shape of all.
struct Shape: Sendable {
  /// What may stand under a key.
  enum Kind: Sendable, Hashable {
    case text, integer, flag
    /// A text or a list of texts.
    case texts
    case choice([String])
    /// A choice or a list of them.
    case choices([String])
    /// Texts under names.
    case pairs
    /// What no other kind describes, as a schema.
    case schema(JSONValue)
  }

  struct Key: Sendable {
    var name: String
    /// Any of these; empty for whatever can be written.
    var kinds: [Kind] = []
    var isRequired = false
  }

  private(set) var keys: [Key] = []
  /// Whether one comparison may, or must, be among the keys; nil when none is asked for.
  private(set) var comparison: Bool?

  mutating func note(_ name: String, _ kind: Kind? = nil) {
    let place = keys.firstIndex { $0.name == name } ?? keys.count
    if place == keys.count { keys.append(Key(name: name)) }
    guard let kind, !keys[place].kinds.contains(kind) else { return }
    switch kind {
    // A choice is read as a text first.
    case .choice: keys[place].kinds.removeAll { $0 == .text }
    case .choices: keys[place].kinds.removeAll { $0 == .texts }
    case .schema: keys[place].kinds = []
    default: break
    }
    keys[place].kinds.append(kind)
  }

  mutating func require(_ name: String) {
    note(name)
    for place in keys.indices where keys[place].name == name { keys[place].isRequired = true }
  }

  mutating func noteComparison(required: Bool = false) {
    comparison = required || comparison == true
  }

  /// The shape of what either of two readings asked for.
  func merged(with other: Shape) -> Shape {
    var result = self
    for key in other.keys {
      result.note(key.name)
      for kind in key.kinds { result.note(key.name, kind) }
    }
    return result
  }
}
