import Documents
import Glibc
import Linux
import Support
import Testing

@testable import Labs

/// A course without a network, from its folder to its grades.
@Suite("A course", .serialized, .enabled(if: containerObstacle == nil))
struct ClassTests {
  private let place = "\(Sandbox.root)/class-\(UInt32.random(in: 0 ... .max))"
  private var repository: String {
    String(#filePath.dropLast("/Tests/AcceptanceTests/ClassTests.swift".count))
  }

  private func run(
    _ words: [String], root: String = Sandbox.root, labs: Bool = true, seconds: Int = 120
  ) -> Sandbox.Output {
    var environment = ["DKLAB_ROOT": root, "DKLAB_LANG": "en", "DKLAB_UPLINK": "none"]
    if labs { environment["DKLAB_LABS"] = repository + "/Labs" }
    return Sandbox.run(words, environment: environment, seconds: seconds)
  }

  @Test("a student joins from a folder, hands in, is collected and graded with values of their own")
  func whole() throws {
    try Sandbox.images.get()
    try Directory.make(place)
    let student = place + "/student"
    defer {
      _ = run(["system", "reset", "--all", "--yes"], root: student)
      try? Directory.removeTree(place)
    }
    try File.replace(place + "/roster.csv", "학번,이름\n2026-017,김하늘\n2026-018,이바다\n", durable: false)
    let make = run([
      "class", "init", "os-2026", "--lab", "day44", "--roster", place + "/roster.csv", "-o",
      place + "/course",
    ])
    #expect(make.status == 0 && make.output.contains("1 labs, values for 2 students"), "\(make)")
    let share = try File.text(place + "/course/share/course.json")
    #expect(
      !share.contains("2026-017") && !share.contains("김하늘"), "the list of students is not in it")

    let stranger = run(["class", "join", place + "/course/share", "--student", "x"], root: student)
    #expect(stranger.status == 1 && stranger.errors.contains("does not know"), "\(stranger)")
    // No labs, no images, no network: everything comes from the folder.
    let join = run(
      ["class", "join", place + "/course/share", "--student", "2026-017", "--name", "김하늘"],
      root: student, labs: false)
    #expect(join.status == 0 && join.output.contains("day44"), "\(join)")
    func lab(_ words: String...) -> Sandbox.Output {
      run(["lab"] + words, root: student, labs: false)
    }
    #expect(lab("start", "--no-shell", "day44").status == 0)
    let solved = lab("solve", "--lab", "day44", "first")
    #expect(solved.status == 0, "\(solved)")
    let show = lab("submit", "--lab", "day44", "--show")
    #expect(show.status == 0 && show.output.contains("docker run -d --name web1"), "\(show)")
    try Directory.make(place + "/stick/deep")
    let file = place + "/stick/deep/mine.dklab-work"
    let submit = lab("submit", "--lab", "day44", "-o", file)
    #expect(submit.status == 0 && submit.output.contains("evidence"), "\(submit)")
    try File.replace(place + "/stick/broken.dklab-work", "not a submission", durable: false)

    let collect = run(["class", "collect", place + "/stick", "-o", place + "/in"])
    #expect(collect.output.contains("2 new in"), "\(collect)")
    #expect(
      run(["class", "collect", place + "/stick", "-o", place + "/in"]).output.contains("0 new"))
    let status = run(["class", "status", "--roster", place + "/roster.csv", place + "/in"])
    #expect(status.output.contains("1 of 2 students") && status.output.contains("이바다"), "\(status)")

