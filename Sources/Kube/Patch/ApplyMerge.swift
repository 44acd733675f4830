import Documents

/// The object that comes of laying an applied configuration over what is there, and of taking away
/// what its manager no longer wants.
enum ApplyMerge {
  /// `live` with `applied` laid over it: members merge, associative lists merge by key (the order of
  /// the applied one wins, others stay where they were), sets unite, leaves are replaced.
  static func overlay(
    _ applied: JSONValue, on live: JSONValue, _ type: FieldType?, _ field: Field? = nil
  ) -> JSONValue {
    guard case .members(let wished) = FieldWalk.shape(applied, type, field),
      case .members(let present) = FieldWalk.shape(live, type, field)
    else { return applied }
    switch (applied, live) {
    case (.object, .object(var members)):
      for (element, value, inner, innerField) in wished {
        guard case .field(let name) = element else { continue }
        members[name] =
          members[name].map { overlay(value, on: $0, inner, innerField) } ?? value
      }
      return .object(members)
    case (.array, .array):
      var merged: [PathElement: JSONValue] = [:]
      for (element, value, _, _) in present { merged[element] = value }
      for (element, value, inner, innerField) in wished {
        merged[element] =
          merged[element].map { overlay(value, on: $0, inner, innerField) } ?? value
      }
      return .array(order(present.map(\.0), wished.map(\.0)).compactMap { merged[$0] })
    default: return applied
    }
  }

  /// The applied elements in their order; what only the live list has, after what it followed there.
  private static func order(_ present: [PathElement], _ wished: [PathElement]) -> [PathElement] {
    let wishedSet = Set(wished)
    var rest = wished[...]
    var result: [PathElement] = []
    for element in present {
      if wishedSet.contains(element) {
        while let next = rest.first {
          rest = rest.dropFirst()
          result.append(next)
          if next == element { break }
        }
      } else {
        result.append(element)
      }
    }
    result += rest
    var seen: Set<PathElement> = []
    return result.filter { seen.insert($0).inserted }
  }

  /// `value` without the fields of `set`. An object that becomes empty by it goes too, unless
  /// somebody owns it.
  static func removing(
    _ set: FieldSet, from value: JSONValue, _ type: FieldType?, _ field: Field? = nil
  ) -> JSONValue? {
    guard case .members(let members) = FieldWalk.shape(value, type, field) else { return value }
    switch value {
    case .object(var object):
      for (element, member, inner, innerField) in members {
        guard case .field(let name) = element else { continue }
        if set.members.contains(element), set.children[element] == nil {
          object[name] = nil
        } else if let below = set.children[element] {
          let rest = removing(below, from: member, inner, innerField)
          object[name] = rest
        }
      }
      return object.isEmpty && !members.isEmpty ? nil : .object(object)
    case .array:
      let kept = members.compactMap { element, member, inner, innerField -> JSONValue? in
        if set.members.contains(element) { return nil }
        guard let below = set.children[element] else { return member }
        return removing(below, from: member, inner, innerField)
      }
      return kept.isEmpty && !members.isEmpty ? nil : .array(kept)
    default: return value
    }
  }
}
