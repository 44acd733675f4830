import Linux
import Testing

/// `lab undo` and `lab goto`: the step is at its start again, and nothing else a student has done is
/// forgotten.
@Suite(
  "Going back in a lab", .serialized, .enabled(if: containerObstacle == nil, "needs root"))
struct LabMovesTests {
  private static func step(_ name: String, _ command: String) -> String {
    """
    ```check
    - container.exists: \(name)
    ```

    ```solution
    \(command)
    ```
    """
  }

  private static let quiz = "\n\n```quiz why\nask: Why?\nanswer: because\n```"

  /// Three steps, of which the third builds on the first.
  private func withLab(_ body: (TaughtLab) throws -> Void) throws {
    let lab = try TaughtLab([
      ("One {#one}", Self.step("box", "docker run -d --name box busybox sleep 600")),
      ("Two {#two after=none}", Self.step("run", "docker create --name run busybox") + Self.quiz),
      ("Three {#three after=one}", Self.step("astray", "docker create --name astray busybox")),
    ])
    defer { lab.close() }
    try body(lab)
  }

  private func names(_ lab: TaughtLab) -> [String] {
    lab.docker("ps -a --format {{.Names}}").lines.map { String($0) }.sorted()
  }

  private func status(_ lab: TaughtLab) -> [String] {
    lab.lab("status", "--lab", lab.id).lines.map { String($0) }
  }

