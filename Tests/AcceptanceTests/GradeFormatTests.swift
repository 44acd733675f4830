import Documents
import Glibc
import Linux
import Testing

@testable import Labs

/// Whether the reports are what programs of others take them for.
@Suite("What grading writes, read by others", .serialized, .enabled(if: containerObstacle == nil))
struct GradeFormatTests {
  private static let fixtures =
    String(#filePath.dropLast("/GradeFormatTests.swift".count)) + "/Fixtures/reports"

  /// A submission of every outcome, with all that a stranger may put into a name.
  private func graded(_ body: (GradeBench) throws -> Void) throws {
    let bench = try GradeBench("formats")
    defer { bench.close() }
    let lab = try GradeBench.lab("day44")
    let nasty = "\u{1B}[2J <b>&\"'\u{202E} = \u{0} ]]> \u{FFFF} 김"
    var works = try SubmissionFactory(lab, student: "s1")
    try works.solve(lab.steps[0])
    try works.write(to: bench.path("a")) {
      $0.manifest.student.name = nasty
      $0.manifest.entries += 1
    }
    let idle = try SubmissionFactory(lab, student: "s2")
    try idle.write(to: bench.path("b")) { $0.manifest.student.id = nasty }
    try File.replace(bench.path("c <&> \u{1B}"), "no submission", durable: false)
    let output = bench.grade(["--lab", "day44", "-q"])
    #expect(output.status == 1, "\(output)")
    try body(bench)
  }

  private static let noJSONSchema: String? =
    Sandbox.run(["-c", "import jsonschema"], program: "/usr/bin/python3", environment: [:])
      .status == 0 ? nil : "needs python3-jsonschema"

  @Test(
    "results.json is valid by the published schema, and would not be with anything else in it",
    .enabled(if: noJSONSchema == nil, "\(noJSONSchema ?? "")"))
  func schema() throws {
    try graded { bench in
      let schema = Sandbox.run(["grade", "--schema"], environment: bench.environment)
      try File.replace(bench.folder + "/schema.json", schema.output, durable: false)
      let script = """
        import json, sys, jsonschema
        schema, document = (json.load(open(name)) for name in sys.argv[1:])
        jsonschema.Draft202012Validator.check_schema(schema)
        validator = jsonschema.Draft202012Validator(schema)
        for error in validator.iter_errors(document):
            sys.exit(f"{list(error.absolute_path)}: {error.message}")
        if len(document["submissions"]) != 3:
            sys.exit("not three submissions")
        document["submissions"][0]["invented"] = 1
        if validator.is_valid(document):
            sys.exit("takes anything")
        """
      let valid = Sandbox.run(
        ["-c", script, bench.folder + "/schema.json", bench.folder + "/out/results.json"],
        program: "/usr/bin/python3", environment: [:])
      #expect(valid.status == 0, "\(valid)")
    }
  }

  @Test(
    "junit.xml has what the readers of JUnit XML ask for",
    .enabled(if: HostProgram("xmllint") != nil, "needs xmllint (libxml2-utils)"))
  func junit() throws {
    let xmllint = try #require(HostProgram("xmllint")).path
    try graded { bench in
      func lint(_ path: String) -> Sandbox.Output {
        Sandbox.run(
          ["--noout", "--nonet", "--schema", Self.fixtures + "/junit.xsd", path],
          program: xmllint, environment: [:])
      }
      let path = bench.folder + "/out/junit.xml"
      let valid = lint(path)
      #expect(valid.status == 0, "\(valid)")
      let text = try File.text(path)
      #expect(text.ranges(of: "<testsuite ").count == 3 && text.contains("김"))
      // The schema notices what is missing.
      try File.replace(
        bench.folder + "/bad.xml", text.replacing(" hostname=\"localhost\"", with: ""),
        durable: false)
      #expect(lint(bench.folder + "/bad.xml").status != 0)
    }
  }
}
