@testable import Engine
import Linux
import Support
import Testing

@testable import Labs

@Suite("The record of a student")
struct RecordTests {
  private func withProgress(_ body: (Progress) throws -> Void) throws {
    let directory = "/tmp/dklab-labs-\(UInt64.random(in: .min ... .max))"
    try Directory.make(directory)
    defer { try? Directory.removeTree(directory) }
    try body(try Progress(directory: directory))
  }

  private func verdict(_ check: String, _ kind: Verdict.Kind) -> Verdict {
    Verdict(check: check, sentence: Text("", ko: ""), kind: kind)
  }

  private let pass = Verdict.Kind.pass(found: Text("", ko: ""))
  private let fail = Verdict.Kind.fail(Failure(expected: Text("", ko: ""), found: Text("", ko: "")))

  @Test("a step is done once everything passes at the same look, and only the first time counts")
  func done() throws {
    try withProgress { (progress) throws in
      #expect(try !progress.record([verdict("a", pass), verdict("b", fail)], of: "s", now: 1))
      #expect(try progress.milestone("s", "a") == 1)
      #expect(try progress.doneSteps().isEmpty)
      #expect(try progress.record([verdict("a", pass), verdict("b", pass)], of: "s", now: 2))
      #expect(try !progress.record([verdict("a", pass), verdict("b", pass)], of: "s", now: 3))
      #expect(try progress.doneSteps() == ["s": 2])
    }
  }

  @Test("what was done and fails again is broken since the first failure, until it passes")
  func broken() throws {
    try withProgress { (progress) throws in
      try progress.record([verdict("a", pass)], of: "s", now: 1)
      try progress.record([verdict("a", fail)], of: "s", now: 2)
      try progress.record([verdict("a", fail)], of: "s", now: 3)
      #expect(try progress.brokenSince("s", "a") == 2)
      try progress.record([verdict("a", pass)], of: "s", now: 4)
      #expect(try progress.brokenSince("s", "a") == nil)
      #expect(try progress.milestone("s", "a") == 1)
    }
  }

  @Test("what broke is broken since it happened, when that is known")
  func since() throws {
    try withProgress { (progress) throws in
      try progress.record([verdict("a", pass)], of: "s", now: 10)
      try progress.record([verdict("a", fail)], of: "s", since: ["a": 14], now: 20)
      #expect(try progress.brokenSince("s", "a") == 14)
      try progress.record([verdict("b", pass)], of: "s", now: 10)
      // What happened before it passed cannot have broken it.
      try progress.record([verdict("b", fail)], of: "s", since: ["b": 5], now: 20)
      #expect(try progress.brokenSince("s", "b") == 20)
    }
  }

  @Test("a lab begun anew keeps what was done elsewhere, the answers and the hints, but no state")
  func history() throws {
    let lab = try #require(LabReader.read(Example.lab, file: "lab.md").0)
    let start = try #require(lab.step("start"))
    try withProgress { (old) throws in
      try old.record([verdict("a", pass)], of: "start", now: 3)
      try old.record([verdict("a", pass), verdict("b", pass)], of: "other", now: 5)
      try old.setAnswer("which", "host")
      try old.setAnswer("elsewhere", "yes")
      try old.note(answers: ["elsewhere"], now: 6)
      try old.addHint("start", "look")
      try old.setFact(Progress.debriefed("start"), "1")
      try old.setFact(Progress.debriefed("other"), "1")
      let history = try old.history(without: start)
      #expect(history.done == ["other": 5])
      try withProgress { (new) throws in
        try new.recall(history, now: 9)
        #expect(try new.doneSteps() == ["other": 5])
        #expect(try new.putAway() == ["other": 9])
        // Its checks are true of nothing: what stands on it has to wait for it.
        #expect(try new.milestone("other", "a") == nil && new.milestones().isEmpty)
        #expect(try new.answers().mapValues(\.text) == ["elsewhere": "yes"])
        #expect(try new.answers()["elsewhere"]?.right == 6)
        #expect(try new.hints("start") == ["look"])
        #expect(try new.fact(Progress.debriefed("other")) == "1")
        #expect(try new.fact(Progress.debriefed("start")) == nil)
        // A check that fails is not broken: there is nothing it could have broken.
        try new.record([verdict("a", fail)], of: "other", now: 10)
        #expect(try new.brokenSince("other", "a") == nil)
        // Done again, it is there again, and done since the first time.
        try new.record([verdict("a", pass)], of: "other", now: 12)
        #expect(try new.putAway().isEmpty && new.doneSteps() == ["other": 5])
        // And it outlives the next new beginning, too.
        #expect(try new.history(without: start).done == ["other": 5])
        try new.reopen(start)
        #expect(try new.doneSteps() == ["other": 5])
      }
    }
  }

