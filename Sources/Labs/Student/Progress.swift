// What a student has done in one lab: a small database beside the lab's instance. The engine's state
// says what is true now; this says what was true once, what was answered, and which hints were
// given.

import Documents
import Linux
import SQLite
import Support

/// The record of one student in one lab.
package final class Progress {
  let database: Database

  private static let schema = """
    CREATE TABLE facts (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE milestones (
      step TEXT NOT NULL, item TEXT NOT NULL,  -- a check's id, or '' for the whole step
      time INTEGER NOT NULL,                   -- nanoseconds since 1970
      PRIMARY KEY (step, item)) STRICT, WITHOUT ROWID;
    CREATE TABLE broken (
      step TEXT NOT NULL, item TEXT NOT NULL, since INTEGER NOT NULL,
      PRIMARY KEY (step, item)) STRICT, WITHOUT ROWID;
    CREATE TABLE answers (
      id TEXT PRIMARY KEY, text TEXT NOT NULL, time INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE hints (
      step TEXT NOT NULL, hint TEXT NOT NULL, time INTEGER NOT NULL,
      PRIMARY KEY (step, hint)) STRICT, WITHOUT ROWID;
    CREATE TABLE ignored (entry INTEGER PRIMARY KEY) STRICT;  -- journal entries of the kit's own
    """

  /// When an answer, as it stands, was last right: nanoseconds since 1970.
  private static let rightAnswers = "ALTER TABLE answers ADD COLUMN right INTEGER"

  /// What is kept for a submission (JournalSeal.swift, FileVersions.swift).
  private static let evidence = """
    CREATE TABLE seals (
      entry INTEGER PRIMARY KEY,               -- of the instance's journal
      hash TEXT NOT NULL, time INTEGER NOT NULL) STRICT;
    CREATE TABLE files (
      path TEXT PRIMARY KEY, digest TEXT NOT NULL, stamp TEXT NOT NULL) STRICT, WITHOUT ROWID;
    """

  /// Steps that were done before the lab was begun anew at another (Progress+History.swift).
  private static let earlier = """
    CREATE TABLE earlier (
      step TEXT PRIMARY KEY, time INTEGER NOT NULL,
      away INTEGER NOT NULL                    -- when what it had built went
    ) STRICT, WITHOUT ROWID;
    """

  /// Opens the record in `directory`, making it when there is none.
  package init(directory: String) throws {
    database = try Database(path: directory + "/progress.db")
    try database.migrate([Self.schema, Self.rightAnswers, Self.evidence, Self.earlier])
  }

  /// A fact about this run of the lab: `seed`, `step`, `variables`.
  package func fact(_ key: String) throws -> String? {
    try database.query("SELECT value FROM facts WHERE key = ?", .text(key)).first?["value"].text
  }

  package func setFact(_ key: String, _ value: String) throws {
    try database.execute(
      "INSERT INTO facts VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
      .text(key), .text(value))
  }

  /// When `item` of `step` first passed; the whole step when `item` is empty.
  package func milestone(_ step: String, _ item: String = "") throws -> Int64? {
    try database.query(
      "SELECT time FROM milestones WHERE step = ? AND item = ?", .text(step), .text(item)
    ).first?["time"].integer
  }

  /// Everything that ever passed: step, check (empty for the whole step), time.
  package func milestones() throws -> [(step: String, check: String, time: Int64)] {
    try database.query("SELECT step, item, time FROM milestones ORDER BY time, step, item").map {
      ($0["step"].text ?? "", $0["item"].text ?? "", $0["time"].integer ?? 0)
    }
  }

  /// The steps that were done, with the time; those, too, that were done before the lab was begun anew.
  package func doneSteps() throws -> [String: Int64] {
    let rows = try database.query(
      "SELECT step, min(time) AS time FROM (SELECT step, time FROM milestones WHERE item = '' "
        + "UNION ALL SELECT step, time FROM earlier) GROUP BY step")
    return Dictionary(rows.map { ($0["step"].text ?? "", $0["time"].integer ?? 0) }) { $1 }
  }

  /// Since when `item` of `step`, which had passed, does not.
  package func brokenSince(_ step: String, _ item: String) throws -> Int64? {
    try database.query(
      "SELECT since FROM broken WHERE step = ? AND item = ?", .text(step), .text(item)
    ).first?["since"].integer
  }

  /// Whether any check of `step` has ever passed.
  package func hasMilestones(_ step: String) throws -> Bool {
    try !database.query("SELECT 1 FROM milestones WHERE step = ? LIMIT 1", .text(step)).isEmpty
  }

  /// Takes down that the answers among `checks` are right now, to a minute: a look that finds what the
  /// one before found writes nothing, and so wakes up nobody who watches.
  package func note(
    answers checks: [String], now: Int64 = wallClockNanoseconds()
  ) throws {
    for check in checks {
      try database.execute(
        "UPDATE answers SET right = ?1 WHERE id = ?2 AND (right IS NULL OR ?1 - right > 60000000000)",
        .integer(now), .text(check))
    }
  }

  /// Takes down what `verdicts` say. Passes are milestones for good; a check that had passed and
  /// now fails is broken since then (`since`, when that is known and later than the pass, else now);
  /// blocked and error change nothing. True when the step has just become done.
  @discardableResult
  package func record(
    _ verdicts: [Verdict], of step: String, since: [String: Int64] = [:],
    now: Int64 = wallClockNanoseconds()
  ) throws -> Bool {
    try database.transaction {
      for verdict in verdicts {
        switch verdict.kind {
        case .pass:
          try insert("milestones", step, verdict.check, now)
          try database.execute(
            "DELETE FROM broken WHERE step = ? AND item = ?", .text(step), .text(verdict.check))
        case .fail:
          guard let passed = try milestone(step, verdict.check) else { continue }
          let change = since[verdict.check] ?? 0
          try insert("broken", step, verdict.check, change > passed ? change : now)
        case .blocked, .error: break
        }
      }
      guard !verdicts.isEmpty, verdicts.allSatisfy(\.passed) else { return false }
      return try insert("milestones", step, "", now)
    }
  }

  @discardableResult
  private func insert(_ table: String, _ step: String, _ item: String, _ time: Int64) throws -> Bool
  {
    try database.execute(
      "INSERT OR IGNORE INTO \(table) VALUES (?, ?, ?)", .text(step), .text(item), .integer(time))
      > 0
  }

  /// An answer of the student, and when it was last right as it stands.
  package struct GivenAnswer: Sendable, Hashable, Codable {
    package var text: String
    package var right: Int64?
  }

  /// All answers by id.
  package func answers() throws -> [String: GivenAnswer] {
    let rows = try database.query("SELECT id, text, right FROM answers")
    return Dictionary(
      rows.map { row in
        (
          row["id"].text ?? "",
          GivenAnswer(text: row["text"].text ?? "", right: row["right"].integer)
        )
      }
    ) { $1 }
  }

  package func setAnswer(_ id: String, _ text: String) throws {
    try database.execute(
      "INSERT INTO answers (id, text, time) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET "
        + "right = CASE WHEN text = excluded.text THEN right END, text = excluded.text, "
        + "time = excluded.time",
      .text(id), .text(text), .integer(wallClockNanoseconds()))
  }

  /// The hints of `step` given so far.
  package func hints(_ step: String) throws -> Set<String> {
    Set(
      try database.query("SELECT hint FROM hints WHERE step = ?", .text(step))
        .compactMap { $0["hint"].text })
  }

  package func addHint(_ step: String, _ hint: String) throws {
    try insert("hints", step, hint, wallClockNanoseconds())
  }

  /// Journal entries that the student did not make.
  package func ignored() throws -> Set<Int64> {
    Set(try database.query("SELECT entry FROM ignored").compactMap { $0["entry"].integer })
  }

  package func ignore(_ entries: [Int64]) throws {
    guard !entries.isEmpty else { return }
    try database.transaction {
      for entry in entries {
        try database.execute("INSERT OR IGNORE INTO ignored VALUES (?)", .integer(entry))
      }
    }
  }
}
