import Support

/// One node of a YAML document, with its place in the file.
///
/// Aliases are already replaced by what they name; such a node keeps the location of its anchor.
package struct YAMLNode: Sendable {
  package var kind: Kind
  package var location: SourceLocation
  /// The tag as written out (`tag:yaml.org,2002:str`, `!custom`), nil when there is none.
  package var tag: String?

  package enum Kind: Sendable {
    /// `plain` is false for quoted and block scalars, which are always strings.
    case scalar(String, plain: Bool)
    case sequence([YAMLNode])
    case mapping([(key: YAMLNode, value: YAMLNode)])
  }

  package init(_ kind: Kind, at location: SourceLocation, tag: String? = nil) {
    self.kind = kind
    self.location = location
    self.tag = tag
  }
}

extension YAMLNode {
  /// The text of a scalar as written, whatever it resolves to.
  package var text: String? {
    if case .scalar(let text, _) = kind { text } else { nil }
  }

  /// The items, when this is a sequence.
  package var sequence: [YAMLNode]? {
    if case .sequence(let items) = kind { items } else { nil }
  }

  /// The members, when this is a mapping.
  package var mapping: [(key: YAMLNode, value: YAMLNode)]? {
    if case .mapping(let members) = kind { members } else { nil }
  }

  /// Whether this is an empty or null scalar.
  package var isNull: Bool { resolved == .null }

  /// The value under `key` of a mapping, nil when there is none.
  package subscript(key: String) -> YAMLNode? {
    mapping?.first { $0.key.text == key }?.value
  }

  /// What kind of node this is, in the words of the YAML specification.
  package var kindName: String {
    switch kind {
    case .scalar: "scalar"
    case .sequence: "sequence"
    case .mapping: "mapping"
    }
  }

  /// An error about this node.
  package func error(_ id: String, _ message: Text, hint: Text? = nil) -> DklabError {
    DklabError(.invalid, id: id, message, hint: hint, at: location)
  }
}
