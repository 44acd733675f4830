// What builds remember: for each step that ran, its key and the layer it made. The rows keep the
// layers from being collected, as images do; without a row a layer goes with its last image.
//
// A running build also holds every layer it uses, so that a `prune` beside it takes nothing away.
//
// Next: Builder's CacheKey.swift, which says what a key is made of.

import Glibc
import Linux
import SQLite
import Support

/// One remembered step.
package struct BuildCacheEntry: Sendable, Hashable {
  /// The hash of everything the result depends on, hexadecimal.
  package var key: String
  /// The chain of layers it ran on.
  package var parent: String
  /// The instruction, for people.
  package var operation: String
  /// The files it read: one line each, `digest path`.
  package var inputs: String
  package var layer: Digest
  /// Bytes of the layer.
  package var size: Int64
  /// Nanoseconds since 1970.
  package var created: Int64
  package var used: Int64
  package var uses: Int
  /// A build that runs needs it. Known by `Engine.buildCache`.
  package var isInUse = false
  /// An image has its layer. Known by `Engine.buildCache`.
  package var isShared = false

  package init(
    key: String, parent: String, operation: String, inputs: String, layer: Digest, size: Int64,
    created: Int64
  ) {
    self.key = key
    self.parent = parent
    self.operation = operation
    self.inputs = inputs
    self.layer = layer
    self.size = size
    self.created = created
    used = created
    uses = 1
  }
}

/// The build cache of one scope.
package struct BuildCacheStore {
  static let schema = """
    CREATE TABLE build_cache (
      scope TEXT NOT NULL,
      key TEXT NOT NULL,
      parent TEXT NOT NULL,
      operation TEXT NOT NULL,
      inputs TEXT NOT NULL,
      layer TEXT NOT NULL,          -- diff id, hexadecimal
      size INTEGER NOT NULL,
      created INTEGER NOT NULL,     -- nanoseconds since 1970
      used INTEGER NOT NULL,
      uses INTEGER NOT NULL,
      PRIMARY KEY (scope, key)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX build_cache_parent ON build_cache (scope, parent);
    CREATE TABLE build_holds (      -- layers a running build needs
      pid INTEGER NOT NULL,
      start INTEGER NOT NULL,       -- in clock ticks, as in /proc/PID/stat
      layer TEXT NOT NULL
    ) STRICT;
    """

  private let store: ImageStore
  private let process: ProcessIdentity

  package init(_ store: ImageStore) {
    self.store = store
    process =
      ProcessIdentity(of: getpid()) ?? ProcessIdentity(pid: getpid(), startTime: 0)
  }

  private var database: Database { store.database }
  private var scope: SQLValue { .text(store.scope) }

  private static let columns =
    "key, parent, operation, inputs, layer, size, created, used, uses"

  /// The entry for `key` when its layer is still there; from now on this process holds the layer.
  package func use(_ key: String, now: Int64) throws -> (entry: BuildCacheEntry, layer: Layer)? {
    try store.content.withLock {
      guard let entry = try entry(key), let layer = try store.content.layer(entry.layer),
        File.isDirectory(layer.directory)
      else { return nil }
      try database.transaction(.later) {
        try database.execute(
          "UPDATE build_cache SET used = ?, uses = uses + 1 WHERE scope = ? AND key = ?",
          .integer(now), scope, .text(key))
        try insertHolds([entry.layer])
      }
      return (entry, layer)
    }
  }

  /// The entry for `key`, without using it.
  package func entry(_ key: String) throws -> BuildCacheEntry? {
    try entries("scope = ? AND key = ?", scope, .text(key)).first
  }

  /// What has been built on the chain `parent`.
  package func entries(on parent: String) throws -> [BuildCacheEntry] {
    try entries("scope = ? AND parent = ? ORDER BY used DESC", scope, .text(parent))
  }

  /// Everything, most recently used first.
  package func entries() throws -> [BuildCacheEntry] {
    try entries("scope = ? ORDER BY used DESC", scope)
  }

  private func entries(_ condition: String, _ values: SQLValue...) throws -> [BuildCacheEntry] {
    try database.query(
      "SELECT \(BuildCacheStore.columns) FROM build_cache WHERE \(condition)", values
    ).compactMap { row in
      guard let layer = row[4].text.flatMap({ Digest(hex: $0) }) else { return nil }
      var entry = BuildCacheEntry(
        key: row[0].text ?? "", parent: row[1].text ?? "", operation: row[2].text ?? "",
        inputs: row[3].text ?? "", layer: layer, size: row[5].integer ?? 0,
        created: row[6].integer ?? 0)
      entry.used = row[7].integer ?? 0
      entry.uses = row[8].int ?? 0
      return entry
    }
  }

  /// Remembers a step. The caller holds the store's lock since before it made the layer.
  package func add(_ entry: BuildCacheEntry) throws {
    // After a power failure it is as good as its layer (ContentStore+Pending.swift).
    try database.transaction(.later) {
      try database.execute(
        "INSERT OR REPLACE INTO build_cache VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", scope,
        .text(entry.key), .text(entry.parent), .text(entry.operation), .text(entry.inputs),
        .text(entry.layer.hex), .integer(entry.size), .integer(entry.created),
        .integer(entry.used), SQLValue(entry.uses))
      try insertHolds([entry.layer])
    }
  }

  /// Forgets entries. Their layers go with the next collection when nothing else needs them.
  package func remove(_ keys: [String]) throws {
    try database.transaction {
      for key in keys {
        try database.execute(
          "DELETE FROM build_cache WHERE scope = ? AND key = ?", scope, .text(key))
      }
    }
  }

  /// Keeps `layers` until this process ends or lets go.
  package func hold(_ layers: [Digest]) throws {
    // Of no use after a power failure: then no process holds anything.
    try database.transaction(.later) { try insertHolds(layers) }
  }

  private func insertHolds(_ layers: [Digest]) throws {
    for layer in layers {
      try database.execute(
        "INSERT INTO build_holds VALUES (?, ?, ?)", SQLValue(process.pid),
        SQLValue(process.startTime), .text(layer.hex))
    }
  }

  /// The layers that builds need which run now.
  package func heldLayers() throws -> Set<Digest> {
    let rows = try database.query("SELECT DISTINCT pid, start, layer FROM build_holds")
    return Set(
      rows.compactMap { row in
        guard let pid = row[0].int, let start = row[1].integer,
          ProcessIdentity(pid: pid_t(pid), startTime: UInt64(bitPattern: start)).isAlive
        else { return nil }
        return row[2].text.flatMap { Digest(hex: $0) }
      })
  }

  /// Lets go of what this process holds, and of what processes hold that are no more.
  package func releaseHolds() throws {
    try database.transaction(.later) {
      for row in try database.query("SELECT DISTINCT pid, start FROM build_holds") {
        guard let pid = row[0].int, let start = row[1].integer else { continue }
        let holder = ProcessIdentity(pid: pid_t(pid), startTime: UInt64(bitPattern: start))
        guard holder == process || !holder.isAlive else { continue }
        try database.execute(
          "DELETE FROM build_holds WHERE pid = ? AND start = ?", row[0], row[1])
      }
    }
  }
}
