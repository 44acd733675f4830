import Documents
import Glibc
import Linux
import Testing

@testable import Labs

/// A folder of submissions, and what `dklab grade` says of them.
final class GradeBench {
  let folder: String
  private let name: String

  init(_ name: String) throws {
    try Sandbox.images.get()
    self.name = name
    folder = "\(Sandbox.root)/grade-\(name)-\(getpid())"
    try Directory.make(folder + "/in")
  }

  static func lab(_ id: String) throws -> Lab {
    let repository = #filePath.dropLast("/Tests/AcceptanceTests/GradeBench.swift".count)
    let folder = try Directory.list("\(repository)/Labs").first { $0.hasPrefix(id) } ?? id
    let result = try Linter.lint(folder: "\(repository)/Labs/\(folder)")
    return try #require(result.lab)
  }

  func path(_ name: String) -> String { "\(folder)/in/\(name)\(Submission.ending)" }

  var environment: [String: String] {
    let repository = String(#filePath.dropLast("/Tests/AcceptanceTests/GradeBench.swift".count))
    return [
      "DKLAB_ROOT": Sandbox.root, "DKLAB_LANG": "en", "DKLAB_LABS": repository + "/Labs",
      "DKLAB_UPLINK": "none",
    ]
  }

  /// Grades everything in the folder.
  func grade(_ options: [String] = [], jobs: Int = 2) -> Sandbox.Output {
    Sandbox.run(
      ["grade", folder + "/in", "-o", folder + "/out", "-j", "\(jobs)"] + options,
      environment: environment, seconds: 900)
  }

  /// One submission's outcome.
  struct Result {
    var json: JSONValue
    var outcome: String { json["outcome"]?.string ?? "" }
    var reason: String { json["reasonId"]?.string ?? "" }
    var observations: [String] {
      (json["observations"]?.array ?? []).compactMap { $0["kind"]?.string }
    }
    /// `step/check` to verdict.
    var checks: [String: String] {
      var found: [String: String] = [:]
      for check in json["checks"]?.array ?? [] {
        found["\(check["step"]?.string ?? "")/\(check["check"]?.string ?? "")"] =
          check["verdict"]?.string
      }
      return found
    }
    var failed: [String] { checks.filter { $0.value != "pass" }.keys.sorted() }
    var score: Double { json["score"]?.double ?? -1 }
  }

  /// Outcomes by the submissions' names.
  func results() throws -> [String: Result] {
    let document = try JSONValue.parse(try File.text(folder + "/out/results.json"))
    var found: [String: Result] = [:]
    for submission in document["submissions"]?.array ?? [] {
      let file = submission["file"]?.string ?? ""
      found[String(file.dropLast(Submission.ending.count))] = Result(json: submission)
    }
    return found
  }

  /// Takes the folder away, and looks whether grading has left anything on the machine.
  func close() {
    try? Directory.removeTree(folder)
    let own = "run-"
    let left = ((try? Directory.list(Sandbox.root + "/grading")) ?? []).filter { name in
      guard name.hasPrefix(own), let pid = pid_t(name.dropFirst(own.count)) else { return false }
      return kill(pid, 0) != 0
    }
    #expect(left == [], "grading left something behind")
    let mounts = (try? File.text("/proc/self/mountinfo")) ?? ""
    for name in left { #expect(!mounts.contains("/grading/\(name)")) }
  }
}
