// What `kubectl apply` sends. Three versions of an object are compared: the one applied last time
// (it stands in an annotation), the one to be applied, and the one the server has:
//
//   wished and not there, or different there     is set
//   applied last time and no longer wished       is removed
//   never applied by us                          is left alone: others own it
//
// Lists whose elements have a name are compared element by element; the schema says which
// (patchMergeKey). For kinds without a schema, lists are replaced: a JSON merge patch.
//
// Next: Verbs/Apply.swift

import Documents
import Kube

/// Makes patches out of three versions.
enum ThreeWayMerge {
  /// The patch from `current` to `wished`, given what `last` was; empty when nothing is to be done.
  ///
  /// - Parameter type: the kind's schema; nil gives a JSON merge patch.
  static func patch(
    last: JSONValue, wished: JSONValue, current: JSONValue, type: MessageType?
  ) -> JSONObject {
    object(last.object, wished.object ?? [:], current.object ?? [:], type.map { .message($0) })
  }

  private static func object(
    _ last: JSONObject?, _ wished: JSONObject, _ current: JSONObject, _ type: FieldType?
  ) -> JSONObject {
    var patch = JSONObject()
    for (key, value) in wished {
      let (field, inner) = lookUp(key, type)
      guard let there = current[key] else {
        if !value.isNull { patch[key] = value }
        continue
      }
      switch (value, there) {
      case (.object(let members), .object(let existing)):
        var changes = object(last?[key]?.object, members, existing, inner)
        guard !changes.isEmpty else { continue }
        if field?.retainsKeys == true { changes["$retainKeys"] = keys(of: members) }
        patch[key] = .object(changes)
      case (.array(let elements), .array(let existing)) where field?.merges == true:
        list(
          key, last?[key]?.array ?? [], elements, existing, field, inner?.element, into: &patch)
      default:
        if value != there { patch[key] = value }
      }
    }
    for key in last?.keys ?? [] where wished[key] == nil && current[key] != nil {
      patch[key] = .null
    }
    return patch
  }

  private static func lookUp(_ key: String, _ type: FieldType?) -> (Field?, FieldType?) {
    switch type {
    case .message(let message):
      let field = message.field(key)
      return (field, field?.type)
    case .map(let element): return (nil, element)
    default: return (nil, nil)
    }
  }

  private static func keys(of members: JSONObject) -> JSONValue {
    .array(members.keys.sorted().map(JSONValue.string))
  }

  private static func list(
    _ name: String, _ last: [JSONValue], _ wished: [JSONValue], _ current: [JSONValue],
    _ field: Field?, _ type: FieldType?, into patch: inout JSONObject
  ) {
    guard let key = field?.mergeKey else {
      let added = wished.filter { !current.contains($0) }
      let gone = last.filter { !wished.contains($0) && current.contains($0) }
      if !added.isEmpty { patch[name] = .array(added) }
      if !gone.isEmpty { patch["$deleteFromPrimitiveList/\(name)"] = .array(gone) }
      if !added.isEmpty || !gone.isEmpty { patch["$setElementOrder/\(name)"] = .array(wished) }
      return
    }
    var changes: [JSONValue] = []
    for element in wished {
      guard let there = current.first(where: { $0[key] == element[key] }) else {
        changes.append(element)
        continue
      }
      let before = last.first { $0[key] == element[key] }
      var change = object(
        before?.object, element.object ?? [:], there.object ?? [:], type)
      guard !change.isEmpty else { continue }
      if field?.retainsKeys == true { change["$retainKeys"] = keys(of: element.object ?? [:]) }
      change[key] = element[key]
      changes.append(.object(change))
    }
    for element in last where !wished.contains(where: { $0[key] == element[key] }) {
      guard current.contains(where: { $0[key] == element[key] }) else { continue }
      changes.append(["$patch": "delete", key: element[key] ?? .null])
    }
    let order = wished.compactMap { $0[key] }
    let kept = current.compactMap { $0[key] }.filter(order.contains)
    if !changes.isEmpty { patch[name] = .array(changes) }
    if !changes.isEmpty || kept != order.filter(kept.contains) {
      patch["$setElementOrder/\(name)"] = .array(order.map { [key: $0] })
    }
  }
}