  @Test("the current step alone is undone: others stay done, with what they were answered")
  func undo() throws {
    try withLab { lab in
      lab.docker("run -d --name box busybox sleep 600")
      #expect(lab.lab("next", "--lab", lab.id).status == 0)
      lab.docker("create --name run busybox")
      #expect(lab.lab("answer", "--lab", lab.id, "why", "because").status == 0)
      #expect(lab.lab("next", "--lab", lab.id).output.contains("Three"))
      lab.docker("create --name astray busybox")
      #expect(lab.check().status == 0)
      let undone = lab.lab("undo", "--yes", "--lab", lab.id)
      #expect(undone.status == 0 && undone.output.contains("3/3"), "\(undone)")
      // The first is what the third builds on; what the second had made is gone.
      #expect(names(lab) == ["box"])
      let lines = status(lab)
      #expect(lines.contains { $0.contains("1. One") && $0.contains("done") }, "\(lines)")
      #expect(
        lines.contains { $0.contains("2. Two") && $0.contains("done") && $0.contains("put away") },
        "\(lines)")
      #expect(lines.contains { $0.hasPrefix("> 3. Three") && $0.contains("0/1") }, "\(lines)")
      #expect(lines.last == "2 of 3 steps done" && !lines.joined().contains("broken"), "\(lines)")
      let second = lab.check("two")
      #expect(second.output.contains("and it stays done here"), "\(second)")
      #expect(second.output.contains("[ok] Why?"), "the answer is kept: \(second)")
    }
  }

  @Test("a step that is gone to is open again, and what it lacks is built when its turn comes")
  func goto() throws {
    try withLab { lab in
      for step in ["one", "two"] { lab.lab("solve", "--lab", lab.id, step) }
      let moved = lab.lab("goto", "--yes", "--lab", lab.id, "2")
      #expect(moved.status == 0 && moved.output.contains("2/3"), "\(moved)")
      #expect(names(lab) == [])
      #expect(status(lab).last == "1 of 3 steps done")
      #expect(lab.lab("solve", "--lab", lab.id).status == 0)
      let next = lab.lab("next", "--lab", lab.id)
      #expect(next.output.contains("in step 1 was put away") && next.output.contains("Three"))
      #expect(names(lab) == ["box", "run"], "\(next)")
      #expect(lab.check().status == 1, "step three waits for nothing")
      #expect(status(lab).last == "2 of 3 steps done")
    }
  }

  @Test("what the kit builds again is said to be the kit's, before it is and when it is handed in")
  func counted() throws {
    try withLab { lab in
      lab.docker("run -d --name box busybox sleep 600")
      #expect(lab.check().status == 0)
      let asked = lab.run(["lab", "goto", "--lab", lab.id, "3"], input: "")
      #expect(
        asked.errors.contains("1 container. Step 1 is built again by the kit; a grader counts it"),
        "\(asked)")
      #expect(!lab.lab("goto", "--lab", lab.id, "1").errors.contains("a grader"))
      func said() -> String {
        let file = "\(Sandbox.root)/handed-\(lab.id)"
        let made = lab.lab("submit", "--lab", lab.id, "--student", "s1", "--name", "N", "-o", file)
        #expect(made.status == 0, "\(made)")
        // Whose it is is remembered for all labs of this root; that is no business of other tests.
        for path in [file, "\(Sandbox.root)/labs/student.json"] { try? Directory.removeTree(path) }
        return made.output
      }
      #expect(!said().contains("built again"))
      #expect(lab.lab("goto", "--yes", "--lab", lab.id, "3").status == 0)
      #expect(names(lab) == ["box"])
      let after = said()
      #expect(
        after.contains("Step 1 was built again by the kit; a grader counts it as solved by it."))
      #expect(!after.contains("were done before you went back"), "\(after)")
      // Done by hand, it is the student's.
      #expect(lab.lab("goto", "--yes", "--lab", lab.id, "1").status == 0)
      lab.docker("run -d --name box busybox sleep 600")
      #expect(lab.check("one").status == 0)
      #expect(!said().contains("built again"))
    }
  }

  @Test("of a step that cannot be built again nobody says that it was")
  func unbuilt() throws {
    let lab = try TaughtLab([
      ("One {#one}", Self.step("box", "docker create --name other busybox")),
      ("Two {#two after=none}", Self.step("run", "docker create --name run busybox")),
      ("Three {#three after=one}", Self.step("astray", "docker create --name astray busybox")),
    ])
    defer { lab.close() }
    lab.docker("create --name box busybox")
    #expect(lab.check("one").status == 0)
    #expect(lab.lab("goto", "--yes", "--lab", lab.id, "2").status == 0)
    lab.docker("create --name run busybox")
    let next = lab.lab("next", "--lab", lab.id)
    #expect(next.status == 0 && next.output.contains("3/3"), "\(next)")
    #expect(names(lab) == ["other", "run"], "it was tried")
    #expect(!next.output.contains("built again"), "\(next)")
  }

  @Test("a solution that has run is not said to have changed nothing")
  func solved() throws {
    let lab = try TaughtLab([("One {#one}", Self.step("box", "docker create --name other busybox"))]
    )
    defer { lab.close() }
    let solved = lab.run(["lab", "solve", "--lab", lab.id], input: "")
    #expect(solved.status == 1 && names(lab) == ["other"], "\(solved)")
    #expect(solved.errors.contains("the solution was tried on what was there"), "\(solved)")
    #expect(!solved.errors.contains("nothing was changed"))
  }

  @Test(
    "where nobody can be asked nothing is thrown away without --yes",
    arguments: [["undo"], ["goto", "1"], ["goto", "2"], ["reset"]])
  func agreement(_ words: [String]) throws {
    try withLab { lab in
      lab.docker("run -d --name box busybox sleep 600")
      let line = ["lab"] + words + (words == ["reset"] ? [lab.id] : ["--lab", lab.id])
      for answer in ["", "n\n", "y\n"] {
        let refused = lab.run(line, input: answer)
        #expect(refused.status == 1, "\(refused)")
        #expect(refused.errors.contains("throw away: 1 container"), "\(refused)")
        #expect(refused.errors.contains("--yes"), "\(refused)")
        #expect(names(lab) == ["box"])
      }
      #expect(lab.run(line + ["--yes"], input: "").status == 0)
      #expect(names(lab) == [])
    }
  }

  @Test("with nothing to lose nobody has to be asked")
  func nothing() throws {
    try withLab { lab in
      #expect(lab.lab("undo", "--lab", lab.id).status == 0)
      let moved = lab.lab("goto", "--lab", lab.id, "3")
      #expect(moved.status == 0 && names(lab) == ["box"], "\(moved)")
    }
  }

  @Test("whatever moves the student on leaves the next prompt behind")
  func prompt() throws {
    try withLab { lab in
      func kept() -> String? {
        let text = try? File.text("\(Sandbox.root)/labs/lab-\(lab.id)/prompt")
        return text?.split(separator: "\n").first.map { String($0) }
      }
      lab.docker("run -d --name box busybox sleep 600")
      #expect(lab.check().status == 0 && kept() == "\(lab.id) 1/3 ✔")
      lab.lab("next", "--lab", lab.id)
      #expect(kept() == "\(lab.id) 2/3 0/2")
      lab.lab("answer", "--lab", lab.id, "why", "because")
      #expect(kept() == "\(lab.id) 2/3 1/2")
      lab.lab("goto", "--yes", "--lab", lab.id, "3")
      #expect(kept() == "\(lab.id) 3/3 0/1")
      lab.lab("solve", "--lab", lab.id)
      #expect(kept() == "\(lab.id) 3/3 ✔")
      lab.lab("undo", "--yes", "--lab", lab.id)
      #expect(kept() == "\(lab.id) 3/3 0/1")
    }
  }
}
