import Documents

/// Tells what was done with an object: a sentence, or the object in the format of `-o`.
struct Report {
  private let format: OutputFormat
  private let showsManagedFields: Bool
  private let suffix: String

  init(_ session: Session) throws {
    format = try OutputFormat(session.flags)
    showsManagedFields =
      session.flags.knows("show-managed-fields") && session.flags.bool("show-managed-fields")
    suffix = try session.dryRunSuffix
  }

  /// Whether sentences are wanted.
  var isSentences: Bool { format.isStandard }

  /// `deployment.apps/web scaled`.
  func print(_ object: JSONValue, _ verb: String) throws {
    if format.isStandard {
      Screen.print("\(OutputFormat.label(object)) \(verb)\(suffix)")
    } else {
      Screen.write(try format.text(object, showsManagedFields: showsManagedFields))
    }
  }

  /// The same about an object by its kind and name.
  func print(_ item: ResourceItem, _ verb: String) throws {
    var object = item.object
    if object.isNull { object = [:] }
    object["kind"] = .string(item.kind.kind)
    object["apiVersion"] = .string(item.kind.apiVersion)
    object.set("metadata", "name", to: .string(item.name))
    try print(object, verb)
  }

  /// Several objects at the end of a command: sentences one by one, else a list when they are many.
  func print(all objects: [JSONValue]) throws {
    guard !format.isStandard, !objects.isEmpty else { return }
    if case .name = format {
      for object in objects { Screen.write(try format.text(object)) }
      return
    }
    let value: JSONValue =
      objects.count == 1
      ? objects[0]
      : [
        "apiVersion": "v1", "items": .array(objects), "kind": "List",
        "metadata": ["resourceVersion": ""],
      ]
    Screen.write(try format.text(value, showsManagedFields: showsManagedFields))
  }
}
