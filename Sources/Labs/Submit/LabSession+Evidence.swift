import Engine
import Support

/// What the kit takes down of a student's way, for a submission.
extension LabSession {
  /// Enters something of the lab itself into the journal: `start`, `enter`, `solve`, `hint`, `answer`,
  /// `restart`.
  func note(_ action: String, _ name: String, _ attributes: [String: String] = [:]) throws {
    try instance.engine.journal.append("lab", action, actor: "", name: name, attributes)
  }

  /// Where the versions of the student's files are.
  package var versionsDirectory: String { bench.directory + "/versions" }

  /// Notes what has changed in the student's folder, and seals the journal up to now.
  func keepEvidence() throws {
    try FileVersions(
      folder: bench.folder, directory: versionsDirectory, progress: progress,
      journal: instance.engine.journal
    ).keep()
    try progress.seal(instance.engine.journal, lab: lab.id)
  }
}
