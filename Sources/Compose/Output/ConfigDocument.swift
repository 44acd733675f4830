import Documents
import Support

/// A project as one document, the way `docker compose config` prints it: keys in the order of the
/// specification, durations and sizes in one spelling, numbers as numbers.
package struct ConfigDocument {
  package let project: Project

  package init(_ project: Project) {
    self.project = project
  }

  package var json: JSONValue {
    value(project.tree, .project, at: ComposePath())
  }

  /// One service as it appears in the document.
  package func service(_ name: String) -> JSONValue? {
    project.tree["services"]?[name].map {
      value($0, .service, at: ComposePath(["services", name]))
    }
  }

  private func value(_ node: YAMLNode, _ shape: Shape, at path: ComposePath) -> JSONValue {
    if node.isNull, node.mapping == nil { return .null }
    if Self.sizes[path] == true, let text = node.text, let bytes = try? ByteSize.parseBinary(text) {
      return .string("\(bytes)")
    }
    switch shape {
    case .string: return .string(node.text ?? "")
    case .scalar, .choice: return .string(node.text ?? "")
    case .number: return Self.number(node)
    case .integer: return Int64(node.text ?? "").map(JSONValue.integer) ?? Self.number(node)
    case .boolean: return .bool(node.isTrue)
    case .duration:
      return .string(ComposeDuration(node.text ?? "")?.description ?? node.text ?? "")
    case .any: return node.json
    case .null: return .null
    case .list(let item):
      return .array((node.sequence ?? []).map { value($0, item, at: path.appending("[]")) })
    case .map(let member):
      return .object(
        JSONObject(
          node.members.sorted { $0.key < $1.key }
            .map { ($0.key, value($0.value, member, at: path.appending($0.key))) }))
    case .object(let object): return objectValue(node, object, path)
    case .either(let shapes): return value(node, Self.branch(shapes, for: node), at: path)
    }
  }

  private func objectValue(
    _ node: YAMLNode, _ object: ObjectShape, _ path: ComposePath
  ) -> JSONValue {
    let members = node.members.sorted {
      (ConfigOrder.rank($0.key, at: path), $0.key) < (ConfigOrder.rank($1.key, at: path), $1.key)
    }
    return .object(
      JSONObject(
        members.compactMap { key, member in
          // An empty list or mapping says nothing, but for `volume: {}` and a resource's own entry.
          if member.sequence?.isEmpty == true { return nil }
          let next = path.appending(key)
          return (key, value(member, object.members[key] ?? .any, at: next))
        }))
  }

  private static func number(_ node: YAMLNode) -> JSONValue {
    let text = node.text ?? ""
    return Int64(text).map(JSONValue.integer) ?? Double(text).map(JSONValue.number)
      ?? .string(text)
  }

  /// The one of several shapes that a value of the canonical form has.
  private static func branch(_ shapes: [Shape], for node: YAMLNode) -> Shape {
    let fitting = shapes.first { shape in
      switch (shape, node.kind) {
      case (.list, .sequence), (.map, .mapping), (.object, .mapping): true
      case (.list, _), (.map, _), (.object, _), (.null, _): false
      case (.boolean, .scalar(let text, _)): text == "true" || text == "false"
      case (.integer, .scalar(let text, _)): Int64(text) != nil
      case (_, .scalar): true
      default: false
      }
    }
    // Pairs are strings in the canonical form, whatever they were written as.
    return fitting ?? .any
  }

  private static let sizes = ComposePathTable<Bool>(
    [
      "services.*.mem_limit", "services.*.mem_reservation", "services.*.memswap_limit",
      "services.*.shm_size", "services.*.build.shm_size",
      "services.*.deploy.resources.limits.memory",
      "services.*.deploy.resources.reservations.memory", "services.*.volumes.[].tmpfs.size",
    ].map { ($0, true) })
}
