// The chain over a lab's journal. Each entry's seal is the hash of the seal before it and of the entry,
// so that an entry which is altered, taken out or put in later breaks every seal after it. Seals are
// made at every look (the shell's prompt is one), seconds after the entry, and say when they were made.
//
// What this proves, and what not: whoever edits the journal and leaves the seals is found out. Whoever
// computes all seals anew is not, for a program on the student's own machine has no secret from its
// owner. So a whole chain is evidence; a broken one is a question.
//
// Next: FileVersions.swift, Submission.swift.

import Documents
import Engine
import Images
import Linux
import SQLite
import Support

/// One seal.
package struct JournalSeal: Sendable, Hashable {
  /// The entry it is put on.
  package var entry: Int64
  package var hash: String
  /// When it was made: nanoseconds since 1970.
  package var time: Int64

  /// What the first entry's seal stands on.
  static func beginning(lab: String, seed: String) throws -> String {
    try LabBundle.digest(Array("dklab journal \(lab) \(seed)".utf8)).hex
  }

  /// The seal of `entry` after the seal `previous`.
  static func hash(_ previous: String, _ entry: JournalEntry) throws -> String {
    try LabBundle.digest(Array("\(previous)\n\(document(entry).text())".utf8)).hex
  }

  /// An entry as it is sealed and submitted.
  static func document(_ entry: JournalEntry) -> JSONValue {
    let attributes = entry.attributes.sorted { $0.key < $1.key }.map {
      ($0.key, JSONValue.string($0.value))
    }
    return .object(
      JSONObject([
        ("id", .integer(entry.id)), ("time", .integer(entry.time)), ("type", .string(entry.type)),
        ("action", .string(entry.action)), ("actor", .string(entry.actor)),
        ("name", .string(entry.name)), ("attributes", .object(JSONObject(attributes))),
      ]))
  }
}

extension Progress {
  /// Puts seals on all entries of `journal` that have none.
  func seal(
    _ journal: Journal, lab: String, now: Int64 = wallClockNanoseconds()
  ) throws {
    try database.transaction {
      let last = try database.query("SELECT * FROM seals ORDER BY entry DESC LIMIT 1").first
      var previous =
        try last?["hash"].text ?? JournalSeal.beginning(lab: lab, seed: fact("seed") ?? "")
      for entry in try journal.entries(since: last?["entry"].integer ?? 0) {
        previous = try JournalSeal.hash(previous, entry)
        try database.execute(
          "INSERT INTO seals VALUES (?, ?, ?)", .integer(entry.id), .text(previous), .integer(now))
      }
    }
  }

  /// All seals, in the order of the journal.
  package func seals() throws -> [JournalSeal] {
    try database.query("SELECT * FROM seals ORDER BY entry").map { row in
      JournalSeal(
        entry: row["entry"].integer ?? 0, hash: row["hash"].text ?? "",
        time: row["time"].integer ?? 0)
    }
  }
}
