// The journal is the kit's memory: every operation with who, what, which object, result and time,
// in the order it happened. Docker events, lab evidence and repairs all read it.

import Documents
import Linux
import SQLite
import Support

/// One thing that happened.
package struct JournalEntry: Sendable, Hashable {
  /// Rises by one with each entry of an instance.
  package let id: Int64
  /// Nanoseconds since 1970.
  package let time: Int64
  /// `container`, `image`, `network`, `volume`, `command`, `lab`.
  package let type: String
  /// As in Docker's events: `create`, `start`, `die`, `kill`, `stop`, `destroy`, `exec`, `pull` …
  package let action: String
  /// The object's id.
  package let actor: String
  package let name: String
  /// image, exitCode, output, argv …
  package let attributes: [String: String]

  /// An entry that was kept elsewhere.
  package init(
    id: Int64, time: Int64, type: String, action: String, actor: String, name: String,
    attributes: [String: String]
  ) {
    (self.id, self.time, self.type, self.action) = (id, time, type, action)
    (self.actor, self.name, self.attributes) = (actor, name, attributes)
  }
}

/// The journal of one instance.
package struct Journal {
  let database: Database

  static let schema = """
    CREATE TABLE journal (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      time INTEGER NOT NULL,
      type TEXT NOT NULL,
      action TEXT NOT NULL,
      actor TEXT NOT NULL,
      name TEXT NOT NULL,
      attributes TEXT NOT NULL      -- JSON object of strings
    ) STRICT;
    """

  /// Appends an entry, durably when outside a transaction. Returns its id.
  @discardableResult
  package func append(
    _ type: String, _ action: String, actor: String, name: String,
    _ attributes: [String: String] = [:], time: Int64 = wallClockNanoseconds()
  ) throws -> Int64 {
    var object = JSONObject()
    for (key, value) in attributes.sorted(by: { $0.key < $1.key }) { object[key] = .string(value) }
    try database.execute(
      "INSERT INTO journal (time, type, action, actor, name, attributes) VALUES (?,?,?,?,?,?)",
      .integer(time), .text(type), .text(action), .text(actor), .text(name),
      .text(JSONValue.object(object).text()))
    return database.lastInsertID
  }

  /// An entry to be made.
  package struct NewEntry: Sendable {
    package var type, action, actor, name: String
    package var attributes: [String: String]
    /// Nanoseconds since 1970.
    package var time: Int64

    package init(
      type: String, action: String, actor: String, name: String, attributes: [String: String],
      time: Int64
    ) {
      (self.type, self.action, self.actor, self.name) = (type, action, actor, name)
      (self.attributes, self.time) = (attributes, time)
    }
  }

  /// Appends all of `entries`, or none.
  package func append(_ entries: [NewEntry]) throws {
    guard !entries.isEmpty else { return }
    try database.transaction {
      for entry in entries {
        try append(
          entry.type, entry.action, actor: entry.actor, name: entry.name, entry.attributes,
          time: entry.time)
      }
    }
  }

  /// The entries after the one with id `since`, oldest first.
  package func entries(since: Int64 = 0) throws -> [JournalEntry] {
    try database.query("SELECT * FROM journal WHERE id > ? ORDER BY id", .integer(since))
      .map(JournalEntry.init)
  }
}

extension JournalEntry {
  init(_ row: Row) {
    var attributes: [String: String] = [:]
    if let text = row["attributes"].text, let value = try? JSONValue.parse(text),
      let object = value.object
    {
      for (key, value) in object { attributes[key] = value.string }
    }
    self.init(
      id: row["id"].integer ?? 0, time: row["time"].integer ?? 0, type: row["type"].text ?? "",
      action: row["action"].text ?? "", actor: row["actor"].text ?? "",
      name: row["name"].text ?? "", attributes: attributes)
  }
}
