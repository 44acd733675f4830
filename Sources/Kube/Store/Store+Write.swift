import Documents
import SQLite

extension Store {
  /// Keeps a new object. Throws `StoreError.exists` when its key is taken.
  @discardableResult
  package func create(_ key: ObjectKey, _ value: JSONValue) throws -> StoredObject {
    try state.withLock { state in
      guard state.buckets[key.bucket]?[key] == nil else { throw StoreError.exists }
      return try Self.append(&state, key, value, previous: nil)
    }
  }

  /// Keeps a new form of an object that is at `revision`. Throws `.missing` or `.changed`.
  @discardableResult
  package func update(
    _ key: ObjectKey, _ value: JSONValue, from revision: Int64
  ) throws -> StoredObject {
    try state.withLock { state in
      guard let previous = state.buckets[key.bucket]?[key] else { throw StoreError.missing }
      guard previous.revision == revision else { throw StoreError.changed }
      return try Self.append(&state, key, value, previous: previous)
    }
  }

  /// Removes an object that is at `revision`; `value` is the last form of it that watchers see.
  @discardableResult
  package func delete(
    _ key: ObjectKey, _ value: JSONValue, from revision: Int64
  ) throws -> StoredObject {
    try state.withLock { state in
      guard let previous = state.buckets[key.bucket]?[key] else { throw StoreError.missing }
      guard previous.revision == revision else { throw StoreError.changed }
      return try Self.append(&state, key, value, previous: previous, isDeletion: true)
    }
  }

  /// One row of the log, in one transaction; then memory and the watchers follow.
  private static func append(
    _ state: inout State, _ key: ObjectKey, _ value: JSONValue, previous: StoredObject?,
    isDeletion: Bool = false
  ) throws -> StoredObject {
    let revision = state.revision + 1
    var value = value
    value.set("metadata", "resourceVersion", to: .string(String(revision)))
    let object = StoredObject(key: key, revision: revision, value: value, bytes: value.bytes())
    let before = previous?.revision ?? 0
    try state.database.execute(
      """
      INSERT INTO log(id, name, created, deleted, create_revision, prev_revision, value)
      VALUES(?, ?, ?, ?, ?, ?, ?)
      """,
      .integer(revision), .text(key.path), SQLValue(previous == nil), SQLValue(isDeletion),
      .integer(previous == nil ? revision : before),
      // A name that is used again begins anew; its own revision keeps the pair unique.
      .integer(previous == nil ? -revision : before), .blob(object.bytes))
    state.revision = revision
    state.buckets[key.bucket, default: [:]][key] = isDeletion ? nil : object
    let event = StoreEvent(
      kind: isDeletion ? .deleted : previous == nil ? .added : .modified, revision: revision,
      object: object, previous: previous)
    publish(event, &state)
    return object
  }
}
