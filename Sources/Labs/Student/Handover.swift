// What one beginning of a lab hands over to the next. `lab undo` and `lab goto` throw the lab away and
// begin it again, and whatever happens in between (a key, a killed process, a full disk) must not cost a
// student their record. So it is written to a file beside the lab's directory first, and lies there until
// the record of the new beginning holds it.
//
// Next: LabSession+Restart.swift, Progress+History.swift.

import Documents
import Engine
import Linux
import Support

/// The record of a lab that is being begun anew.
struct Handover: Sendable, Hashable, Codable {
  /// The lab's seed, in decimal; nil for a lab that has none on record.
  var seed: String?
  /// The values of the lab's variables.
  var values: [String: String]
  /// The step to stand at.
  var step: String
  /// What was typed to start the lab (`StartedLab.origin`).
  var origin: String?
  var history: Progress.History

  /// Where it lies for an instance.
  static func path(_ root: DataRoot, _ instance: String) -> String {
    LabSession.directory(root, instance) + Self.ending
  }

  static let ending = "-history.json"

  /// Writes it down so that a power cut leaves all of it.
  func write(_ root: DataRoot, _ instance: String) throws {
    try File.replace(
      Self.path(root, instance), try JSONValue(encoding: self).text() + "\n", mode: 0o600)
  }

  /// What lies there; nil when nothing does. Throws when it cannot be read: a lab that began without it
  /// would have lost it.
  static func read(_ root: DataRoot, _ instance: String) throws -> Handover? {
    let path = path(root, instance)
    guard File.exists(path) else { return nil }
    return try JSONValue.parse(try File.text(path, limit: 16 << 20)).decode(as: Handover.self)
  }

  /// Whether there is one.
  static func exists(_ root: DataRoot, _ instance: String) -> Bool {
    File.exists(path(root, instance))
  }

  /// Takes it away: it is taken over, or nobody wants it any more.
  static func remove(_ root: DataRoot, _ instance: String) throws {
    try Directory.removeTree(path(root, instance))
  }
}

extension Progress {
  /// Takes `handover` over with `variables`, its values, into the record of a lab that was just begun
  /// anew: all of it or nothing. False when somebody else was faster.
  func take(
    _ handover: Handover, _ variables: Variables, now: Int64 = wallClockNanoseconds()
  ) throws -> Bool {
    try database.transaction {
      guard try fact("variables") == nil else { return false }
      if let seed = handover.seed { try setFact("seed", seed) }
      try insert(handover.history, now)
      try setFact("variables", variables.text)
      return true
    }
  }
}
