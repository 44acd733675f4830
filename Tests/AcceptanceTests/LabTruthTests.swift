import Linux
import Testing

/// A check is a milestone, and it is the truth of now; the two are never mixed up.
@Suite(
  "What a lab says of the past and of now", .serialized,
  .enabled(if: containerObstacle == nil, "needs root"))
struct LabTruthTests {
  private static let running = "```check\n- container.state: {name: box, is: running}\n```"
  private static let gone = """
    ```check
    - id: run
      container.exists: run
    - id: gone
      container.absent: box
    ```
    """
  private static let quiz = "\n\n```quiz why\nask: Why?\nanswer: because\n```"

  @Test("a container that ends at once never passes for a running one")
  func endsAtOnce() throws {
    let lab = try TaughtLab([("One {#one}", Self.running)])
    defer { lab.close() }
    for _ in 0..<8 {
      lab.docker("run -d --name box busybox true")
      let found = lab.check()
      #expect(found.status == 1 && found.output.contains("ended with status 0"), "\(found)")
      lab.docker("rm -f box")
    }
    #expect(lab.lab("status", "--lab", lab.id).output.contains("0/1"))
  }

  @Test("a container that works from its first moment on passes for a running one")
  func busy() throws {
    let lab = try TaughtLab([("One {#one}", Self.running)])
    defer { lab.close() }
    let line = ["run", "-d", "--name", "box", "busybox", "sh", "-c", "while :; do :; done"]
    #expect(lab.run(line, input: "").status == 0)
    let found = lab.check()
    #expect(found.status == 0 && found.output.contains("1 of 1 pass"), "\(found)")
    #expect(lab.lab("status", "--lab", lab.id).output.contains("1 of 1 steps done"))
  }

  @Test("what was done and broke says since when and why, and is whole again when it is")
  func broken() throws {
    let lab = try TaughtLab([("One {#one}", Self.running), ("Two {#two}", Self.gone)])
    defer { lab.close() }
    lab.docker("run -d --name box busybox sleep 600")
    #expect(lab.check("one").status == 0)
    lab.docker("rm -f box")
    let status = lab.lab("status", "--lab", lab.id).output
    #expect(status.contains("broken again since") && status.contains("it was removed"), "\(status)")
    lab.docker("run -d --name box busybox sleep 600")
    #expect(lab.check("one").status == 0)
    #expect(!lab.lab("status", "--lab", lab.id).output.contains("broken"))
  }

  @Test("a later step that takes away what an earlier one built does not break that one")
  func undone() throws {
    let lab = try TaughtLab([
      ("One {#one}", Self.running), ("Two {#two undoes=one}", Self.gone),
    ])
    defer { lab.close() }
    lab.docker("run -d --name box busybox sleep 600")
    #expect(lab.check("one").status == 0)
    // Read ahead and typed, without `lab next`: half of step two.
    lab.docker("rm -f box")
    let status = lab.lab("status", "--lab", lab.id).output
    #expect(!status.contains("broken"), "\(status)")
    // And before anything of step two is there, it is broken all the same.
    lab.docker("create --name box busybox sleep 600")
    let stopped = lab.lab("status", "--lab", lab.id).output
    #expect(!stopped.contains("broken"), "step two has been begun: \(stopped)")
  }

  @Test("an open quiz keeps nobody from the next step, and neither does an unread step")
  func quizzes() throws {
    let lab = try TaughtLab([
      ("One {#one}", Self.running + Self.quiz), ("Two {#two}", Self.running),
      ("Three {#three}", Self.gone),
    ])
    defer { lab.close() }
    #expect(lab.check("two").status == 3, "nothing is there: the step waits for the first")
    lab.docker("run -d --name box busybox sleep 600")
    #expect(lab.check("two").status == 0)
    let third = lab.check("three")
    #expect(third.status == 1 && !third.output.contains("waits for"), "\(third)")
    #expect(lab.check("one").status == 1, "its quiz is open")
  }

  @Test("a command typed for another lab's engine is told from one never typed")
  func otherEngine() throws {
    // A name no other test gives: the engines of all of them lie in one root.
    let astray = "```check\n- container.state: {name: astray, is: running}\n```"
    let here = try TaughtLab([("One {#one}", astray)])
    defer { here.close() }
    let there = try TaughtLab([("One {#one}", astray)])
    defer { there.close() }
    there.docker("run -d --name astray busybox sleep 600")
    let found = here.check()
    #expect(found.status == 1 && found.output.contains("the engine of lab"), "\(found)")
  }

  @Test("the mistakes students make are named for what they are")
  func mistakes() throws {
    let sandbox = try Sandbox()
    defer { sandbox.close() }
    let labs =
      String(#filePath.dropLast("Tests/AcceptanceTests/LabTruthTests.swift".count)) + "Labs"
    sandbox.environment["DKLAB_LABS"] = labs
    let played = sandbox.run(["lab", "test", "--mistakes", "--quiet"], seconds: 1200)
    print(played.lines.last ?? "")
    #expect(played.status == 0, "\(played)")
    let words = (played.lines.last ?? "").split(separator: " ")
    #expect((words.last.flatMap { Int($0) } ?? 0) >= 120, "\(words)")
  }
}
