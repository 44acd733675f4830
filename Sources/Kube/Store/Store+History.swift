import SQLite

extension Store {
  /// All objects of a resource as they were at `revision`, for lists that are read page by page.
  package func list(_ bucket: String, namespace: String = "", at revision: Int64) throws
    -> [StoredObject]
  {
    let prefix = "/registry/\(bucket)/" + (namespace.isEmpty ? "" : "\(namespace)/")
    let rows = try state.withLock { state in
      guard revision <= state.revision else { throw StoreError.future(current: state.revision) }
      guard revision >= state.compacted else {
        throw StoreError.compacted(oldest: state.compacted)
      }
      // The keys of a resource lie between its prefix and the same with the character after `/`.
      return try state.database.query(
        """
        SELECT id, name, value FROM log JOIN
        (SELECT max(id) AS newest FROM log WHERE name >= ? AND name < ? AND id <= ? GROUP BY name)
        ON id = newest WHERE deleted = 0
        """,
        .text(prefix), .text(String(prefix.dropLast()) + "0"), .integer(revision))
    }
    return rows.compactMap(Self.object).filter { $0.key.bucket == bucket }
      .sorted { $0.key < $1.key }
  }

  /// One line of the log, for those who want to see what etcd would hold.
  package struct LogEntry: Sendable {
    package let revision: Int64
    package let path: String
    package let kind: StoreEvent.Kind
    package let size: Int
  }

  /// The log after `revision`, oldest first, at most `limit` lines.
  package func log(after revision: Int64 = 0, limit: Int = 1000) throws -> [LogEntry] {
    try state.withLock { state in
      try state.database.query(
        """
        SELECT id, name, created, deleted, length(value) AS size FROM log WHERE id > ?
        ORDER BY id LIMIT ?
        """,
        .integer(revision), SQLValue(limit))
    }.map { row in
      LogEntry(
        revision: row["id"].integer ?? 0, path: row["name"].text ?? "",
        kind: row["deleted"].bool ? .deleted : row["created"].bool ? .added : .modified,
        size: row["size"].int ?? 0)
    }
  }

  /// Forgets how objects came to the form that they have at `revision`: superseded rows and
  /// tombstones up to it go. Watches from before it are refused from now on.
  package func compact(to revision: Int64) throws {
    try state.withLock { state in
      let revision = min(revision, state.revision)
      guard revision > state.compacted else { return }
      try state.database.transaction {
        try state.database.execute(
          """
          DELETE FROM log WHERE id <= ? AND (deleted = 1 OR EXISTS
          (SELECT 1 FROM log AS later WHERE later.name = log.name AND later.id > log.id
           AND later.id <= ?))
          """,
          .integer(revision), .integer(revision))
        try state.database.execute("UPDATE compaction SET revision = ?", .integer(revision))
      }
      state.compacted = revision
      state.recent.removeAll { $0.revision <= revision }
    }
  }

  /// The oldest revision from which everything is known.
  package var compactedRevision: Int64 { state.withLock { $0.compacted } }
}
