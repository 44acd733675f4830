import Documents

/// A set of fields of an object: what a manager owns. A tree in which a node may be in the set
/// itself, and have others below it.
struct FieldSet: Sendable, Equatable {
  /// Fields of this level that are in the set.
  private(set) var members: Set<PathElement> = []
  /// What is in the set below this level; never holds an empty set.
  private(set) var children: [PathElement: FieldSet] = [:]

  var isEmpty: Bool { members.isEmpty && children.isEmpty }

  /// Adds the field at this level.
  mutating func insert(_ element: PathElement) {
    members.insert(element)
  }

  /// Adds what lies below a field of this level.
  mutating func insert(_ set: FieldSet, below element: PathElement) {
    guard !set.isEmpty else { return }
    children[element] = children[element].map { $0.union(set) } ?? set
  }

  func union(_ other: FieldSet) -> FieldSet {
    var result = self
    result.members.formUnion(other.members)
    for (element, set) in other.children { result.insert(set, below: element) }
    return result
  }

  func intersection(_ other: FieldSet) -> FieldSet {
    var result = FieldSet()
    result.members = members.intersection(other.members)
    for (element, set) in children {
      guard let theirs = other.children[element] else { continue }
      result.insert(set.intersection(theirs), below: element)
    }
    return result
  }

  func subtracting(_ other: FieldSet) -> FieldSet {
    var result = FieldSet()
    result.members = members.subtracting(other.members)
    for (element, set) in children {
      result.insert(other.children[element].map(set.subtracting) ?? set, below: element)
    }
    return result
  }

  /// Without the fields of `other` and everything below them.
  func recursivelySubtracting(_ other: FieldSet) -> FieldSet {
    var result = FieldSet()
    result.members = members.subtracting(other.members)
    for (element, set) in children where !other.members.contains(element) {
      result.insert(
        other.children[element].map(set.recursivelySubtracting) ?? set, below: element)
    }
    return result
  }

  /// Whether a field, or one below it, is in the set.
  func touches(_ element: PathElement) -> Bool {
    members.contains(element) || children[element] != nil
  }

  /// All paths of the set, in order, as messages show them.
  var paths: [String] {
    members.map(\.shown).sorted()
      + children.sorted { $0.key.shown < $1.key.shown }.flatMap { element, set in
        set.paths.map { element.shown + $0 }
      }
  }
}

extension FieldSet {
  /// Reads `fieldsV1`.
  init(fields: JSONValue?) {
    for (key, value) in fields?.object ?? [:] where key != "." {
      guard let element = PathElement(key) else { continue }
      let below = FieldSet(fields: value)
      if below.isEmpty || value["."] != nil { insert(element) }
      insert(below, below: element)
    }
  }

  /// As `fieldsV1`.
  var fields: JSONValue {
    var result: [(String, JSONValue)] = []
    for element in members.union(children.keys) {
      var value = children[element]?.fields.object ?? [:]
      if members.contains(element), !value.isEmpty {
        value = JSONObject([(".", .object([:]))] + value.map { ($0.key, $0.value) })
      }
      result.append((element.text, .object(value)))
    }
    return .object(JSONObject(result.sorted { $0.0 < $1.0 }))
  }
}