  @Test("a record on its way to a new beginning comes through a file whole, and once")
  func handover() throws {
    try withProgress { (new) throws in
      let handover = Handover(
        seed: "18446744073709551615", values: ["port": "8080", "token": "ab\"1\n값"], step: "start",
        origin: "labs.dklab#day44",
        history: Progress.History(
          done: ["other": 1_764_500_000_123_456_789], answers: ["a": .init(text: "3", right: 7)],
          hints: [.init(step: "start", hint: "look", time: .max)], debriefed: ["other"]))
      let root = DataRoot(path: "/tmp/dklab-labs-\(UInt64.random(in: .min ... .max))")
      try Directory.make(root.path + "/labs")
      defer { try? Directory.removeTree(root.path) }
      #expect(try Handover.read(root, "lab-x") == nil)
      try handover.write(root, "lab-x")
      let read = try #require(try Handover.read(root, "lab-x"))
      #expect(read == handover)
      #expect(StartedLab.all(root: root).map(\.id) == ["x"])
      let values = Variables(values: read.values)
      #expect(try new.take(read, values, now: 9))
      #expect(try new.doneSteps() == handover.history.done && new.putAway() == ["other": 9])
      #expect(try new.fact("seed") == "18446744073709551615")
      #expect(try new.fact("variables") == values.text)
      #expect(try !new.take(read, values), "somebody else has taken it")
      try Handover.remove(root, "lab-x")
      #expect(!Handover.exists(root, "lab-x"))
      try File.replace(Handover.path(root, "lab-x"), "{", durable: false)
      #expect(throws: (any Error).self) { try Handover.read(root, "lab-x") }
    }
  }

  @Test("what the kit built again is known from what the student did again")
  func rebuilt() throws {
    try withProgress { (progress) throws in
      try progress.recall(Progress.History(done: ["a": 1, "b": 1, "c": 1]), now: 2)
      #expect(try progress.rebuilt().isEmpty)
      try progress.setFact(Progress.rebuilt("a"), "1")
      // Cut short after it was built.
      try progress.setFact(Progress.rebuilding("b"), "1")
      #expect(try progress.rebuilt().isEmpty, "not while it is not there")
      for step in ["a", "b", "c", "d"] {
        try progress.record([verdict("x", pass)], of: step, now: 3)
      }
      try progress.setFact(Progress.rebuilt("d"), "1")
      #expect(try progress.rebuilt() == ["a", "b"])
    }
  }

  @Test("a container is young for a while, and longer while its process has not come to rest")
  func youth() {
    let millisecond: Int64 = 1_000_000
    #expect(LabSession.rest(age: 0, state: "S") == 301)
    #expect(LabSession.rest(age: 299 * millisecond, state: nil) == 2)
    for state in "RDZ" {
      #expect(LabSession.rest(age: 300 * millisecond, state: state) == 50)
      #expect(LabSession.rest(age: 1199 * millisecond, state: state) == 50)
      #expect(LabSession.rest(age: 1200 * millisecond, state: state) == nil)
    }
    #expect(LabSession.rest(age: 300 * millisecond, state: "S") == nil)
    #expect(LabSession.rest(age: 300 * millisecond, state: nil) == nil)
    #expect(LabSession.rest(age: -1, state: "R") == nil)
  }

