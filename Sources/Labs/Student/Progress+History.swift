// What a student keeps when the lab is begun anew at a step. The engine goes then, and with it what the
// steps had built; that they were done stays true, and so do the answers and the hints that were taken.
// Only the step itself is open again.
//
// So there are two records. `milestones` tells of the present engine: what stands on a step looks there.
// `earlier` tells of steps that were done in one that is gone.

import Linux
import SQLite
import Support

extension Progress {
  /// What outlives a new beginning.
  package struct History: Sendable, Hashable, Codable {
    /// The steps done, with the time (nanoseconds since 1970).
    package var done: [String: Int64] = [:]
    package var answers: [String: GivenAnswer] = [:]
    package var hints: [TakenHint] = []
    /// The steps whose debrief was shown.
    package var debriefed: [String] = []
  }

  package struct TakenHint: Sendable, Hashable, Codable {
    package var step, hint: String
    package var time: Int64
  }

  /// Everything but what `step` itself has to its credit. Its hints were taken all the same.
  package func history(without step: Step) throws -> History {
    var history = History(done: try doneSteps(), answers: try answers())
    history.done[step.id] = nil
    for question in step.questions { history.answers[question.id] = nil }
    history.hints = try database.query("SELECT step, hint, time FROM hints").map { row in
      TakenHint(
        step: row["step"].text ?? "", hint: row["hint"].text ?? "", time: row["time"].integer ?? 0)
    }
    history.debriefed = try history.done.keys.sorted().filter { step in
      try fact(Self.debriefed(step)) != nil
    }
    return history
  }

  /// Takes `history` over into the record of a lab that was just begun anew.
  package func recall(_ history: History, now: Int64 = wallClockNanoseconds()) throws {
    try database.transaction { try insert(history, now) }
  }

  /// The same within a transaction.
  func insert(_ history: History, _ now: Int64) throws {
    for (step, time) in history.done {
      try database.execute(
        "INSERT INTO earlier VALUES (?, ?, ?)", .text(step), .integer(time), .integer(now))
    }
    for (id, answer) in history.answers {
      try setAnswer(id, answer.text)
      if let right = answer.right { try note(answers: [id], now: right) }
    }
    for hint in history.hints {
      try database.execute(
        "INSERT OR IGNORE INTO hints VALUES (?, ?, ?)", .text(hint.step), .text(hint.hint),
        .integer(hint.time))
    }
    for step in history.debriefed { try setFact(Self.debriefed(step), "1") }
  }

  /// The steps that were done and whose work went when the lab was begun anew, with the time of that;
  /// not those that are done again since.
  package func putAway() throws -> [String: Int64] {
    let rows = try database.query(
      "SELECT step, away FROM earlier WHERE step NOT IN "
        + "(SELECT step FROM milestones WHERE item = '')")
    return Dictionary(rows.map { ($0["step"].text ?? "", $0["away"].integer ?? 0) }) { $1 }
  }

  /// The steps that were done before the lab was begun anew and that are there now only because the kit
  /// built them again: a grader counts them as solved by the kit.
  package func rebuilt() throws -> Set<String> {
    let rows = try database.query(
      "SELECT step FROM earlier WHERE step IN (SELECT step FROM milestones WHERE item = '') "
        + "AND EXISTS (SELECT 1 FROM facts WHERE key IN ('rebuilding:' || step, 'rebuilt:' || step))"
    )
    return Set(rows.compactMap { $0["step"].text })
  }

  /// Makes `step` one that was never done.
  package func reopen(_ step: Step) throws {
    try database.transaction {
      for table in ["milestones", "broken", "earlier"] {
        try database.execute("DELETE FROM \(table) WHERE step = ?", .text(step.id))
      }
      for question in step.questions {
        try database.execute("DELETE FROM answers WHERE id = ?", .text(question.id))
      }
      try database.execute(
        "DELETE FROM facts WHERE key = ?", .text(Self.debriefed(step.id)))
    }
  }

  /// The fact that the kit has begun to build a step again.
  static func rebuilding(_ step: String) -> String { "rebuilding:\(step)" }

  /// The fact that the kit has built a step again.
  static func rebuilt(_ step: String) -> String { "rebuilt:\(step)" }

  /// The fact that the debrief of a step was shown.
  static func debriefed(_ step: String) -> String { "debriefed:\(step)" }
}
