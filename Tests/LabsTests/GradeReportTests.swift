import Documents
import Glibc
import Linux
import Support
import Testing

@testable import Labs

@Suite("Scores and reports")
struct GradeReportTests {
  private func check(
    _ name: String, _ verdict: GradedCheck.Verdict = .pass, hidden: Bool = false
  ) -> GradedCheck {
    let parts = name.split(separator: "/").map(String.init)
    return GradedCheck(
      step: parts[0], check: parts[1], verdict: verdict,
      sentence: Text("\(name) holds", ko: "\(name) 성립"), expected: nil,
      found: Text("<b> & \"x\"", ko: "없음"),
      causes: verdict == .pass
        ? [] : [.init(id: "container.stopped", text: Text("it stopped", ko: "멈춤"))],
      isHidden: hidden, holdsAtEnd: verdict == .pass)
  }

  private func result(
    _ student: String, _ checks: [GradedCheck], created: Int64 = 0, file: String? = nil
  ) -> GradedSubmission {
    var result = GradedSubmission(file: file ?? student, digest: "d", outcome: .graded)
    result.student = .init(id: student, name: "김, \"철수\"")
    result.lab = "day44"
    result.checks = checks
    result.created = created
    return result
  }

  @Test("weights share out the points, none is lost, and what has no weight has none")
  func weights() {
    #expect(Scoring.split(100, [1, 1, 1]) == [34, 33, 33])
    #expect(Scoring.split(100, [0, 0]) == [0, 0])
    #expect(Scoring.split(10, [3, 0, 1]) == [8, 0, 2])
    var rubric = Rubric()
    rubric.steps = ["a": 3]
    rubric.checks = ["a/x": 2]
    let score = Scoring(rubric).score(
      result("s", [check("a/x"), check("a/y", .fail), check("b/z")]))
    #expect(score.points == 5000 + 2500 && score.maximum == 10_000)
    #expect(score.steps.map(\.maximum) == [7500, 2500])
  }

  @Test("hints, a solved step and days take what the rubric says, and not more")
  func costs() {
    var rubric = Rubric()
    rubric.hintCost = 10
    rubric.hintLimit = 25
    rubric.solvedWorth = 50
    rubric.latePerDay = 10
    rubric.lateLimit = 15
    rubric.due = 0
    rubric.graceMinutes = 10
    var late = result("s", [check("a/x"), check("b/y")], created: 11 * 60_000_000_000)
    late.hints = (1...4).map { Submission.GivenHint(step: "a", hint: "h\($0)", time: 0) }
    late.solvedByKit = ["b"]
    let score = Scoring(rubric).score(late)
    #expect(score.steps.map(\.points) == [3750, 2500])
    #expect(score.daysLate == 1 && score.latePenalty == 625 && score.points == 5625)
    var later = late
    later.created = 3 * 86_400_000_000_000
    #expect(Scoring(rubric).score(later).latePenalty == 6250 * 15 / 100)
    var inTime = late
    inTime.created = 10 * 60_000_000_000
    #expect(Scoring(rubric).score(inTime).daysLate == 0)
  }

  @Test("an error has no points, and never counts against one that was graded")
  func errors() {
    var failed = result("s", [check("a/x")], created: 9, file: "2")
    failed.outcome = .error
    let scores = Scoring(Rubric()).scores([result("s", [check("a/x", .fail)], file: "1"), failed])
    #expect(scores.map(\.counts) == [true, false] && scores[1].points == 0)
    var last = Rubric()
    last.keep = .last
    let two = [
      result("s", [check("a/x")], created: 1, file: "1"),
      result("s", [check("a/x", .fail)], created: 2, file: "2"),
    ]
    #expect(Scoring(Rubric()).scores(two).map(\.counts) == [true, false])
    #expect(Scoring(last).scores(two).map(\.counts) == [false, true])
  }

  @Test("a rubric that is wrong says where")
  func rubric() throws {
    for (text, id) in [
      ("rubric: 2\n", "rubric.version"), ("rubric: 1\nponts: 3\n", "lab.unknown-key"),
      ("rubric: 1\nlate: {due: tomorrow}\n", "rubric.time"),
      ("rubric: 1\nhints: {each: 300}\n", "rubric.range"), ("points: 5\n", "lab.missing-key"),
    ] {
      let path = "/tmp/dklab-rubric-\(UInt64.random(in: .min ... .max)).yaml"
      try File.replace(path, text, durable: false)
      defer { unlink(path) }
      let error = #expect(throws: DklabError.self) { try Rubric(path) }
      #expect(error?.id == id && error?.location?.line ?? 0 > 0, "\(text) \(error?.id ?? "")")
    }
  }

