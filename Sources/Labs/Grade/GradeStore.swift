// What has been graded already. Each result is written in a transaction of its own when it is there; so
// a run that was killed goes on where it stood, nothing is lost, and nothing is graded twice. A result
// belongs to a file's content and to everything that decides about it: the labs' texts, the hidden
// checks, the secret, the limits, the kit. Change one of them, and it is graded anew.

import Documents
import Engine
import Linux
import SQLite
import Support

/// The results in one output directory.
final class GradeStore {
  private let database: Database
  private let context: String

  private static let schema = """
    CREATE TABLE results (
      file TEXT NOT NULL, digest TEXT NOT NULL, context TEXT NOT NULL,
      outcome TEXT NOT NULL, result TEXT NOT NULL,     -- GradedSubmission as JSON
      PRIMARY KEY (file, digest, context)) STRICT, WITHOUT ROWID;
    """

  init(directory: String, context: String) throws {
    try Directory.make(directory, mode: 0o700)
    database = try Database(path: directory + "/results.db")
    try database.migrate([Self.schema])
    self.context = context
  }

  /// The result for `file` with the content `digest`; nil when there is none yet.
  func result(_ file: String, _ digest: String) throws -> GradedSubmission? {
    let row = try database.query(
      "SELECT result FROM results WHERE file = ? AND digest = ? AND context = ?", .text(file),
      .text(digest), .text(context)
    ).first
    guard let text = row?["result"].text else { return nil }
    return try JSONValue.parse(text).decode(as: GradedSubmission.self)
  }

  /// Keeps `result`, durably; one that is there already stays unless it was an error.
  func keep(_ result: GradedSubmission) throws {
    try database.execute(
      "INSERT INTO results VALUES (?, ?, ?, ?, ?) ON CONFLICT (file, digest, context) DO UPDATE SET "
        + "outcome = excluded.outcome, result = excluded.result WHERE results.outcome = 'error'",
      .text(result.file), .text(result.digest), .text(context), .text(result.outcome.rawValue),
      .text(try JSONValue(encoding: result).text()))
  }
}
