import Documents
import SQLite
import Support
import Synchronization

/// All objects of one cluster, and how they came to be: an append-only log in SQLite with one
/// global revision, and the newest form of every object in memory.
///
/// A row of the log is one change; its number is the revision, which the API shows as
/// `resourceVersion`. Nothing is ever overwritten, so whoever has seen revision n can be told
/// everything since n (`watch`), until `compact` drops what has been superseded. (kine keeps
/// Kubernetes on SQL this way; etcd does the same with trees.)
///
/// A write returns when it is on the disk. Safe for use by many threads: writes are serialized by
/// one lock, under which watchers hear of them in order.
///
/// Next: `Store+Watch.swift`
package final class Store: Sendable {
  struct State: ~Copyable {
    let database: Database
    var revision: Int64 = 0
    var compacted: Int64 = 0
    var buckets: [String: [ObjectKey: StoredObject]] = [:]
    /// The newest events, oldest first, for watchers that come a little late.
    var recent: [StoreEvent] = []
    var watchers: [Int: Watcher] = [:]
    var nextWatcher = 0

    init(database: Database) {
      self.database = database
    }
  }

  /// How many events stay in memory.
  static let recentLimit = 4096

  let state: Mutex<State>

  /// Opens the log at `path` (":memory:" for tests) and reads the newest form of every object.
  package init(path: String) throws {
    let database = try Database(path: path)
    try database.migrate([Self.schema])
    var state = State(database: database)
    try Self.load(&state)
    self.state = Mutex(state)
  }

  private static let schema = """
    CREATE TABLE log(
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      name TEXT NOT NULL,
      created INTEGER NOT NULL,
      deleted INTEGER NOT NULL,
      create_revision INTEGER NOT NULL,
      prev_revision INTEGER NOT NULL,
      value BLOB NOT NULL);
    CREATE INDEX log_name ON log(name, id);
    CREATE UNIQUE INDEX log_once ON log(name, prev_revision);
    CREATE TABLE compaction(revision INTEGER NOT NULL);
    INSERT INTO compaction VALUES(0);
    """

  private static func load(_ state: inout State) throws {
    let newest = try state.database.query(
      """
      SELECT id, name, value FROM log JOIN (SELECT max(id) AS newest FROM log GROUP BY name)
      ON id = newest WHERE deleted = 0
      """)
    for row in newest {
      guard let object = object(row) else { continue }
      state.buckets[object.key.bucket, default: [:]][object.key] = object
    }
    state.compacted =
      try state.database.query("SELECT revision FROM compaction").first?[0].integer ?? 0
    let last = try state.database.query(
      "SELECT seq FROM sqlite_sequence WHERE name = 'log'"
    ).first?[0].integer
    state.revision = max(last ?? 0, state.compacted)
  }

  /// A row of the log as an object.
  static func object(_ row: Row) -> StoredObject? {
    guard let path = row["name"].text, let key = ObjectKey(path: path),
      let revision = row["id"].integer, let bytes = row["value"].blob,
      let value = try? JSONValue.parse(bytes)
    else { return nil }
    return StoredObject(key: key, revision: revision, value: value, bytes: bytes)
  }

  /// The revision of the newest change.
  package var revision: Int64 { state.withLock { $0.revision } }

  /// The newest form of an object.
  package func get(_ key: ObjectKey) -> StoredObject? {
    state.withLock { $0.buckets[key.bucket]?[key] }
  }

  /// All objects of a resource, in all namespaces or in one, in the order of their keys, and the
  /// revision of which this is true.
  package func list(_ bucket: String, namespace: String = "") -> (
    objects: [StoredObject], revision: Int64
  ) {
    let (all, revision) = state.withLock { ($0.buckets[bucket] ?? [:], $0.revision) }
    var objects = Array(all.values)
    if !namespace.isEmpty { objects.removeAll { $0.key.namespace != namespace } }
    objects.sort { $0.key < $1.key }
    return (objects, revision)
  }

  /// How many objects of a resource there are in a namespace, or in all.
  package func count(_ bucket: String, namespace: String = "") -> Int {
    state.withLock { state in
      guard let all = state.buckets[bucket] else { return 0 }
      return namespace.isEmpty ? all.count : all.keys.count { $0.namespace == namespace }
    }
  }

  /// The names of all resources that have objects.
  package var bucketNames: [String] {
    state.withLock { state in state.buckets.filter { !$0.value.isEmpty }.keys.sorted() }
  }
}

extension Store {
  /// The objects of a resource in no order: for those who look for a few among them.
  package func unordered(_ bucket: String, namespace: String = "") -> [JSONValue] {
    let all = state.withLock { $0.buckets[bucket] ?? [:] }
    if namespace.isEmpty { return all.values.map(\.value) }
    return all.values.filter { $0.key.namespace == namespace }.map(\.value)
  }
}