    let manifest = try SubmissionReader.read(file).manifest
    let secret = try CourseSeed.secret(in: place + "/course/secret")
    #expect(
      manifest.seed == String(CourseSeed.seed(secret: secret, student: "2026-017", lab: "day44")))
    try File.replace(place + "/rubric.yaml", "rubric: 1\nsolved: 100\n", durable: false)
    let grade = run(
      [
        "grade", place + "/in", "-o", place + "/out", "--lab", "day44", "--roster",
        place + "/roster.csv", "--secret", place + "/course/secret", "--rubric",
        place + "/rubric.yaml",
      ], seconds: 300)
    #expect(grade.status == 1, "\(grade)")
    let results = try JSONValue.parse(File.text(place + "/out/results.json"))["submissions"]?.array
    let mine = try #require(results?.first { $0["student"]?["id"]?.string == "2026-017" })
    let failed = (mine["checks"]?.array ?? []).filter {
      $0["step"]?.string == "first" && $0["verdict"]?.string != "pass"
    }
    #expect(failed.isEmpty, "\(mine)")
    let seen = (mine["observations"]?.array ?? []).compactMap { $0["kind"]?.string }
    #expect(seen == ["kit.solved"], "\(mine)")
    let grades = try File.text(place + "/out/grades.csv")
    #expect(grades.contains("2026-018,이바다,,,,,,,,,missing"), "\(grades)")
    // A second run knows it all, and grades nothing again.
    let again = run(
      [
        "grade", place + "/in", "-o", place + "/out", "--lab", "day44", "--secret",
        place + "/course/secret", "-q",
      ])
    #expect(again.status == 1)
  }

  @Test("a course is served with TLS to who has its code, takes work in, and shows who is stuck")
  func served() throws {
    try Sandbox.images.get()
    try Directory.make(place)
    let student = place + "/student"
    defer {
      _ = run(["system", "reset", "--all", "--yes"], root: student)
      try? Directory.removeTree(place)
    }
    try File.replace(place + "/roster.csv", "id,name\ns1,Kim\n", durable: false)
    let make = run([
      "class", "init", "lan", "--lab", "day44", "--roster", place + "/roster.csv", "-o",
      place + "/course",
    ])
    #expect(make.status == 0, "\(make)")
    let server = try BackgroundProgram(
      [Sandbox.binary, "class", "serve", "--listen", "127.0.0.1:0", "-q", place + "/course"],
      environment: ["DKLAB_ROOT": Sandbox.root, "DKLAB_LANG": "en"])
    defer { server.end() }
    _ = eventually(within: 60) { server.printed.contains("--student") }
    let words = server.printed.split(whereSeparator: \.isWhitespace).map(String.init)
    let found = try #require(words.firstIndex { $0.hasPrefix("https://") })
    let (url, code) = (words[found], words[found + 1])
    func join(_ url: String, _ code: String) -> Sandbox.Output {
      run(["class", "join", url, code, "--student", "s1"], root: student, labs: false)
    }
    // Another authority's pin: whoever is there is not the one that was meant.
    let other = join(url, "0000-0000-0000" + code.suffix(5))
    #expect(other.status != 0 && other.errors.contains("not the server"), "\(other)")
    let guess = code.hasSuffix("0000") ? "1111" : "0000"
    let wrong = join(url, code.dropLast(4) + guess)
    #expect(wrong.status != 0 && wrong.errors.contains("does not take"), "\(wrong)")
    #expect(join(url, code.lowercased()).status == 0)

    func lab(_ words: String...) -> Sandbox.Output {
      run(["lab"] + words, root: student, labs: false)
    }
    #expect(lab("start", "--no-shell", "day44").status == 0)
    // Nobody is told before the student has said so.
    #expect(lab("check", "--lab", "day44", "first").status == 1)
    #expect(!File.exists(student + "/labs/course/report.json"))
    #expect(run(["class", "report", "on"], root: student).output.contains("is told"))
    #expect(lab("check", "--lab", "day44", "first").status == 1)
    let board = { self.run(["class", "board", place + "/course"]).output }
    #expect(eventually(within: 60) { board().contains("s1") }, "\(board())")
    #expect(board().contains("running"), "\(board())")
    let shown = run(["class", "report"], root: student)
    #expect(shown.output.contains("\"step\": \"first\""), "\(shown)")
    #expect(run(["class", "report", "off"], root: student).output.contains("Nobody"))

    let file = student + "/mine.dklab-work"
    let submit = lab("submit", "--lab", "day44", "--send", "-o", file)
    #expect(submit.status == 0 && submit.output.contains("handed in as day44-s1-"), "\(submit)")
    let taken = try Directory.list(place + "/course/handed-in")
    #expect(taken.count == 1)
    #expect(
      try File.read(place + "/course/handed-in/\(taken[0])") == File.read(file))
  }
}
