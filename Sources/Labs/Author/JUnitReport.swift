import Support

/// The outcome of `lab test` as JUnit XML, which continuous integration shows.
package enum JUnitReport {
  /// One suite for each lab, one test case for each play.
  package static func text(_ cases: [LabTest.Case]) -> String {
    var labs: [String] = []
    for result in cases where !labs.contains(result.lab) { labs.append(result.lab) }
    let suites = labs.map { lab in suite(lab, cases.filter { $0.lab == lab }) }
    return
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n\(suites.joined())</testsuites>\n"
  }

  private static func suite(_ lab: String, _ cases: [LabTest.Case]) -> String {
    let failed = cases.filter { $0.failure != nil }.count
    let head =
      "  <testsuite name=\"\(escaped(lab))\" tests=\"\(cases.count)\" failures=\"\(failed)\">\n"
    return head + cases.map(testCase).joined() + "  </testsuite>\n"
  }

  private static func testCase(_ result: LabTest.Case) -> String {
    let place = [result.lab, result.step].filter { !$0.isEmpty }.joined(separator: ".")
    let head =
      "    <testcase classname=\"\(escaped(place))\" name=\"\(escaped(result.name))\" "
      + "time=\"\(result.seconds)\""
    guard let failure = result.failure else { return head + "/>\n" }
    return head + ">\n      <failure>\(escaped(failure(.en)))</failure>\n    </testcase>\n"
  }

  /// Text as XML 1.0 can hold it: marks escaped, control characters left out.
  static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "\n", "\t": result.unicodeScalars.append(scalar)
      case "\u{0}"..<" ", "\u{FFFE}", "\u{FFFF}": result += "?"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
