import Documents

/// Which variables a YAML tree uses.
enum YAMLVariables {
  static func names(in node: YAMLNode) -> [String] {
    switch node.kind {
    case .scalar(let text, _): Interpolation.references(in: text).map(\.name)
    case .sequence(let items): items.flatMap(names)
    case .mapping(let pairs): pairs.flatMap { names(in: $0.key) + names(in: $0.value) }
    }
  }
}
