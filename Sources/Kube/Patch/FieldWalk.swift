import Documents

/// How an object divides into fields that can be owned, by its schema: structures and maps by
/// member, associative lists by their keys, sets by value; atomic parts and scalars as a whole.
enum FieldWalk {
  /// A part of an object as ownership sees it.
  enum Shape {
    case leaf
    case members([(PathElement, JSONValue, FieldType?, Field?)])
  }

  /// How `value` divides.
  static func shape(_ value: JSONValue, _ type: FieldType?, _ field: Field?) -> Shape {
    if field?.isAtomic == true { return .leaf }
    switch (type, value) {
    case (.message(let message), .object(let members)):
      if message.isAtomic && field != nil { return .leaf }
      return .members(
        members.map { key, member in
          let inner = message.field(key)
          return (.field(key), member, inner?.type, inner)
        })
    case (.map(let element), .object(let members)):
      return .members(members.map { (.field($0.key), $0.value, element, nil) })
    case (.list(let element), .array(let elements)):
      return list(elements, element, field)
    case (nil, .object(let members)), (.json?, .object(let members)):
      // Without a schema objects are divided and lists are not.
      return .members(members.map { (.field($0.key), $0.value, nil, nil) })
    default: return .leaf
    }
  }

  private static func list(_ elements: [JSONValue], _ type: FieldType, _ field: Field?) -> Shape {
    guard let field else { return .leaf }
    if field.isSet { return .members(elements.map { (.value($0), $0, type, nil) }) }
    guard !field.listMapKeys.isEmpty else { return .leaf }
    return .members(
      elements.map { (element(of: field, $0), $0, type, nil) })
  }

  /// How an element of an associative list is told apart. Keys that are missing have the value that
  /// the schema gives them.
  static func element(of field: Field, _ value: JSONValue) -> PathElement {
    let message = field.type.message
    return .keys(
      JSONObject(
        field.listMapKeys.compactMap { key in
          (value[key] ?? message?.field(key)?.defaultValue).map { (key, $0) }
        }))
  }

  /// All fields of a value that can be owned.
  static func fields(of value: JSONValue, _ type: FieldType?, _ field: Field? = nil) -> FieldSet {
    guard case .members(let members) = shape(value, type, field) else { return FieldSet() }
    var set = FieldSet()
    for (element, member, inner, innerField) in members {
      switch shape(member, inner, innerField) {
      case .leaf: set.insert(element)
      case .members(let below):
        // The elements of lists are owned themselves, beside what they hold; so is what is empty.
        if case .field = element, !below.isEmpty {} else { set.insert(element) }
        set.insert(fields(of: member, inner, innerField), below: element)
      }
    }
    return set
  }

  /// Which fields differ between two forms of an object: changed or new ones, and those that are
  /// gone.
  static func difference(
    _ old: JSONValue, _ new: JSONValue, _ type: FieldType?, _ field: Field? = nil
  ) -> (changed: FieldSet, removed: FieldSet) {
    guard old != new else { return (FieldSet(), FieldSet()) }
    guard case .members(let before) = shape(old, type, field),
      case .members(let after) = shape(new, type, field)
    else { return (FieldSet(), FieldSet()) }
    var changed = FieldSet()
    var removed = FieldSet()
    let beforeByElement = Dictionary(before.map { ($0.0, $0) }, uniquingKeysWith: { one, _ in one })
    var seen: Set<PathElement> = []
    for (element, value, inner, innerField) in after {
      seen.insert(element)
      guard let (_, oldValue, _, _) = beforeByElement[element] else {
        changed = changed.union(only(element, value, inner, innerField))
        continue
      }
      if value == oldValue { continue }
      if case .members = shape(value, inner, innerField),
        case .members = shape(oldValue, inner, innerField)
      {
        let below = difference(oldValue, value, inner, innerField)
        changed.insert(below.changed, below: element)
        removed.insert(below.removed, below: element)
      } else {
        changed.insert(element)
      }
    }
    for (element, value, inner, innerField) in before where !seen.contains(element) {
      removed = removed.union(only(element, value, inner, innerField))
      removed.insert(element)
    }
    return (changed, removed)
  }

  private static func only(
    _ element: PathElement, _ value: JSONValue, _ type: FieldType?, _ field: Field?
  ) -> FieldSet {
    var set = FieldSet()
    let below = fields(of: value, type, field)
    if case .keys = element { set.insert(element) }
    if case .value = element { set.insert(element) }
    if below.isEmpty { set.insert(element) }
    set.insert(below, below: element)
    return set
  }
}
