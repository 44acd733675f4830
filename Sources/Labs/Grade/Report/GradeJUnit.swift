import Support

/// Scores as JUnit XML: a suite for each submission, a test case for each check. It has what the strictest of
/// the schemas that are in use asks for (the one of Apache Ant's reports), so that every reader is content.
package enum GradeJUnit {
  /// The document. A suite's timestamp is when its submission was made, in UTC.
  package static func text(_ scores: [Score]) -> String {
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
      + scores.enumerated().map(suite).joined() + "</testsuites>\n"
  }

  private static func suite(_ number: Int, _ score: Score) -> String {
    let result = score.result
    let failed = result.checks.filter { $0.verdict == .fail }.count
    let wrong = result.checks.filter { $0.verdict == .error }.count
    let isWhole = result.outcome != .graded && wrong == 0
    let attributes = [
      ("id", "\(number)"), ("package", token(result.lab, else: "submission")),
      ("name", token(result.student.id, else: token(result.file, else: "submission"))),
      ("timestamp", String(RFC3339.text(result.created).prefix(19))), ("hostname", "localhost"),
      ("tests", "\(result.checks.count + (isWhole ? 1 : 0))"),
      ("failures", "\(failed + (isWhole && result.outcome == .refused ? 1 : 0))"),
      ("errors", "\(wrong + (isWhole && result.outcome == .error ? 1 : 0))"),
      ("time", decimal(result.seconds)),
    ]
    let cases = result.checks.map { testCase($0, result.lab) } + (isWhole ? [whole(result)] : [])
    let properties = [("file", result.file), ("sha256", result.digest)].map { name, value in
      "      <property name=\"\(name)\" value=\"\(JUnitReport.escaped(value.oneLine))\"/>\n"
    }
    let remarks = score.observations.map { JUnitReport.escaped($0.text(.en)) }
    return "  <testsuite\(list(attributes))>\n    <properties>\n\(properties.joined())"
      + "    </properties>\n\(cases.joined())"
      + "    <system-out>\(remarks.joined(separator: "\n"))</system-out>\n"
      + "    <system-err></system-err>\n  </testsuite>\n"
  }

  private static func list(_ attributes: [(String, String)]) -> String {
    attributes.map { " \($0)=\"\(JUnitReport.escaped($1))\"" }.joined()
  }

  /// A name that is no empty one and begins and ends with a letter, not with a space.
  private static func token(_ text: String, else other: String) -> String {
    let plain = text.oneLine.split(separator: " ").joined(separator: " ")
    return plain.isEmpty ? other : plain
  }

  /// Seconds without an exponent.
  private static func decimal(_ seconds: Double) -> String {
    let thousandths = Int((max(0, seconds) * 1000).rounded())
    let rest = String(thousandths % 1000)
    return "\(thousandths / 1000)." + String(repeating: "0", count: 3 - rest.count) + rest
  }

  /// A submission without checks: refused, or not judged.
  private static func whole(_ result: GradedSubmission) -> String {
    let kind = result.outcome == .refused ? "failure" : "error"
    return testCase(
      [("name", token(result.file, else: "submission")), ("classname", "submission")], kind,
      type: result.reasonID ?? kind, message: result.reason?(.en) ?? "", lines: [])
  }

  private static func testCase(_ check: GradedCheck, _ lab: String) -> String {
    let kind: String? =
      switch check.verdict {
      case .pass: nil
      case .fail: "failure"
      case .error: "error"
      }
    let causes = check.causes.map { $0.text(.en) }
    return testCase(
      [("name", check.check), ("classname", "\(lab).\(check.step)")], kind,
      type: check.causes.first?.id ?? kind ?? "", message: check.sentence(.en),
      lines: [check.expected?(.en), check.found?(.en)].compactMap { $0 } + causes)
  }

  private static func testCase(
    _ attributes: [(String, String)], _ kind: String?, type: String, message: String,
    lines: [String]
  ) -> String {
    // What a check alone took is not measured; a submission's looks judge all of them together.
    let head = "    <testcase\(list(attributes + [("time", "0")]))"
    guard let kind else { return head + "/>\n" }
    return head + ">\n      <\(kind)\(list([("type", type), ("message", message)]))>"
      + JUnitReport.escaped(lines.joined(separator: "\n")) + "</\(kind)>\n    </testcase>\n"
  }
}
