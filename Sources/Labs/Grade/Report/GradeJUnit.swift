import Support

/// Scores as JUnit XML: a suite for each submission, a test case for each check.
package enum GradeJUnit {
  /// The document.
  package static func text(_ scores: [Score]) -> String {
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"dklab grade\">\n"
      + scores.map(suite).joined() + "</testsuites>\n"
  }

  private static func suite(_ score: Score) -> String {
    let result = score.result
    let failed = result.checks.filter { $0.verdict == .fail }.count
    let wrong = result.checks.filter { $0.verdict == .error }.count
    let isWhole = result.outcome != .graded && wrong == 0
    let name = result.student.id.isEmpty ? result.file : result.student.id
    var text =
      "  <testsuite name=\"\(JUnitReport.escaped(name))\" tests=\"\(result.checks.count + (isWhole ? 1 : 0))\" "
      + "failures=\"\(failed + (isWhole && result.outcome == .refused ? 1 : 0))\" "
      + "errors=\"\(wrong + (isWhole && result.outcome == .error ? 1 : 0))\" "
      + "time=\"\(result.seconds)\">\n"
    if isWhole {
      let kind = result.outcome == .refused ? "failure" : "error"
      let reason = JUnitReport.escaped(result.reason?(.en) ?? "")
      text +=
        "    <testcase classname=\"submission\" name=\"\(JUnitReport.escaped(result.file))\">\n"
        + "      <\(kind) message=\"\(reason)\"/>\n    </testcase>\n"
    }
    return text + result.checks.map { testCase($0, result.lab) }.joined() + "  </testsuite>\n"
  }

  private static func testCase(_ check: GradedCheck, _ lab: String) -> String {
    let head =
      "    <testcase classname=\"\(JUnitReport.escaped("\(lab).\(check.step)"))\" "
      + "name=\"\(JUnitReport.escaped(check.check))\""
    guard check.verdict != .pass else { return head + "/>\n" }
    let kind = check.verdict == .fail ? "failure" : "error"
    let causes = check.causes.map { $0.text(.en) }
    let lines = ([check.expected?(.en), check.found?(.en)].compactMap { $0 } + causes)
    return head + ">\n      <\(kind) message=\"\(JUnitReport.escaped(check.sentence(.en)))\">"
      + JUnitReport.escaped(lines.joined(separator: "\n")) + "</\(kind)>\n    </testcase>\n"
  }
}
