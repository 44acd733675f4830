import Glibc
import Linux
import Support
import Testing

@testable import Labs

/// Submissions of every kind, each with the verdict its label says.
@Suite("Grading", .serialized, .enabled(if: containerObstacle == nil))
struct GradeTests {
  /// What is to come of a submission.
  struct Label {
    var outcome = "graded"
    /// These checks fail, and others may; nil when none may.
    var fails: [String]?
    /// All checks of these steps pass.
    var passes: [String] = []
    var observed: [String] = []
  }

  private func expect(_ label: Label, _ name: String, _ result: GradeBench.Result?) {
    guard let result else {
      Issue.record("\(name): no result")
      return
    }
    #expect(result.outcome == label.outcome, "\(name): \(result.json)")
    if let fails = label.fails {
      for check in fails {
        #expect(result.checks[check] == "fail", "\(name): \(check) \(result.failed)")
      }
    } else if label.outcome == "graded" {
      #expect(result.failed == [], "\(name): \(result.json)")
    }
    for step in label.passes {
      let failed = result.failed.filter { $0.hasPrefix(step + "/") }
      #expect(failed == [], "\(name): \(result.json)")
    }
    for kind in label.observed {
      #expect(result.observations.contains(kind), "\(name): \(result.observations)")
    }
  }

  @Test("a whole lab that was solved gets all its points, in three labs")
  func right() throws {
    let bench = try GradeBench("right")
    defer { bench.close() }
    for id in ["day42", "day43", "day44"] {
      var factory = try SubmissionFactory(GradeBench.lab(id), student: id)
      for step in factory.lab.steps { try factory.solve(step) }
      try factory.write(to: bench.path(id))
    }
    let output = bench.grade()
    let results = try bench.results()
    for id in ["day42", "day43", "day44"] {
      expect(Label(), id, results[id])
      #expect(results[id]?.score == 100, "\(output)")
      #expect(results[id]?.observations == [], "\(id): \(results[id]?.json ?? .null)")
    }
    #expect(output.status == 0, "\(output)")
  }

  @Test("where no sandbox can be made only questions are judged, and nobody has a score")
  func forbidden() throws {
    let bench = try GradeBench("forbidden")
    defer { bench.close() }
    let lab = try GradeBench.lab("day44")
    for name in ["a", "b"] {
      var factory = try SubmissionFactory(lab, student: name)
      try factory.solve(try #require(lab.steps.first))
      try factory.write(to: bench.path(name))
    }
    // A user namespace in which no mount namespace may be made (namespaces(7)).
    let words = [
      "-Ur", "/bin/sh", "-c",
      "echo 0 > /proc/sys/user/max_mnt_namespaces && exec \"$0\" \"$@\"", Sandbox.binary, "grade",
      bench.folder + "/in", "-o", bench.folder + "/out", "--lab", "day44", "-q",
    ]
    let output = Sandbox.run(
      words, program: "/usr/bin/unshare", environment: bench.environment, seconds: 120)
    #expect(output.status == 3, "\(output)")
    let results = try bench.results()
    #expect(results.keys.sorted() == ["a", "b"])
    for (name, result) in results {
      #expect(result.outcome == "error" && result.score == -1, "\(name): \(result.json)")
      for step in lab.steps {
        for check in step.checks {
          #expect(result.checks["\(step.id)/\(check.id)"] == "error", "\(name): \(check.id)")
        }
        // Those of the first step were answered, the others not.
        let verdict = step.id == lab.steps[0].id ? "pass" : "fail"
        for quiz in step.quizzes {
          #expect(result.checks["\(step.id)/\(quiz.id)"] == verdict, "\(name): \(quiz.id)")
        }
      }
    }
  }

  @Test("a run that was killed in the middle goes on, loses nothing and leaves nothing")
  func killed() throws {
    let bench = try GradeBench("killed")
    defer { bench.close() }
    let lab = try GradeBench.lab("day44")
    let step = try #require(lab.steps.first)
    let names = (1...6).map { "s\($0)" }
    for name in names {
      var factory = try SubmissionFactory(lab, student: name)
      try factory.solve(step)
      try factory.write(to: bench.path(name))
    }
    // Killed as soon as the first result is there, as a power cut would.
    let script = """
      "$0" "$@" & pid=$!
      while kill -0 $pid 2>/dev/null && ! grep -aqs '"outcome":"graded"' \(bench.folder)/out/results.db*
      do sleep 0.1; done
      kill -9 $pid; wait $pid 2>/dev/null; true
      """
    let words = [
      "-c", script, Sandbox.binary, "grade", bench.folder + "/in", "-o", bench.folder + "/out",
      "-j",
      "2", "--lab", "day44", "-q",
    ]
    _ = Sandbox.run(words, program: "/bin/bash", environment: bench.environment, seconds: 300)
    #expect(!File.exists(bench.folder + "/out/results.json"), "it was not killed in the middle")
    let output = bench.grade(["--lab", "day44"])
    let results = try bench.results()
    #expect(output.status == 0, "\(output)")
    #expect(results.keys.sorted() == names)
    for name in names {
      for check in step.checkIDs { #expect(results[name]?.checks["first/\(check)"] == "pass") }
    }
  }
}
