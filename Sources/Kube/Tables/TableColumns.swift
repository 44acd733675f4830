import Documents
import Support

/// The columns of tables, as `kubectl get` shows them, and what they have in common.
enum TableColumns {
  static let name = Column("Name", format: "name", "Name of the object") { object, _ in
    .string(object.name)
  }
  static let age = Column("Age", "string", "Time since the object was made") { object, now in
    .string(Ages.since(object.at("metadata", "creationTimestamp")?.string, now: now))
  }
  /// What is shown of kinds without columns of their own.
  static let standard = [
    name,
    Column("Created At", "date") { object, _ in
      object.at("metadata", "creationTimestamp") ?? .null
    },
  ]

  /// A column that shows one text of the object.
  static func text(
    _ title: String, wide: Bool = false, empty: String = "", _ path: String...
  ) -> Column {
    Column(title, wide: wide) { object, _ in
      var value: JSONValue? = object
      for key in path { value = value?[key] }
      switch value {
      case .string(let text)?: return .string(text.isEmpty ? empty : text)
      case nil, .null?: return .string(empty)
      case .some(let other): return .string(other.description)
      }
    }
  }

  /// A column that shows one number of the object, zero when it is missing.
  static func number(_ title: String, wide: Bool = false, _ path: String...) -> Column {
    Column(title, "integer", wide: wide) { object, _ in
      var value: JSONValue? = object
      for key in path { value = value?[key] }
      return .integer(Int64(value?.int ?? 0))
    }
  }

  /// The names and images of the containers of a template.
  static let containers = [
    Column("Containers", wide: true) { object, _ in
      .string(template(object).map { $0.text("name") }.joined(separator: ","))
    },
    Column("Images", wide: true) { object, _ in
      .string(template(object).map { $0.text("image") }.joined(separator: ","))
    },
  ]

  private static func template(_ object: JSONValue) -> [JSONValue] {
    let inner = object.at("spec", "jobTemplate") ?? object
    return inner.list("spec", "template", "spec", "containers")
  }

  /// The label selector of a workload.
  static let selector = Column("Selector", wide: true) { object, _ in
    let inner = object.at("spec", "jobTemplate") ?? object
    guard let selector = inner.at("spec", "selector") else { return "<none>" }
    if let plain = LabelSelector(object: selector),
      selector["matchLabels"] != nil
        || selector["matchExpressions"] != nil
    {
      let text = plain.description
      return .string(text.isEmpty ? "<none>" : text)
    }
    return .string(labels(selector.textMap))
  }

  /// `a=1,b=2`, or `<none>`.
  static func labels(_ map: [String: String]) -> String {
    map.isEmpty
      ? "<none>"
      : map.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ",")
  }

  /// `RWO,ROX` for the access modes of a volume.
  static func accessModes(_ modes: [JSONValue]) -> String {
    let short = [
      "ReadWriteOnce": "RWO", "ReadOnlyMany": "ROX", "ReadWriteMany": "RWX",
      "ReadWriteOncePod": "RWOP",
    ]
    return modes.compactMap { $0.string.map { short[$0] ?? $0 } }.joined(separator: ",")
  }
}
