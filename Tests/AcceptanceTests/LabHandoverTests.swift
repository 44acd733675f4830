import Glibc
import Labs
import Linux
import Testing

/// `lab undo` and `lab goto` throw a lab away and begin it again. Whatever ends them on the way, a student
/// keeps what they have done.
@Suite(
  "A lab that is cut short while it begins anew", .serialized,
  .enabled(if: containerObstacle == nil, "needs root"))
struct LabHandoverTests {
  private static func step(_ name: String, _ command: String) -> String {
    "```check\n- container.exists: \(name)\n```\n\n```solution\n\(command)\n```"
  }

  /// Two steps done, with an answer, and a third that builds on the first; while `trap` exists, the set-up
  /// of the first step kills whoever runs it.
  private func withLab(_ body: (_ lab: TaughtLab, _ trap: String) throws -> Void) throws {
    let trap = "\(Sandbox.root)/trap-\(UInt32.random(in: 1 ... .max))"
    let lab = try TaughtLab([
      (
        "One {#one}",
        "```setup\n[ ! -e \(trap) ] || kill -9 $PPID\n```\n\n"
          + Self.step("box", "docker run -d --name box busybox sleep 600")
      ),
      (
        "Two {#two after=none}",
        Self.step("run", "docker create --name run busybox")
          + "\n\n```quiz why\nask: Why?\nanswer: because\n```"
      ),
      ("Three {#three after=one}", Self.step("astray", "docker create --name astray busybox")),
    ])
    defer {
      try? Directory.removeTree(trap)
      lab.close()
    }
    lab.docker("run -d --name box busybox sleep 600")
    #expect(lab.lab("next", "--lab", lab.id).status == 0)
    lab.docker("create --name run busybox")
    #expect(lab.lab("answer", "--lab", lab.id, "why", "because").status == 0)
    #expect(lab.lab("next", "--lab", lab.id).output.contains("Three"))
    try body(lab, trap)
  }

  private func directory(_ lab: TaughtLab) -> String { "\(Sandbox.root)/labs/lab-\(lab.id)" }

  private func facts(_ lab: TaughtLab) throws -> [String?] {
    let progress = try Progress(directory: directory(lab))
    return try ["seed", "variables"].map { try progress.fact($0) }
  }

  private func names(_ lab: TaughtLab) -> [String] {
    lab.docker("ps -a --format {{.Names}}").lines.sorted()
  }

  private func expectRecord(_ lab: TaughtLab, _ before: [String?]) throws {
    #expect(before.allSatisfy { $0 != nil })
    #expect(try facts(lab) == before, "seed and values")
    #expect(lab.lab("status", "--lab", lab.id).lines.last == "2 of 3 steps done")
    #expect(lab.check("two").output.contains("[ok] Why?"), "the answer is kept")
    #expect(!File.exists(directory(lab) + "-history.json"))
  }

  @Test(
    "is killed in its set-up, and the next start has the whole record", arguments: ["undo", "goto"])
  func killed(_ verb: String) throws {
    try withLab { lab, trap in
      let before = try facts(lab)
      try File.replace(trap, "", durable: false)
      let killed = Sandbox.run(
        ["lab", verb, "--yes", "--lab", lab.id] + (verb == "goto" ? ["3"] : []),
        environment: lab.environment)
      #expect(killed.status == 137 && names(lab) == [], "\(killed)")
      try Directory.removeTree(trap)
      let start = lab.lab("start", "--no-shell", lab.id)
      #expect(start.status == 0 && !start.output.contains("Intro"), "\(start)")
      try expectRecord(lab, before)
    }
  }

  @Test("is cut short before it has a record again, and whatever comes next goes on with it")
  func without() throws {
    try withLab { lab, _ in
      let before = try facts(lab)
      // A directory that nothing can remove, as a full disk or a kill would end it.
      let obstacle = directory(lab) + "/obstacle"
      try Directory.make(obstacle)
      try mountFileSystem("none", at: obstacle, type: "tmpfs")
      let failed = lab.lab("undo", "--yes", "--lab", lab.id)
      try unmountLazily(obstacle)
      #expect(failed.status != 0 && !File.exists(directory(lab) + "/progress.db"), "\(failed)")
      var draft = stat()
      #expect(stat(directory(lab) + "-history.json", &draft) == 0 && draft.st_mode & 0o777 == 0o600)
      #expect(lab.lab("list").lines.contains { $0.contains(lab.id) && $0.contains("2/3") })
      // A prompt begins nothing: whoever has thrown the lab away may be about to.
      #expect(lab.lab("status", "--prompt", "--lab", lab.id).status != 0)
      #expect(!File.exists(directory(lab) + "/progress.db"))
      let next = lab.lab("next", "--lab", lab.id)
      #expect(next.status == 1 && next.output.contains("This step comes first"), "\(next)")
      // At the step that was meant, with what it builds on.
      #expect(names(lab) == ["box"])
      #expect(lab.lab("show", "--lab", lab.id).output.contains("3/3"))
      try expectRecord(lab, before)
    }
  }

  @Test("is reset, and nothing of it is left")
  func reset() throws {
    try withLab { lab, _ in
      let obstacle = directory(lab) + "/obstacle"
      try Directory.make(obstacle)
      try mountFileSystem("none", at: obstacle, type: "tmpfs")
      let failed = lab.lab("undo", "--yes", "--lab", lab.id)
      try unmountLazily(obstacle)
      #expect(failed.status != 0 && File.exists(directory(lab) + "-history.json"), "\(failed)")
      let asked = lab.run(["lab", "reset", lab.id], input: "")
      #expect(asked.status == 1 && asked.errors.contains("2 steps done"), "\(asked)")
      #expect(lab.lab("reset", "--yes", lab.id).status == 0)
      #expect(!File.exists(directory(lab) + "-history.json") && !File.exists(directory(lab)))
      #expect(lab.lab("start", "--no-shell", lab.id).output.contains("Intro"))
      #expect(lab.lab("status", "--lab", lab.id).lines.last == "0 of 3 steps done")
    }
  }
}
