import Documents
import SQLite

/// Somebody who is told of every change to one resource, until it is cancelled.
package final class Watcher: Sendable {
  let bucket: String
  let namespace: String
  /// Called under the store's lock, in the order of the revisions. It must return at once and must
  /// not call the store.
  let deliver: @Sendable (StoreEvent) -> Void
  private let store: Store
  private let number: Int

  init(
    store: Store, number: Int, bucket: String, namespace: String,
    deliver: @escaping @Sendable (StoreEvent) -> Void
  ) {
    self.store = store
    self.number = number
    self.bucket = bucket
    self.namespace = namespace
    self.deliver = deliver
  }

  /// Ends the deliveries.
  package func cancel() {
    let number = number
    store.state.withLock { $0.watchers[number] = nil }
  }

  func wants(_ key: ObjectKey) -> Bool {
    (bucket.isEmpty || key.bucket == bucket) && (namespace.isEmpty || key.namespace == namespace)
  }
}

extension Store {
  /// Tells `deliver` of every change after `revision` to a resource (an empty name: to all), first
  /// of those that have been, then of those to come, without a gap. Throws `.compacted` when the
  /// store no longer knows them all, and `.future` for a revision that has not been.
  package func watch(
    _ bucket: String, namespace: String = "", after revision: Int64,
    deliver: @escaping @Sendable (StoreEvent) -> Void
  ) throws -> Watcher {
    try state.withLock { state in
      guard revision <= state.revision else { throw StoreError.future(current: state.revision) }
      let watcher = Watcher(
        store: self, number: state.nextWatcher, bucket: bucket, namespace: namespace,
        deliver: deliver)
      for event in try Self.events(state, after: revision) where watcher.wants(event.object.key) {
        deliver(event)
      }
      state.watchers[state.nextWatcher] = watcher
      state.nextWatcher += 1
      return watcher
    }
  }

  /// Lists a resource and watches it from that very state on.
  package func listAndWatch(
    _ bucket: String, namespace: String = "",
    deliver: @escaping @Sendable (StoreEvent) -> Void
  ) throws -> (objects: [StoredObject], watcher: Watcher) {
    let (objects, revision) = list(bucket, namespace: namespace)
    return (
      objects, try watch(bucket, namespace: namespace, after: revision, deliver: deliver)
    )
  }

  static func publish(_ event: StoreEvent, _ state: inout State) {
    state.recent.append(event)
    // Dropping one at a time would move the whole array every time.
    if state.recent.count >= 2 * recentLimit {
      state.recent.removeFirst(state.recent.count - recentLimit)
    }
    for watcher in state.watchers.values where watcher.wants(event.object.key) {
      watcher.deliver(event)
    }
  }

  /// What happened after `revision`: from memory when it goes back far enough, else from the log.
  private static func events(_ state: borrowing State, after revision: Int64) throws
    -> [StoreEvent]
  {
    if revision == state.revision { return [] }
    guard revision >= state.compacted else { throw StoreError.compacted(oldest: state.compacted) }
    if let oldest = state.recent.first, oldest.revision <= revision + 1 {
      return state.recent.filter { $0.revision > revision }
    }
    let rows = try state.database.query(
      "SELECT id, name, created, deleted, prev_revision, value FROM log WHERE id > ? ORDER BY id",
      .integer(revision))
    return try rows.compactMap { row in
      guard let object = object(row) else { return nil }
      var previous: StoredObject?
      if let before = row["prev_revision"].integer, before > 0 {
        previous = try state.database.query(
          "SELECT id, name, value FROM log WHERE id = ?", .integer(before)
        ).first.flatMap(Self.object)
      }
      return StoreEvent(
        kind: row["deleted"].bool ? .deleted : row["created"].bool ? .added : .modified,
        revision: object.revision, object: object, previous: previous)
    }
  }
}
