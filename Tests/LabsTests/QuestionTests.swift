import Support
import Testing

@testable import Labs

@Suite("Questions and hints")
struct QuestionTests {
  @Test(
    "a quiz takes the right answer however it is written, and no other",
    arguments: [
      (Quiz.Solution.choices(["rm"]), " RM ", true), (.choices(["rm"]), "stop", false),
      (.choices(["a", "b"]), "b, a", true), (.choices(["a", "b"]), "a", false),
      (.texts(["docker rm", "rm"]), "Docker RM", true), (.texts(["rm"]), "", false),
      (.groups(["x": "g", "y": "h"]), "y=h,x=g", true), (.groups(["x": "g"]), "x=h", false),
    ])
  func quiz(_ solution: Quiz.Solution, _ answer: String, _ isRight: Bool) {
    #expect(solution.accepts(answer) == isRight)
  }

  @Test("the reference answer of a quiz is right, and its wrong answers are wrong")
  func reference() throws {
    let quiz = try #require(LabReader.read(Example.lab, file: "lab.md").0?.steps[0].quizzes[0])
    #expect(quiz.solution.accepts(quiz.solution.reference))
    #expect(quiz.wrongAnswers == ["container"])
  }

  @Test(
    "a condition is ids joined by and, each perhaps with not",
    arguments: [
      ("", ""), ("a", "a"), ("not a", "!a"), ("a and not b and c", "a !b c"), ("and a", nil),
      ("a and", nil), ("a b", nil), ("not", nil), ("a and and b", nil), ("not not a", nil),
      ("!a", nil), ("(a)", nil), ("a, b", nil),
    ])
  func conditions(_ text: String, _ expected: String?) {
    let read = (try? Hint.conditions(text))?.map { ($0.holds ? "" : "!") + $0.id }
    #expect(read?.joined(separator: " ") == expected)
  }

  @Test(
    "what is no condition is told by the word at fault",
    arguments: [
      ("a && b", "&&", "not by `&&`"), ("a or b", "or", "not by `or`"),
      ("a b", "b", "missing before"),
      ("!a", "!a", "`not a`"), ("a and", "and", "nothing stands behind"),
      ("a, b", "a,", "`a and …`"),
      ("not", "not", "nothing stands behind"),
    ])
  func badCondition(_ text: String, _ word: String, _ says: String) {
    let problem = #expect(throws: BadCondition.self) { try Hint.conditions(text) }
    #expect(problem?.word == word)
    let told = [problem?.message.en ?? "", problem?.advice.en ?? ""].joined(separator: " ")
    #expect(told.contains(says))
  }

  @Test("hints that fit what was done come first, then the others in order, each once")
  func ladder() throws {
    let hints = try #require(LabReader.read(Example.lab, file: "lab.md").0?.steps[0].hints)
    func next(_ given: Set<String>, _ holding: Set<String>) -> String? {
      Hint.next(of: hints, given: given, holding: holding)?.id
    }
    #expect(next([], []) == "look")
    #expect(next([], ["running"]) == "direction")
    #expect(next(["direction"], ["running"]) == "look")
    #expect(next(["look"], []) == "option")
    #expect(next(["look", "option"], []) == nil)
  }

  @Test(
    "what does not matter is no part of an answer",
    arguments: [
      (" 4711 ", "4711"), ("`4711`", "4711"), ("\"same\"", "same"), ("４７１１", "4711"),
      ("“ab”", "ab"), ("ａｂ　ｃ", "ab c"), ("'", "'"), ("4711.", "4711"), ("1.5", "1.5"),
    ])
  func plain(_ answer: String, _ expected: String) {
    #expect(AnswerText.plain(answer) == expected)
  }

  private func verdict(
    _ answer: String, _ live: LiveValue, right: Int64? = nil, events: [JournalEvent] = []
  ) -> Verdict {
    let check = Check(
      id: "q",
      predicate: AnswerCheck(key: "q", ask: Text("?", ko: "?"), live: live, comparison: nil),
      deadline: .zero, needs: [], location: .init(file: "lab.md"))
    let snapshot = Snapshot(
      containers: ["web1": Fixture.container()], images: [Fixture.image("nginx")],
      journal: events, answers: ["q": answer], rightAnswers: right.map { ["q": $0] } ?? [:],
      probes: [
        .process("web1"): .process(ProcessFacts(pid: 100, namespaces: ["net": 1])),
        .host: .process(ProcessFacts(pid: 1, namespaces: ["net": 2])),
      ], hostName: "laptop")
    return Evaluation.verdicts(for: [check], in: snapshot)[0]
  }

  @Test("an answer counts however it is written")
  func accepted() throws {
    let path = try #require(ValuePath("State.Pid"))
    let pid = LiveValue.containerConfig(name: "web1", path: path)
    for answer in ["100", " 100\n", "`100`", "１００"] {
      #expect(verdict(answer, pid).passed, "\(answer)")
    }
    let space = LiveValue.namespace(name: "web1", kind: .net)
    for answer in ["different", "Different", "\"different\"", "다름", "다릅니다"] {
      #expect(verdict(answer, space).passed, "\(answer)")
    }
    #expect(verdict("A1A1A1A1A1A1", .containerID("web1")).passed)
  }

  @Test("a wrong answer is told what it is")
  func mistaken() throws {
    let path = try #require(ValuePath("State.Pid"))
    let pid = LiveValue.containerConfig(name: "web1", path: path)
    func causes(_ verdict: Verdict) -> [String] { verdict.failure?.causes.map(\.id) ?? [] }
    #expect(causes(verdict("", pid)) == ["answer.missing"])
    #expect(causes(verdict("7", pid)) == ["answer.wrong"])
    #expect(causes(verdict("pid 100", pid)) == ["answer.format"])
    #expect(causes(verdict("100번", pid)) == ["answer.format"])
    #expect(causes(verdict("1", pid)) == ["answer.wrong", "answer.other-object"])
    let id = LiveValue.containerID("web1")
    #expect(causes(verdict("a1a1a1", id)) == ["answer.format"])
    #expect(causes(verdict("laptop", id)) == ["answer.wrong", "answer.other-object"])
    #expect(causes(verdict("web1", id)) == ["answer.wrong", "answer.other-object"])
    #expect(causes(verdict("same", .namespace(name: "web1", kind: .net))) == ["answer.wrong"])
  }

  @Test("an answer that was right for something that has been replaced is stale")
  func stale() throws {
    let path = try #require(ValuePath("State.Pid"))
    let pid = LiveValue.containerConfig(name: "web1", path: path)
    let events = Fixture.journal(
      "container.create web1", "container.remove web1", "container.create web1")
    let found = verdict("99", pid, right: 1_500_000_000, events: events)
    #expect(found.failure?.causes.map(\.id) == ["answer.stale"])
    #expect(found.failure?.causes[0].text.en.contains("replaced by a new one") == true)
  }
}
