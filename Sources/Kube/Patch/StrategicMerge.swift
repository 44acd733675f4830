import Documents

/// A document laid over another by what the schema says of each list: lists with a merge key are
/// merged element by element, sets united, the rest replaced. (Kubernetes API conventions,
/// "Strategic merge patch".)
///
/// Directives in the patch say what no overlay can: `$patch: delete | replace | merge`,
/// `$retainKeys`, `$setElementOrder/LIST`, `$deleteFromPrimitiveList/LIST`.
package enum StrategicMerge {
  private static let directive = "$patch"
  private static let retainKeys = "$retainKeys"
  private static let deleteFrom = "$deleteFromPrimitiveList/"
  private static let setOrder = "$setElementOrder/"

  /// `target` with `patch` laid over it.
  package static func apply(
    _ patch: JSONValue, to target: JSONValue, _ message: MessageType
  ) throws(APIError) -> JSONValue {
    guard case .object(let changes) = patch else {
      throw .badRequest(
        "error decoding patch: cannot unmarshal \(patch.kindName) into Go value of type "
          + "map[string]interface {}")
    }
    return .object(
      try merge(changes, into: target.object ?? [:], .message(message)) ?? JSONObject())
  }

  /// Nil when the patch says that the object is to go.
  private static func merge(
    _ changes: JSONObject, into target: JSONObject, _ type: FieldType?
  ) throws(APIError) -> JSONObject? {
    var changes = changes
    var target = target
    if let word = changes[directive] {
      changes[directive] = nil
      switch word.string {
      case "replace": return stripped(changes)
      case "delete": return nil
      case "merge": break
      default: throw .badRequest("Unknown patch type found: \(word)")
      }
    }
    if let keep = changes[retainKeys]?.array {
      changes[retainKeys] = nil
      let names = Set(keep.compactMap(\.string))
      for key in target.keys where !names.contains(key) { target[key] = nil }
    }
    for (key, change) in changes where key.hasPrefix(deleteFrom) {
      let name = String(key.dropFirst(deleteFrom.count))
      let gone = change.array ?? []
      if let elements = target[name]?.array {
        target[name] = .array(elements.filter { !gone.contains($0) })
      }
    }
    for (key, change) in changes where !key.hasPrefix("$") {
      if change.isNull {
        target[key] = nil
        continue
      }
      target[key] = try merged(
        change, target[key], of: key, type, order: changes[setOrder + key]?.array)
    }
    // An order may come without changes to the list.
    for (key, order) in changes where key.hasPrefix(setOrder) {
      let name = String(key.dropFirst(setOrder.count))
      guard changes[name] == nil, let elements = target[name]?.array else { continue }
      target[name] = .array(
        ordered(elements, by: order.array ?? [], key: field(name, type)?.mergeKey))
    }
    return target
  }

  private static func field(_ name: String, _ type: FieldType?) -> Field? {
    guard case .message(let message) = type else { return nil }
    return message.field(name)
  }

  private static func merged(
    _ change: JSONValue, _ old: JSONValue?, of key: String, _ type: FieldType?,
    order: [JSONValue]?
  ) throws(APIError) -> JSONValue? {
    let field = field(key, type)
    var inner = field?.type
    if case .map(let element) = type { inner = element }
    switch (change, old) {
    case (.object(let changes), _):
      // What is laid over nothing must still lose its directives and nulls.
      return try merge(changes, into: old?.object ?? [:], inner).map(JSONValue.object)
    case (.array(let changes), _) where field?.merges == true:
      let elements = old?.array ?? []
      guard let mergeKey = field?.mergeKey else {
        let added = changes.filter { !elements.contains($0) }
        return .array(ordered(elements + added, by: order ?? [], key: nil))
      }
      return .array(
        try merge(
          changes, into: elements, key: mergeKey, type: inner?.element, order: order, name: key))
    case (.array(let elements), _):
      return .array(
        elements.map { element in
          guard case .object(let members) = element else { return element }
          return .object(stripped(members))
        })
    default: return change
    }
  }

  private static func merge(
    _ changes: [JSONValue], into elements: [JSONValue], key: String, type: FieldType?,
    order: [JSONValue]?, name: String
  ) throws(APIError) -> [JSONValue] {
    var changes = changes
    if changes.contains(where: { $0.text(directive) == "replace" }) {
      return changes.filter { $0[directive] == nil }
    }
    var elements = elements
    for change in changes where change.text(directive) == "delete" {
      guard let value = change[key] else { throw noKey(key, name) }
      elements.removeAll { $0[key] == value }
    }
    changes.removeAll { $0.text(directive) == "delete" }
    for change in changes {
      guard case .object(let members) = change else {
        throw .badRequest("list \(name) of a patch: expected objects, found \(change.kindName)")
      }
      guard let value = members[key] else { throw noKey(key, name) }
      if let index = elements.firstIndex(where: { $0[key] == value }) {
        let merged = try merge(members, into: elements[index].object ?? [:], type)
        elements[index] = .object(merged ?? [:])
      } else if let added = try merge(members, into: [:], type) {
        elements.append(.object(added))
      }
    }
    return ordered(elements, by: order ?? [], key: key)
  }

  private static func noKey(_ key: String, _ name: String) -> APIError {
    .badRequest("map: map[] does not contain declared merge key: \(key) (list \(name))")
  }

  /// The elements in the order that the patch asks for; what it does not name keeps its place
  /// behind the element that it followed.
  private static func ordered(_ elements: [JSONValue], by order: [JSONValue], key: String?)
    -> [JSONValue]
  {
    guard !order.isEmpty else { return elements }
    func identity(_ value: JSONValue) -> JSONValue { key.flatMap { value[$0] } ?? value }
    let wished = order.map(identity)
    let named = wished.compactMap { wish in elements.first { identity($0) == wish } }
    var result: [JSONValue] = []
    var next = 0
    for element in elements {
      if wished.contains(identity(element)) {
        if next < named.count { result.append(named[next]) }
        next += 1
      } else {
        result.append(element)
      }
    }
    return result
  }

  /// Without directives and nulls, all the way down.
  private static func stripped(_ members: JSONObject) -> JSONObject {
    var result = JSONObject()
    for (key, value) in members where !key.hasPrefix("$") && !value.isNull {
      switch value {
      case .object(let inner): result[key] = .object(stripped(inner))
      default: result[key] = value
      }
    }
    return result
  }
}
