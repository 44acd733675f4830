import Support

/// Verbs that take several objects try them all, then fail if one failed.
enum Batch {
  /// Calls `body` for each of `names`; each failure is told at once.
  static func each(_ names: [String], _ body: (String) throws -> Void) throws {
    var failed = false
    for name in names {
      do {
        try body(name)
      } catch {
        failed = true
        FailureLog.note(error)
        for line in ErrorReport(program: ProgramName.current).lines(for: error) {
          StandardError.print(line)
        }
      }
    }
    if failed { throw BatchFailure() }
  }
}
