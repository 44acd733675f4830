import Documents

/// Reading and writing the parts that every object has.
extension JSONValue {
  /// The value at a path of member names.
  package func at(_ path: String...) -> JSONValue? {
    var value: JSONValue? = self
    for key in path { value = value?[key] }
    return value
  }

  /// Writes the value at a path of member names, making objects on the way; nil removes it.
  package mutating func set(_ path: String..., to value: JSONValue?) {
    set(path[...], to: value)
  }

  /// The same for a path that is computed.
  package mutating func set(_ path: ArraySlice<String>, to value: JSONValue?) {
    guard let first = path.first else { return }
    if path.count == 1 {
      if value == nil && self[first] == nil { return }
      self[first] = value
      return
    }
    var child = self[first] ?? .object([:])
    if value == nil && self[first] == nil { return }
    child.set(path.dropFirst(), to: value)
    self[first] = child
  }

  /// The text at a path, empty when there is none.
  package func text(_ path: String...) -> String {
    var value: JSONValue? = self
    for key in path { value = value?[key] }
    return value?.string ?? ""
  }

  /// The whole number at a path.
  package func number(_ path: String...) -> Int? {
    var value: JSONValue? = self
    for key in path { value = value?[key] }
    return value?.int
  }

  /// The elements of the list at a path, none when there is no list.
  package func list(_ path: String...) -> [JSONValue] {
    var value: JSONValue? = self
    for key in path { value = value?[key] }
    return value?.array ?? []
  }

  /// Whether the value at a path is true.
  package func flag(_ path: String...) -> Bool {
    var value: JSONValue? = self
    for key in path { value = value?[key] }
    return value?.bool ?? false
  }

  /// The texts of the map at a path.
  package func map(_ path: String...) -> [String: String] {
    var value: JSONValue? = self
    for key in path { value = value?[key] }
    return value?.textMap ?? [:]
  }

  /// An object whose members are texts, as a dictionary.
  package var textMap: [String: String] {
    guard let members = object else { return [:] }
    return Dictionary(
      members.compactMap { key, value in value.string.map { (key, $0) } },
      uniquingKeysWith: { _, last in last })
  }

  /// A dictionary of texts as an object, in the order of its keys.
  package init(map: [String: String]) {
    self = .object(
      JSONObject(map.sorted { $0.key < $1.key }.map { ($0.key, JSONValue.string($0.value)) }))
  }

  /// `metadata.name`.
  package var name: String { text("metadata", "name") }
  /// `metadata.namespace`, empty for objects of the whole cluster.
  package var namespace: String { text("metadata", "namespace") }
  /// `metadata.uid`.
  package var uid: String { text("metadata", "uid") }
  /// `kind`.
  package var kind: String { text("kind") }
  /// `metadata.labels`.
  package var labels: [String: String] { map("metadata", "labels") }
  /// `metadata.annotations`.
  package var annotations: [String: String] { map("metadata", "annotations") }
  /// `metadata.resourceVersion`.
  package var resourceVersion: String { text("metadata", "resourceVersion") }
  /// Whether somebody asked for the object's deletion.
  package var isBeingDeleted: Bool { at("metadata", "deletionTimestamp") != nil }
  /// `namespace/name`, or the name alone.
  package var qualifiedName: String { namespace.isEmpty ? name : "\(namespace)/\(name)" }

  /// The owner that manages the object.
  package var controllerReference: JSONValue? {
    list("metadata", "ownerReferences").first { $0.flag("controller") }
  }

  /// The status condition of that type.
  package func condition(_ type: String) -> JSONValue? {
    list("status", "conditions").first { $0.text("type") == type }
  }

  /// Whether the status condition of that type is `True`.
  package func isCondition(_ type: String) -> Bool {
    condition(type)?.text("status") == "True"
  }
}