  @Test("a step that is opened again was never done, and its questions are open")
  func reopened() throws {
    let lab = try #require(LabReader.read(Example.lab, file: "lab.md").0)
    try withProgress { (progress) throws in
      try progress.record([verdict("a", pass)], of: "start", now: 3)
      try progress.record([verdict("a", fail)], of: "start", now: 4)
      try progress.setAnswer("which", "host")
      try progress.reopen(try #require(lab.step("start")))
      #expect(try progress.doneSteps().isEmpty && progress.answers().isEmpty)
      #expect(try progress.brokenSince("start", "a") == nil)
    }
  }

  @Test("a look that finds an answer as right as the one before writes nothing")
  func quiet() throws {
    try withProgress { (progress) throws in
      try progress.setAnswer("pid", "4711")
      try progress.note(answers: ["pid"], now: 7)
      try progress.note(answers: ["pid"], now: 8)
      #expect(try progress.answers()["pid"]?.right == 7)
      try progress.note(answers: ["pid"], now: 60_000_000_008)
      #expect(try progress.answers()["pid"]?.right == 60_000_000_008)
    }
  }

  @Test("an answer was right until it is changed")
  func answers() throws {
    try withProgress { (progress) throws in
      try progress.setAnswer("pid", "4711")
      try progress.note(answers: ["pid"], now: 7)
      #expect(try progress.answers()["pid"]?.right == 7)
      try progress.setAnswer("pid", "4711")
      #expect(try progress.answers()["pid"]?.right == 7)
      try progress.setAnswer("pid", "4712")
      #expect(try progress.answers()["pid"]?.right == nil)
    }
  }

  @Test("an error and a blocked check are never a score, and break nothing")
  func errors() throws {
    try withProgress { (progress) throws in
      let text = Text("", ko: "")
      #expect(try !progress.record([verdict("a", .error(text))], of: "s", now: 1))
      #expect(try !progress.record([verdict("a", .blocked(["x"]))], of: "s", now: 1))
      #expect(try !progress.record([], of: "s", now: 1))
      #expect(try progress.milestone("s", "a") == nil)
      try progress.record([verdict("a", pass)], of: "s", now: 2)
      try progress.record([verdict("a", .error(text))], of: "s", now: 3)
      #expect(try progress.brokenSince("s", "a") == nil)
    }
  }

  @Test(
    "a line of the command log has a time, a status, a folder and the command",
    arguments: [
      ("1700000000.250000\t0\t/w\tdocker ps", 1_700_000_000_250_000_000, 0, "docker ps"),
      ("1700000000,5\t127\t/w\ta\tb", 1_700_000_000_500_000_000, 127, "a\tb"),
      ("1700000000,5\t-\t/w\ta", 1_700_000_000_500_000_000, nil, "a"),
    ])
  func commandLog(_ line: String, _ time: Int, _ status: Int?, _ command: String) throws {
    let entry = CommandLog.Entry(
      time: Int64(time), status: status, folder: "/w", command: command)
    #expect(CommandLog.parse(line[...]) == .typed(entry))
    #expect(entry.attributes["exit"] == status.map(String.init))
    #expect(
      CommandLog.parse("1.5\t!\t{\"error\": \"usage\"}")
        == .refused(time: 1_500_000_000, attributes: ["error": "usage"]))
    #expect(CommandLog.parse("1.5\t!\tnonsense") == nil)
    #expect(CommandLog.parse("nonsense") == nil)
    #expect(CommandLog.parse("1700000000.2\tx\t/w\tdocker") == nil)
  }

  @Test("a status that nobody knows is neither right nor wrong")
  func unknownStatus() throws {
    let event = JournalEvent(
      time: 1, type: "command", action: "run", name: "docker", attributes: ["argv": "docker ps"])
    #expect(try !EventPattern("command.run exit=0").matches(event))
    #expect(try !EventPattern("command.run exit!=0").matches(event))
    #expect(try EventPattern("command.run argv~docker").matches(event))
  }

  @Test("the journal is read in the words of the lab format")
  func journal() {
    func entry(
      _ id: Int64, _ action: String, _ attributes: [String: String] = [:]
    ) -> JournalEntry {
      JournalEntry(
        id: id, time: id, type: "container", action: action, actor: "abc", name: "web1",
        attributes: attributes)
    }
    let events = JournalReading.events([
      entry(1, "create"), entry(2, "kill"), entry(3, "die", ["exitCode": "0", "output": "hi"]),
      entry(4, "stop"), entry(5, "exec_die", ["exitCode": "1", "argv": "cat x"]),
      entry(6, "destroy"),
    ])
    #expect(
      events.map(\.kind) == [
        "container.create", "container.die", "container.stop", "exec.die", "container.remove",
      ])
    #expect(events[1].attributes["out"] == "hi" && events[3].exit == 1)
  }
}
