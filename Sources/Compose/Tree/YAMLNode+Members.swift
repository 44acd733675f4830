import Documents
import Support

// The loader works on YAML trees from the first file to the finished model, so that every message,
// however late, can still say file, line and column.
extension YAMLNode {
  /// The members of a mapping by key, in order; nothing for anything else.
  var members: [(key: String, value: YAMLNode)] {
    (mapping ?? []).map { ($0.key.text ?? "", $0.value) }
  }

  /// The value under `key`. Writing keeps the place of a key that is there, adds one at the end,
  /// and removes it with nil; a node that is no mapping becomes one.
  subscript(member key: String) -> YAMLNode? {
    get { self[key] }
    set {
      var entries = mapping ?? []
      let index = entries.firstIndex { $0.key.text == key }
      switch (index, newValue) {
      case (let index?, let value?): entries[index].value = value
      case (let index?, nil): entries.remove(at: index)
      case (nil, let value?):
        entries.append((YAMLNode(.scalar(key, plain: true), at: value.location), value))
      case (nil, nil): return
      }
      kind = .mapping(entries)
    }
  }

  /// A string, at this node's place.
  func string(_ text: String) -> YAMLNode {
    YAMLNode(.scalar(text, plain: false), at: location)
  }

  /// A boolean, number or null as it is written in YAML, at this node's place.
  func plain(_ text: String) -> YAMLNode {
    YAMLNode(.scalar(text, plain: true), at: location)
  }

  /// A list, at this node's place.
  func list(_ items: [YAMLNode]) -> YAMLNode {
    YAMLNode(.sequence(items), at: location)
  }

  /// A mapping, at this node's place.
  func object(_ members: [(String, YAMLNode)]) -> YAMLNode {
    YAMLNode(
      .mapping(members.map { (YAMLNode(.scalar($0, plain: false), at: $1.location), $1) }),
      at: location)
  }

  /// A mapping with every value replaced.
  func mapMembers(_ transform: (String, YAMLNode) throws -> YAMLNode) rethrows -> YAMLNode {
    guard let entries = mapping else { return self }
    var node = self
    node.kind = .mapping(
      try entries.map { ($0.key, try transform($0.key.text ?? "", $0.value)) })
    return node
  }

  /// Whether this is the boolean true, or a word that means it (after interpolation).
  var isTrue: Bool {
    switch text?.lowercased() {
    case "true", "yes", "on", "y", "1": true
    default: false
    }
  }
}
