import Engine
import Support
import Testing

@testable import Labs

@Suite("The way to be gone again")
struct ReplayPlanTests {
  private func lab() throws -> Lab {
    try #require(LabReader.read(Example.lab, file: "lab.md").0)
  }

  private func plan(
    _ entries: [(
      type: String, action: String, name: String, attributes: [String: String], time: Int64
    )],
    milestones: [Submission.Milestone] = []
  ) throws -> ReplayPlan {
    var manifest = SubmissionTests.manifest()
    manifest.milestones = milestones
    let journal = entries.enumerated().map { place, entry in
      Submission.SealedEntry(
        entry: JournalEntry(
          id: Int64(place + 1), time: entry.time * 1_000_000, type: entry.type,
          action: entry.action,
          actor: entry.type == "container" ? "id-\(entry.name)" : "", name: entry.name,
          attributes: entry.attributes), seal: JournalSeal(entry: 0, hash: "", time: 0))
    }
    let submission = Submission(manifest: manifest, journal: journal, files: [:], state: .null)
    return ReplayPlan(submission, of: try lab())
  }

  @Test(
    "lines come with what belongs to them, in the order of time, and looks where something passed")
  func order() throws {
    let step = try lab().steps[0].id
    let plan = try plan(
      [
        ("lab", "enter", step, [:], 1),
        // A command is entered when it has ended, a line when it begins.
        ("container", "create", "web", [:], 5),
        ("shell", "input", "web", ["input": "exit\r"], 6),
        ("command", "run", "docker", ["argv": "docker run", "exit": "3"], 9),
        ("shell", "line", "docker", ["argv": "docker run -it web"], 4),
        ("file", "change", "Dockerfile", ["digest": "d1", "mode": "755"], 10),
        ("lab", "answer", step, ["id": "q", "text": "yes", "live": "no"], 12),
        ("shell", "line", "lab", ["argv": "lab check"], 13),
        ("shell", "line", "docker", ["argv": "docker ps"], 14),
      ], milestones: [.init(step: step, check: "", time: 11_000_000)])
    #expect(
      plan.steps == [
        .setup(step: nil), .setup(step: step),
        .line(
          text: "docker run -it web", typed: ["exit\r"], milliseconds: 5, status: 3,
          created: [.init(id: "id-web", name: "web")]),
        .files([.init(path: "Dockerfile", mode: 0o755, digest: "d1")]),
        .look(steps: [step], claims: [step]),
        .answer(id: "q", text: "yes", live: "no"),
        .line(text: "docker ps", typed: [], milliseconds: 0, status: nil, created: []),
        .look(steps: try lab().steps.map(\.id), claims: nil),
      ])
    #expect(plan.lines == 2)
  }

  @Test("a look waits for what was seen to pass then, the last one for everything")
  func claims() throws {
    let step = try lab().steps[0].id
    let plan = try plan(
      [("shell", "line", "docker", ["argv": "docker ps"], 3)],
      milestones: [
        .init(step: step, check: "a", time: 1_000_000),
        .init(step: step, check: "b", time: 2_000_000),
        .init(step: step, check: "c", time: 4_000_000),
        .init(step: step, check: "", time: 4_000_000),
      ])
    let looks = plan.steps.compactMap { step -> Set<String>?? in
      if case .look(_, let claims) = step { .some(claims) } else { nil }
    }
    #expect(looks == [["\(step)/a", "\(step)/b"], ["\(step)/c", step], nil])
    let question = SubmissionJudge.Question(
      steps: [step], answers: [:], ignored: [], awaited: ["one", "two/x"])
    #expect(question.awaits("any", of: "one") && question.awaits("x", of: "two"))
    #expect(!question.awaits("y", of: "two"))
    let all = SubmissionJudge.Question(steps: [step], answers: [:], ignored: [], awaited: nil)
    #expect(all.awaits("y", of: "two"))
  }

  @Test(
    "two at a time for each processor, where memory allows it",
    arguments: [
      (processors: 2, gibibytes: 16, jobs: 4), (2, 6, 3), (2, 2, 2), (1, 1, 1), (8, 64, 16),
      (8, 24, 12),
    ])
  func jobs(_ machine: (processors: Int, gibibytes: Int64, jobs: Int)) {
    #expect(
      GradeRun.jobs(
        processors: machine.processors, memory: machine.gibibytes << 30, each: 1 << 30)
        == machine.jobs)
  }

  @Test("what the student said to the kit, and what needs a person, is left out")
  func leftOut() {
    for line in [
      "", "  ", "# note", "lab check", "dklab lab hint", "vim Dockerfile", "exit", "sudo su",
    ] {
      #expect(ReplayPlan.isLeftOut(line), "\(line)")
    }
    for line in [
      "docker ps", "labs", "docker rm x; lab check", "vim x && docker build .", "exit 0;",
    ] {
      #expect(!ReplayPlan.isLeftOut(line), "\(line)")
    }
  }

  @Test("nobody can ask for a million looks or lines")
  func bounds() throws {
    let step = try lab().steps[0].id
    let plan = try plan(
      (0..<5000).map { ("shell", "line", "x", ["argv": "x\($0)"], Int64($0)) },
      milestones: (0..<5000).map { .init(step: step, check: "", time: Int64($0) * 1_000_000) })
    #expect(plan.lines == ReplayPlan.lineLimit)
    let looks = plan.steps.filter { if case .look = $0 { true } else { false } }
    #expect(looks.count <= ReplayPlan.lookLimit + 1)
  }

  @Test(
    "ids mean the container that stands in their place now; ports and counts stay what they are")
  func correspondence() {
    var names = Correspondence()
    let old = "6600d3269d28" + String(repeating: "a", count: 52)
    let new = "0123456789ab" + String(repeating: "b", count: 52)
    names.add(
      [.init(id: old, name: "calm_fox"), .init(id: "f00d", name: "web")],
      [[new, "odd_cat"], ["beef", "web"]])
    names.add(word: "6.1.0-18", is: "6.18.44")
    #expect(names.apply("docker stop 6600d3269d28") == "docker stop 0123456789ab")
    #expect(names.apply("docker rm calm_fox web") == "docker rm odd_cat web")
    #expect(names.apply("curl localhost:6600/x") == "curl localhost:6600/x")
    #expect(names.apply("docker logs 660") == "docker logs 660")
    #expect(names.apply("echo 6.1.0-18") == "echo 6.18.44")
    #expect(names.apply(old) == new)
  }

  @Test("a seed is the same each time, and another for another student, lab or secret")
  func seeds() {
    let seed = CourseSeed.seed(secret: "s", student: "1", lab: "a")
    #expect(seed == CourseSeed.seed(secret: "s", student: "1", lab: "a"))
    let others = [("t", "1", "a"), ("s", "2", "a"), ("s", "1", "b")].map {
      CourseSeed.seed(secret: $0.0, student: $0.1, lab: $0.2)
    }
    #expect(Set(others + [seed]).count == 4)
  }

  @Test("letters stand for bytes and back")
  func base64() {
    for bytes in [[], [0], [0, 255], [1, 2, 3], Array("안녕\0".utf8)] as [[UInt8]] {
      #expect(Base64.bytes(Base64.text(bytes)) == bytes)
    }
    #expect(Base64.text(Array("Man".utf8)) == "TWFu" && Base64.text(Array("M".utf8)) == "TQ==")
  }
}
