import Documents
import Glibc
import Linux
import SQLite
import Testing

@testable import Labs

/// The recipes of Courseware/graders, each done as the other grader would do it.
@Suite("Recipes for other graders", .serialized, .enabled(if: containerObstacle == nil))
struct GraderRecipeTests {
  private func withImage(_ body: (GraderImage) throws -> Void) throws {
    let image = try GraderImage()
    defer { image.close() }
    try body(image)
  }

  /// What the guide says is enough, and two that are not.
  private static let enough = [
    "--security-opt", "seccomp=unconfined", "--security-opt", "apparmor=unconfined",
    "--security-opt", "systempaths=unconfined", "--cap-add", "SYS_ADMIN",
  ]
  private static let tooLittle = [[], ["--cap-add", "SYS_ADMIN"]]

  @Test("the container grades; without privileges it judges questions, and the rest are errors")
  func container() throws {
    try withImage { image in
      let step = try image.submit("s1")
      let grade = "dklab grade in --lab day44 -q -o"
      let allowed = image.inside("\(grade) out")
      #expect(allowed.status == 0, "\(allowed)")
      let verdicts = try image.verdicts(image.place + "/out/results.json", step)["s1"]
      #expect(verdicts?.count == step.checkIDs.count)
      #expect(verdicts?.values.allSatisfy { $0 == "pass" } == true, "\(verdicts ?? [:])")

      for options in Self.tooLittle {
        let forbidden = image.inside("\(grade) bare", options: options)
        #expect(forbidden.status == 3, "\(options): \(forbidden)")
        let bare = try #require(
          try image.verdicts(image.place + "/bare/results.json", step)["s1"])
        let questions = Set(step.quizzes.map(\.id))
        #expect(!questions.isEmpty && bare.count == step.checkIDs.count)
        for (check, verdict) in bare {
          #expect(
            verdict == (questions.contains(check) ? "pass" : "error"), "\(options): \(check)")
        }
      }
      // Nothing of that was kept as if it stood: where it is allowed, it is done again.
      let again = image.inside("\(grade) bare", options: Self.enough)
      #expect(again.status == 0, "\(again)")
      #expect(try image.verdicts(image.place + "/bare/results.json", step)["s1"] == verdicts)
    }
  }

  /// Fields of Gradescope's "Autograder Specifications", of the document and of a test.
  private static let fields: Set<String> = [
    "score", "execution_time", "output", "output_format", "test_output_format", "test_name_format",
    "visibility", "stdout_visibility", "extra_data", "tests", "leaderboard",
  ]
  private static let testFields: Set<String> = [
    "score", "max_score", "status", "name", "name_format", "number", "output", "output_format",
    "tags", "visibility", "extra_data",
  ]

  private func check(gradescope document: JSONValue) {
    let names = Set((document.object ?? JSONObject()).keys)
    #expect(names.isSubset(of: Self.fields), "\(names.subtracting(Self.fields))")
    #expect(document["output"]?.string?.isEmpty == false)
    #expect(
      ["text", "html", "simple_format", "md", "ansi"].contains(
        document["output_format"]?.string ?? ""))
    for field in ["visibility", "stdout_visibility"] {
      #expect(
        ["hidden", "after_due_date", "after_published", "visible"].contains(
          document[field]?.string ?? ""))
    }
    for test in document["tests"]?.array ?? [] {
      let names = Set((test.object ?? JSONObject()).keys)
      #expect(names.isSubset(of: Self.testFields), "\(names.subtracting(Self.testFields))")
      #expect(["passed", "failed"].contains(test["status"]?.string ?? ""))
      let (score, most) = (test["score"]?.double ?? -1, test["max_score"]?.double ?? -1)
      #expect(score >= 0 && score <= most, "\(test)")
    }
  }

  @Test(
    "Gradescope's autograder gives points, says what is no submission, and leaves errors to people")
  func gradescope() throws {
    try withImage { image in
      try image.shell(
        """
        mkdir -p autograder/source autograder/submission autograder/results
        cp \(GraderImage.graders)/gradescope/* context/dklab context/images.tar autograder/source/
        cp -R context/Labs autograder/source/
        printf '# Hidden\\n\\n## First {#first}\\n\\n```check\\n- id: secret\\n  container.state: {name: nobody-has-this, is: running}\\n```\\n' \\
          > autograder/source/hidden.md
        """)
      let setUp = image.inside(
        "ln -s /work/autograder /autograder; bash /autograder/source/setup.sh")
      #expect(setUp.status == 0, "\(setUp)")
      func grade(options: [String] = ["--privileged"]) throws -> JSONValue {
        // Every run of Gradescope's has a machine of its own.
        try image.shell("rm -rf autograder/results/* autograder/graded")
        let output = image.inside(
          "ln -s /work/autograder /autograder; cd /; /autograder/source/run_autograder",
          options: options)
        #expect(output.status == 0, "\(output)")
        let text = try File.text(image.place + "/autograder/results/results.json")
        let document = try JSONValue.parse(text)
        check(gradescope: document)
        return document
      }
      let nothing = try grade()
      #expect(nothing["score"]?.double == 0 && nothing["tests"] == nil, "\(nothing)")

      try image.submit("s1")
      // Browsers and platforms rename what is handed in.
      try image.shell("mv in/s1.dklab-work 'autograder/submission/work (1).bin'")
      let good = try grade()
      let first = good["tests"]?.array?.first
      #expect(good["score"]?.double ?? 0 > 0, "\(good)")
      #expect(first?["status"]?.string == "failed", "a hidden check has failed: \(good)")
      let said = good.text()
      #expect(said.contains("1 further checks failed") && !said.contains("nobody-has-this"))

      let forbidden = try grade(options: [])
      #expect(forbidden["score"] == nil && forbidden["tests"] == nil, "\(forbidden)")
    }
  }

  @Test("the steps of the GitHub workflow do what they say, also for who has not passed")
  func workflow() throws {
    let path = GraderImage.graders + "/github/grade.yml"
    let workflow = try YAMLDocument.parse(try File.text(path), file: path).json
    let job = try #require(workflow["jobs"]?["grade"])
    #expect(job["container"]?["options"]?.string == "--privileged")
    let commands = (job["steps"]?.array ?? []).compactMap { step -> (String, Bool)? in
      step["run"]?.string.map { ($0, step["if"]?.string == "always()") }
    }
    #expect(commands.count == 3)
    try withImage { image in
      /// As the runner does it: each `run` by `bash -e`, what is not `always()` only while all is well.
      /// All steps have one /tmp, which is the job's own.
      func play(_ folder: String, job: String) throws -> [Int32?] {
        var isWell = true
        try image.shell("mkdir -m 1777 \(job)")
        return commands.map { command, isAlways in
          guard isWell || isAlways else { return nil }
          let output = image.inside(
            "cd \(folder); export GITHUB_WORKSPACE=$PWD GITHUB_STEP_SUMMARY=/work/summary; "
              + "bash -e <<'E'\n\(command)\nE\n",
            options: ["--privileged", "-v", "\(image.place)/\(job):/tmp"])
          isWell = isWell && output.status == 0
          return output.status
        }
      }
      let step = try image.submit("s1")
      try image.shell(
        "mkdir repository; mv in/s1.dklab-work repository/; echo '# Mine' > repository/README.md")
      // Only one step of the lab was done.
      #expect(try play("repository", job: "first") == [0, 1, 0])
      let honest = try File.text(image.place + "/first/graded/results.json")
      let all = try image.verdicts(image.place + "/first/graded/results.json", step)
      #expect(all["s1"]?.values.allSatisfy { $0 == "pass" } == true)
      #expect(try File.text(image.place + "/summary").contains("s1"))
      // A student who knows the kit commits results in which everything has passed, and a lab of that name.
      try image.shell("cp -R first/graded repository/graded")
      let results = try Database(path: image.place + "/repository/graded/results.db")
      let (fail, pass) = (#""verdict":"fail""#, #""verdict":"pass""#)
      try results.execute(
        "UPDATE results SET result = replace(result, ?, ?)", .text(fail), .text(pass))
      results.disconnect()
      try image.shell(
        """
        mkdir forged && cp -R repository/* forged/ && cd repository
        mkdir \(GraderImage.labID) && echo '# Easy' > \(GraderImage.labID)/lab.md
        """)
      let believed = image.inside(
        "cd forged && dklab grade . --lab \(GraderImage.labID) -q -o graded && "
          + "! grep '\"verdict\": \"fail\"' graded/results.json")
      #expect(believed.status == 0, "the forgery is a good one: \(believed)")
      #expect(try play("repository", job: "second") == [0, 1, 0])
      let verdicts = try image.verdicts(image.place + "/second/graded/results.json", step)
      #expect(verdicts == all && honest.contains("\"verdict\": \"fail\""))
      try image.shell("mkdir none; echo '# Mine' > none/README.md")
      let none = try play("none", job: "third")
      #expect(none[0] != 0 && none[1] == nil, "\(none)")
    }
  }
}