  @Test("comma-separated values survive commas, quotes and lines, and start no formula")
  func csv() {
    let rows = CSV.rows("\u{FEFF}id,name\n1,\"a, \"\"b\"\"\nc\"\r\n\n2,x\n")
    #expect(rows == [["id", "name"], ["1", "a, \"b\"\nc"], ["2", "x"]])
    #expect(CSV.line(["=1+1", "-3", "a\"b", "\u{1B}[2Jx", "@x"]) == "'=1+1,-3,\"a\"\"b\",x,'@x\n")
    #expect(CSV.line(["＝1", " =2", "\t@3", "-1e9", "+x"]) == "'＝1,' =2,' @3,-1e9,'+x\n")
    let scores = Scoring(Rubric()).scores([result("s1", [check("a/x")])])
    #expect(GradeCSV.text(scores).contains("s1,\"김, \"\"철수\"\"\",day44,100,100,1,1,0,0,yes,graded"))
    #expect(
      GradeCSV.text(scores, preset: .canvas)
        == "Student,ID,SIS User ID,SIS Login ID,Section,day44\n\"김, \"\"철수\"\"\",,s1,,,100\n")
    #expect(
      GradeCSV.text(scores, preset: .moodle)
        == "ID number,day44 (Real),day44 (Feedback)\ns1,100,\n")
  }

  private func write(_ text: String, _ body: (String) throws -> Void) throws {
    try write(Array(text.utf8), body)
  }

  private func write(_ bytes: [UInt8], _ body: (String) throws -> Void) throws {
    let path = "/tmp/dklab-report-\(UInt64.random(in: .min ... .max))"
    try File.replace(path, bytes, durable: false)
    defer { unlink(path) }
    try body(path)
  }

  @Test("a roster is read as spreadsheets write it: with marks, semicolons, tabs, UTF-16")
  func rosters() throws {
    let plain = "\u{FEFF}학번;이름\r\ns1;김하늘\r\ns2;\"이;바다\"\r\n;아무도\r\n"
    try write(plain) { path in
      let roster = try Roster(path)
      #expect(roster.students.map(\.id) == ["s1", "s2"])
      #expect(roster.students.map(\.name) == ["김하늘", "이;바다"])
      #expect(roster.student("S2")?.line == 3)
      #expect(roster.remark?.en.contains("line 4") == true)
    }
    let units = Array("학번\t이름\ns1\t김하늘\n".utf16)
    for isBig in [false, true] {
      let bytes = ([0xFEFF] + units).flatMap { unit -> [UInt8] in
        let pair = [UInt8(unit >> 8), UInt8(unit & 255)]
        return isBig ? pair : pair.reversed()
      }
      try write(bytes) { path in
        let roster = try Roster(path)
        #expect(roster.students.map(\.name) == ["김하늘"])
      }
    }
    // Canvas has a row for nobody below the header.
    let canvas = "Student,ID,SIS User ID\n    Points Possible,,\n\"Kim, H\",7,s1\n"
    try write(canvas) { path in
      let roster = try Roster(path)
      #expect(roster.students.map(\.id) == ["s1"] && roster.remark == nil)
      #expect(roster.students.map(\.name) == ["Kim, H"])
    }
    try write(canvas.replacing(",s1", with: ",")) { path in
      let roster = try Roster(path)
      #expect(roster.students.map(\.id) == ["7"], "a column that nobody fills")
    }
    try write("First name,Last name,ID number\nHaneul,Kim,s1\n") { path in
      let roster = try Roster(path)
      #expect(roster.students.map(\.name) == ["Haneul Kim"])
    }
  }

  @Test("what is wrong with a roster is named with its place")
  func wrongRosters() throws {
    func error(_ bytes: [UInt8]) throws -> DklabError? {
      var found: DklabError?
      try write(bytes) { path in
        found = #expect(throws: DklabError.self) { try Roster(path).validate() }
        #expect(found?.location?.file == path)
      }
      return found
    }
    let none = try error(Array("name,e-mail\nKim,k@x\n".utf8))
    #expect(none?.id == "roster.no-id" && none?.message.en.contains("name, e-mail") == true)
    let twice = try error(Array("id,name\n\"s1\",\"a\nb\"\nS1,c\n".utf8))
    #expect(twice?.id == "roster.duplicate" && twice?.location?.line == 4)
    let korean = try error([0x69, 0x64, 0x0A, 0x73, 0x31, 0x0A, 0xB1, 0xE8, 0x0A])
    #expect(korean?.id == "csv.encoding" && korean?.location?.line == 3)
    let odd = try error(Array("id\ns1\n../../etc\n".utf8))
    #expect(odd?.id == "submit.student" && odd?.location?.line == 3)
    #expect(try error([])?.id == "roster.no-id")
  }

  @Test("weights of what no graded lab has are told of, with their place")
  func strangeWeights() throws {
    var lab = try #require(LabReader.read(Example.lab, file: "lab.md").0)
    lab.folder = "/labs/first"
    let step = try #require(lab.steps.first)
    let check = try #require(step.checkIDs.first)
    func error(_ text: String) throws -> DklabError? {
      var found: DklabError?
      try write(text) { path in
        do {
          try Rubric(path).validate(for: [lab], hidden: ["\(step.id)/secret"])
        } catch let error as DklabError {
          found = error
        }
      }
      return found
    }
    #expect(
      try error(
        "rubric: 1\nsteps: {\(step.id): 2}\nchecks: {\(step.id)/\(check): 3, \(step.id)/secret: 2}\n"
      )
        == nil)
    let noStep = try error("rubric: 1\nsteps:\n  \(step.id): 2\n  strat: 3\n")
    #expect(noStep?.id == "rubric.no-step" && noStep?.location?.line == 4)
    let noCheck = try error("rubric: 1\nchecks: {\(step.id)/nothing: 3}\n")
    #expect(noCheck?.id == "rubric.no-check" && noCheck?.location?.line == 2)
  }

  @Test("one student in two spellings is one, and has one set of values")
  func spelling() {
    let scores = Scoring(Rubric()).scores([
      result("Kim1", [check("a/x", .fail)], file: "1"), result("kim1", [check("a/x")], file: "2"),
    ])
    #expect(scores.map(\.counts) == [false, true])
    #expect(
      CourseSeed.seed(secret: "s", student: "KIM1", lab: "a")
        == CourseSeed.seed(secret: "s", student: "kim1", lab: "a"))
  }

  @Test("hidden checks are counted for students, and not named")
  func hidden() {
    let score = Scoring(Rubric()).score(
      result("s", [check("a/x"), check("a/secret", .fail, hidden: true)]))
    #expect(GradeCSV.feedback(score, .en) == "1 further checks failed")
    let text = Gradescope.document(score, language: .en).text()
    #expect(!text.contains("secret") && text.contains("1 further checks failed"))
    #expect(Gradescope.document(score)["score"]?.double == 50)
  }

  @Test("the median of an even count lies half way between the two in the middle")
  func median() {
    #expect(Scoring.median([10, 40, 20]) == 20 && Scoring.median([40, 10, 20, 30]) == 25)
    #expect(Scoring.median([Int]()) == nil)
    let two = [result("a", [check("a/x")]), result("b", [check("a/x", .fail)])]
    let page = GradeHTML(Scoring(Rubric()).scores(two), language: .en).text
    #expect(page.contains("<b>50</b><span>median score</span>"))
  }

  @Test("pages and XML hold what students wrote as text")
  func escaping() {
    var evil = result("<script>", [check("a/x", .fail)])
    evil.student.name = "\u{1B}]0;x\u{7}<img src=x onerror=alert(1)>"
    let scores = Scoring(Rubric()).scores([evil])
    let page = GradeHTML(scores, language: .en).text
    #expect(!page.contains("<script") && !page.contains("<img") && !page.contains("\u{1B}"))
    let xml = GradeJUnit.text(scores)
    #expect(xml.contains("name=\"&lt;script&gt;\"") && xml.contains("failures=\"1\" errors=\"0\""))
  }

  @Test("the published schema names every key there is")
  func schema() {
    var refused = GradedSubmission(file: "f", digest: "", outcome: .refused)
    refused.reason = Text("no", ko: "아님")
    refused.reasonID = "submission.no-manifest"
    var seen = result("s", [check("a/x", .fail)])
    seen.observations = [Observation(.journalGap, "gap", ko: "빠짐")]
    let document = GradeJSON.document(Scoring(Rubric()).scores([seen, refused]))
    #expect(misfits(document, GradeJSON.schema) == [])
    guard case .object(var object) = document else { return }
    object["version"] = "one"
    object["more"] = 1
    #expect(misfits(.object(object), GradeJSON.schema) == ["more", "version"])
  }

  /// Where `value` does not fit `schema`, as far as our schemas go.
  private func misfits(_ value: JSONValue, _ schema: JSONValue, _ place: String = "") -> [String] {
    if let constant = schema["const"] { return value == constant ? [] : [place] }
    if let choices = schema["enum"]?.array { return choices.contains(value) ? [] : [place] }
    switch schema["type"]?.string {
    case "object":
      guard let object = value.object else { return [place] }
      let properties = schema["properties"]?.object ?? JSONObject()
      var found: [String] = []
      for (key, inner) in object {
        let name = place.isEmpty ? key : "\(place).\(key)"
        if let known = properties[key] {
          found += misfits(inner, known, name)
        } else {
          found.append(name)
        }
      }
      let required = (schema["required"]?.array ?? []).compactMap(\.string)
      return (found + required.filter { object[$0] == nil }.map { "\(place).\($0) is missing" })
        .sorted()
    case "array":
      guard let array = value.array, let items = schema["items"] else { return [place] }
      return array.flatMap { misfits($0, items, place) }
    case "string": return value.string == nil ? [place] : []
    case "boolean": return value.bool == nil ? [place] : []
    case "integer": return value.int == nil ? [place] : []
    case "number": return value.double == nil && value.int == nil ? [place] : []
    default: return [place]
    }
  }
}
