import Documents

/// Server-side apply: a manager says what it wants of an object, and nothing about the rest.
enum ServerSideApply {
  /// The object after `author` applied `configuration` to `live` (an empty object when there is
  /// none), with the new record of ownership. Throws 409 with every conflict, unless `force`.
  static func apply(
    _ configuration: JSONValue, to live: JSONValue, by author: ManagedFields.Entry, force: Bool,
    _ type: ResourceType
  ) throws(APIError) -> JSONValue {
    guard configuration.list("metadata", "managedFields").isEmpty else {
      throw .badRequest("metadata.managedFields must be nil")
    }
    let message = FieldType.message(type.message)
    let isStatus = author.subresource == "status"
    var managed = ManagedFields(of: live)
    let wished = ManagedFields.ownable(configuration, status: isStatus)
    let present = ManagedFields.ownable(live, status: isStatus)
    let set = FieldWalk.fields(of: wished, message)

    // What the applied configuration changes, and whose that is.
    let overlaid = ApplyMerge.overlay(wished, on: present, message)
    let changed = FieldWalk.difference(present, overlaid, message).changed.intersection(set)
    let conflicts = managed.entries.filter { !$0.isSameManager(author) }
      .map { ($0, $0.fields.intersection(changed)) }.filter { !$0.1.isEmpty }
    if !conflicts.isEmpty && !force { throw conflictError(conflicts) }

    // What this manager wanted before and no longer wants goes, unless somebody else owns it.
    var result = ApplyMerge.overlay(strippedIdentity(configuration, isStatus), on: live, message)
    let before = managed.entries.first { $0.isSameManager(author) }?.fields ?? FieldSet()
    let others = managed.entries.filter { !$0.isSameManager(author) }
      .reduce(FieldSet()) { $0.union($1.fields) }
    let abandoned = before.subtracting(set).subtracting(others)
    if !abandoned.isEmpty {
      result = ApplyMerge.removing(abandoned, from: result, message) ?? result
    }

    for index in managed.entries.indices where !managed.entries[index].isSameManager(author) {
      if force {
        managed.entries[index].fields = managed.entries[index].fields.subtracting(changed)
      }
      managed.entries[index].fields =
        managed.entries[index].fields.recursivelySubtracting(abandoned)
    }
    var entry = author
    entry.fields = set
    if let index = managed.entries.firstIndex(where: { $0.isSameManager(author) }) {
      if managed.entries[index].fields == set { entry.time = managed.entries[index].time }
      managed.entries[index] = entry
    } else {
      managed.entries.append(entry)
    }
    result.set("metadata", "managedFields", to: managed.json)
    return result
  }

  private static func strippedIdentity(_ configuration: JSONValue, _ isStatus: Bool) -> JSONValue {
    var result = configuration
    for key in ["managedFields", "resourceVersion", "uid", "creationTimestamp", "generation"] {
      result.set("metadata", key, to: nil)
    }
    if !isStatus { result["status"] = nil }
    return result
  }

  private static func conflictError(_ conflicts: [(ManagedFields.Entry, FieldSet)]) -> APIError {
    let causes = conflicts.flatMap { entry, set in
      set.paths.map { path in
        var owner = "conflict with \"\(entry.manager)\""
        if !entry.subresource.isEmpty { owner += " with subresource \"\(entry.subresource)\"" }
        if !entry.isApply { owner += " using \(entry.apiVersion)" }
        return APIError.Cause("FieldManagerConflict", owner, field: path)
      }
    }
    let count = causes.count == 1 ? "1 conflict" : "\(causes.count) conflicts"
    let details =
      causes.count == 1
      ? "\(causes[0].message): \(causes[0].field)"
      : Dictionary(grouping: causes, by: \.message).sorted { $0.key < $1.key }
        .map { "\($0.key):\n" + $0.value.map { "- \($0.field)" }.joined(separator: "\n") }
        .joined(separator: "\n")
    let word = causes.count == 1 ? " conflict: " : " conflicts: "
    var error = APIError(
      409, "Conflict", "Apply failed with \(count.split(separator: " ")[0])\(word)\(details)")
    error.causes = causes
    return error
  }
}
