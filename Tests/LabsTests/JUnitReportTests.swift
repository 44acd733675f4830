import Support
import Testing

@testable import Labs

@Suite("The JUnit report")
struct JUnitReportTests {
  @Test("has a suite for each lab and escapes what failed")
  func text() {
    let report = JUnitReport.text([
      LabTest.Case(lab: "a", step: "s", name: "solution", seconds: 1.5, failure: nil),
      LabTest.Case(
        lab: "a", step: "s", name: "wrong x", seconds: 2,
        failure: Text("found <b> & \"c\"\u{1B}[0m", ko: "")),
      LabTest.Case(lab: "b", step: "", name: "leaks", seconds: 0, failure: nil),
    ])
    #expect(
      report == """
        <?xml version="1.0" encoding="UTF-8"?>
        <testsuites>
          <testsuite name="a" tests="2" failures="1">
            <testcase classname="a.s" name="solution" time="1.5"/>
            <testcase classname="a.s" name="wrong x" time="2.0">
              <failure>found &lt;b&gt; &amp; &quot;c&quot;?[0m</failure>
            </testcase>
          </testsuite>
          <testsuite name="b" tests="1" failures="0">
            <testcase classname="b" name="leaks" time="0.0"/>
          </testsuite>
        </testsuites>

        """)
  }
}
