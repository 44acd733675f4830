import Linux
import Testing

/// `lab test` must refuse a lab that breaks one of its rules, and say which.
@Suite("A lab that breaks a rule is refused", .serialized)
struct LabRulesTests {
  /// The lab that `lab new` writes, with `change` made to it, put to the test.
  private func test(_ change: (inout String) -> Void) throws -> Sandbox.Output {
    let sandbox = try Sandbox()
    defer { sandbox.close() }
    let folder = "\(Sandbox.root)/labs-\(sandbox.instance)/mine"
    try Directory.make("\(Sandbox.root)/labs-\(sandbox.instance)")
    defer { try? Directory.removeTree("\(Sandbox.root)/labs-\(sandbox.instance)") }
    #expect(sandbox.run(["lab", "new", folder]).status == 0)
    var text = try File.text(folder + "/lab.md")
    let before = text
    change(&text)
    try File.replace(folder + "/lab.md", text, durable: false)
    if text != before { sandbox.run(["lab", "lint", "--accept", folder]) }
    return sandbox.run(["lab", "test", "--seed", "1", folder])
  }

  @Test("one that keeps them all passes, and nothing is left of it")
  func good() throws {
    let result = try test { _ in }
    #expect(result.status == 0, "\(result)")
    #expect(result.output.contains("6 passed, 0 failed"), "\(result)")
  }

  static let folder =
    String(#filePath.dropLast("LabRulesTests.swift".count)) + "Fixtures/bad-labs"
  static let badLabs = (try? Directory.list(folder)) ?? []

  /// Each folder of Fixtures/bad-labs is a lab (or several) that breaks one rule, and the complaints
  /// that its test must make. Everything the complaints do not name has to pass.
  @Test("and the case that failed is named", arguments: badLabs)
  func broken(_ name: String) throws {
    let sandbox = try Sandbox()
    defer { sandbox.close() }
    defer { removeMarks() }
    removeMarks()
    let place = "\(Self.folder)/\(name)"
    let labs =
      File.exists(place + "/lab.md")
      ? [place]
      : try Directory.list(place)
        .map { "\(place)/\($0)" }.filter { File.exists($0 + "/lab.md") }
    let complaints = try File.text(place + "/complaint").split(separator: "\n")
    // Two labs that lean on each other are played one after the other, the wrong one first.
    var options = labs.count > 1 ? ["--seed", "2", "--jobs", "1"] : ["--seed", "1"]
    // The lab as a whole takes longest, and few rules need it.
    let isWhole = complaints.contains { $0.contains(" through ") }
    if !isWhole, name != "foundation-fails" { options += ["--step", "start"] }
    // Nobody waits for two minutes.
    if name == "never-ends" { options += ["--limit", "10"] }
    let result = sandbox.run(["lab", "test"] + options + labs)
    #expect(result.status == 1, "\(result)")
    for complaint in complaints { #expect(result.output.contains(complaint), "\(result)") }
    let ids = try labs.map { try File.text($0 + "/lab.md") }
      .compactMap { $0.split(separator: "\n").first { $0.hasPrefix("id: ") }?.dropFirst(4) }
    #expect(leftBehind(of: ids.map(String.init)) == [], "\(result)")
  }

  /// Some of the labs leave a mark in the root, to know that they have been there.
  private func removeMarks() {
    for name in (try? Directory.list(Sandbox.root)) ?? [] where name.hasPrefix("bad-") {
      try? Directory.removeTree("\(Sandbox.root)/\(name)")
    }
  }

  /// What a test of labs has left in the root, which it should have taken away after telling of it.
  /// Other tests play other labs meanwhile.
  private func leftBehind(of labs: [String]) -> [String] {
    ["labs", "instances"].flatMap { folder in
      ((try? Directory.list("\(Sandbox.root)/\(folder)")) ?? []).filter { name in
        labs.contains { name.hasPrefix("lab-test-\($0)-") }
      }
    }
  }

  @Test("a check script that hangs is an error, not a failure")
  func hanging() throws {
    let result = try test { text in
      text = text.replacing(
        "  container.state: {name: {{box}}, is: running}", with: "  script: sleep 60")
    }
    #expect(result.status == 1, "\(result)")
    #expect(result.output.contains("took more than 10 seconds"), "\(result)")
  }

  @Test("the same seed plays in the same order, by however many players")
  func order() throws {
    let sandbox = try Sandbox()
    defer { sandbox.close() }
    let folder = "\(Sandbox.root)/labs-\(sandbox.instance)/mine"
    defer { try? Directory.removeTree("\(Sandbox.root)/labs-\(sandbox.instance)") }
    sandbox.run(["lab", "new", "--lang", "en", folder])
    func plays(_ seed: Int, jobs: Int) -> [String] {
      let result = sandbox.run(["lab", "test", "--seed", "\(seed)", "-j", "\(jobs)", folder])
      #expect(result.status == 0, "\(result)")
      return result.lines.filter { $0.hasPrefix("ok") }
        .map { String($0.split(separator: "  ").dropLast().joined(separator: " ")) }
    }
    #expect(plays(4, jobs: 1) == plays(4, jobs: 1))
    #expect(plays(4, jobs: 1).sorted() == plays(4, jobs: 3).sorted())
  }

  @Test("a student is led through a lab: fail, hint, solution, done, and a fresh start")
  func student() throws {
    let sandbox = try Sandbox(environment: ["DKLAB_LABS": "\(Sandbox.root)/student"])
    defer { sandbox.close() }
    let folder = "\(Sandbox.root)/student/taught"
    try Directory.make("\(Sandbox.root)/student")
    defer { try? Directory.removeTree("\(Sandbox.root)/student") }
    sandbox.run(["lab", "new", folder])
    defer { sandbox.run("lab reset --yes taught") }
    let start = sandbox.run("lab start --no-shell taught")
    #expect(start.status == 0 && start.output.contains("Start a container"), "\(start)")
    let first = sandbox.run("lab check --lab taught")
    #expect(first.status == 1 && first.output.contains("was ever created"), "\(first)")
    #expect(sandbox.run("lab hint --lab taught").output.contains("docker ps -a"))
    #expect(sandbox.run("lab solve --lab taught").output.contains("1 of 1 pass"))
    #expect(sandbox.run("lab check --lab taught").status == 0)
    #expect(sandbox.run("lab status --lab taught").output.contains("done"))
    #expect(sandbox.run("lab reset --yes taught").status == 0)
    let again = sandbox.run("lab check --lab taught")
    #expect(again.status == 64 && again.errors.contains("has not been started"), "\(again)")
  }
}
