import Documents
import Support

/// Who owns which fields of an object: `metadata.managedFields`.
///
/// A manager that applies (server-side apply) owns what stands in its configuration; one that
/// updates owns what it has changed. Applying over a field of somebody else with another value is a
/// conflict, unless it is forced.
struct ManagedFields {
  /// One manager's share.
  struct Entry {
    var manager: String
    var isApply: Bool
    var apiVersion: String
    var subresource: String
    var time: String
    var fields: FieldSet

    func isSameManager(_ other: Entry) -> Bool {
      manager == other.manager && isApply == other.isApply && subresource == other.subresource
        && (isApply || apiVersion == other.apiVersion)
    }
  }

  var entries: [Entry]

  init(of object: JSONValue) {
    entries = object.list("metadata", "managedFields").map { entry in
      Entry(
        manager: entry.text("manager"), isApply: entry.text("operation") == "Apply",
        apiVersion: entry.text("apiVersion"), subresource: entry.text("subresource"),
        time: entry.text("time"), fields: FieldSet(fields: entry["fieldsV1"]))
    }
  }

  var json: JSONValue {
    .array(
      entries.filter { !$0.fields.isEmpty }.map { entry in
        var object: JSONValue = [
          "manager": .string(entry.manager), "operation": entry.isApply ? "Apply" : "Update",
          "apiVersion": .string(entry.apiVersion), "time": .string(entry.time),
          "fieldsType": "FieldsV1", "fieldsV1": entry.fields.fields,
        ]
        if !entry.subresource.isEmpty { object["subresource"] = .string(entry.subresource) }
        return object
      })
  }

  /// The object as far as it can be owned: without identity, versions and the record of ownership.
  static func ownable(_ object: JSONValue, status isStatus: Bool) -> JSONValue {
    var result = object
    result["apiVersion"] = nil
    result["kind"] = nil
    for key in [
      "name", "namespace", "uid", "resourceVersion", "generation", "creationTimestamp",
      "selfLink", "managedFields", "deletionTimestamp", "deletionGracePeriodSeconds",
    ] {
      result.set("metadata", key, to: nil)
    }
    if result["metadata"]?.object?.isEmpty == true { result["metadata"] = nil }
    if !isStatus, result["status"]?.object != nil { result["status"] = nil }
    return result
  }

  /// After an update from `old` (nil: created) to `new` by `author`: the author owns what it
  /// changed, and whoever owned that no longer does.
  mutating func update(
    from old: JSONValue?, to new: JSONValue, by author: Entry, _ type: ResourceType
  ) {
    let isStatus = author.subresource == "status"
    let before = old.map { Self.ownable($0, status: isStatus) } ?? .object([:])
    let after = Self.ownable(new, status: isStatus)
    let (changed, removed) = FieldWalk.difference(before, after, .message(type.message))
    guard !changed.isEmpty || !removed.isEmpty else { return }
    for index in entries.indices {
      entries[index].fields = entries[index].fields.recursivelySubtracting(removed)
      if !entries[index].isSameManager(author) {
        entries[index].fields = entries[index].fields.subtracting(changed)
      }
    }
    if let index = entries.firstIndex(where: { $0.isSameManager(author) }) {
      entries[index].fields = entries[index].fields.union(changed)
      if !changed.isEmpty { entries[index].time = author.time }
    } else if !changed.isEmpty {
      var entry = author
      entry.fields = changed
      entries.append(entry)
    }
    entries.removeAll { $0.fields.isEmpty }
  }
}
