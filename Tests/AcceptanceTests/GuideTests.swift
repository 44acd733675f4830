import Glibc
import Linux
import Testing

/// A student in front of a terminal: `dklab lab`, `lab watch`, `lab shell`.
@Suite("A student at a terminal", .serialized)
struct GuideTests {
  /// A lab of the test's own with one step, and a sandbox that knows it.
  private final class Classroom {
    let lab: String
    let sandbox: Sandbox
    let environment: [String: String]
    private let folder: String

    init(_ name: String, _ more: [String: String] = [:], check: String? = nil) throws {
      lab = name
      folder = "\(Sandbox.root)/guide-\(name)"
      try Directory.make(folder)
      var variables = more
      variables["DKLAB_LABS"] = folder
      sandbox = try Sandbox(name, environment: variables)
      environment = sandbox.environment
      sandbox.run(["lab", "new", "\(folder)/\(name)"])
      if let check {
        let path = "\(folder)/\(name)/lab.md"
        let old = "container.state: {name: {{box}}, is: running}"
        try File.replace(path, try File.text(path).replacing(old, with: check), durable: false)
      }
      #expect(sandbox.run("lab start --no-shell \(name)").status == 0)
    }

    /// The guide, at the lab.
    func guide(rows: UInt16 = 24, columns: UInt16 = 80, _ more: [String: String] = [:]) throws
      -> Conversation
    {
      try Conversation(
        ["lab", "guide", lab], environment: environment.merging(more) { $1 }, rows: rows,
        columns: columns)
    }

    /// Does something in the lab's engine, as another terminal would.
    @discardableResult
    func engine(_ line: String) -> Sandbox.Output {
      Sandbox.run(
        line.split(separator: " ").map(String.init),
        environment: environment.merging(["DKLAB_INSTANCE": "lab-\(lab)"]) { $1 })
    }

    func close() {
      sandbox.run("lab reset --yes \(lab)")
      try? Directory.removeTree(folder)
      sandbox.close()
    }
  }

  @Test("single keys lead through a step, and leave the terminal as it was")
  func keys() throws {
    let room = try Classroom("keys")
    defer { room.close() }
    let talk = try room.guide()
    talk.expect("Start a container")
    talk.expect("c check")
    talk.type("c")
    talk.expect("was ever created")
    talk.type("h")
    talk.expect("docker ps -a")
    talk.type("?")
    talk.expect("take this step back")
    talk.type("k")
    talk.expect("no such key")
    talk.type("x")
    talk.expect("[y/N]")
    talk.type("y")
    talk.expect("1 of 1 pass")
    talk.expect("last step")
    talk.type("n")
    talk.expect("You have finished")
    #expect(eventually { !talk.isSane })
    talk.type("q")
    talk.expect("goes on here")
    #expect(talk.end() == 0)
    #expect(talk.isSane)
  }

  @Test("the same keys count with Korean switched on, as jamo, syllables and in pieces")
  func korean() throws {
    let room = try Classroom("korean", ["DKLAB_LANG": "ko"])
    defer { room.close() }
    let talk = try room.guide()
    talk.expect("c 검사")
    talk.type("ㅊ")
    talk.expect("만들어진 적이 없습니다")
    talk.type("ㅗ")
    talk.expect("힌트 1/")
    // A syllable stands for its keys, in their order: ㅊ and ㅗ.
    talk.type("초")
    talk.expect("만들어진 적이 없습니다")
    talk.expect("힌트 2/")
    for byte in "ㅅ".utf8 { talk.type(String(decoding: [byte], as: UTF8.self)) }
    talk.type("ㅌ")
    talk.expect("[y/N]")
    talk.type("ㅛ")
    talk.expect("1개 중 1개 통과")
    talk.type("ㅂ")
    #expect(talk.end() == 0 && talk.isSane)
  }

  @Test("of a list longer than the screen all is shown, and a lab behind the ninth can be chosen")
  func manyLabs() throws {
    let room = try Classroom("many")
    defer { room.close() }
    for number in 10...20 {
      room.sandbox.run(["lab", "new", "\(Sandbox.root)/guide-many/m\(number)"])
    }
    defer { room.sandbox.run("lab reset --yes m20") }
    let talk = try room.guide(rows: 12)
    talk.expect("q leave")
    talk.type("l")
    talk.expect("m20")
    talk.expect("Which lab?")
    talk.type("11\r")
    talk.expect("m20 1/1")
    talk.type("l")
    talk.expect("Which lab?")
    talk.type("\r")
    talk.expect("m20 1/1")
    talk.type("q")
    #expect(talk.end() == 0 && talk.isSane)
  }

  @Test("leaving by Ctrl-C, by Ctrl-D or by a signal leaves a sane terminal, and all is resumed")
  func leaving() throws {
    let room = try Classroom("leaving")
    defer { room.close() }
    for key in ["\u{3}", "\u{4}"] {
      let talk = try room.guide()
      talk.expect("Going on with leaving")
      talk.expect("q leave")
      talk.type(key)
      #expect(talk.end() == 0 && talk.isSane)
    }
    for number in [SIGTERM, SIGHUP, SIGSEGV] {
      let talk = try room.guide()
      talk.expect("q leave")
      #expect(!talk.isSane)
      talk.signal(number)
      #expect(talk.end() == 128 + number && talk.isSane)
    }
  }

  @Test("a child that crashes with the terminal in disorder gives it back in order")
  func crash() throws {
    let room = try Classroom("crash")
    defer { room.close() }
    let talk = try room.guide()
    talk.expect("q leave")
    talk.type("r")
    talk.expect("$ ")
    talk.type("stty -echo -icanon raw; kill -SEGV $$\r")
    talk.expect("q leave")
    talk.type("r")
    talk.expect("$ ")
    talk.type("echo to$((1))gether\r")
    talk.expect("to1gether")
    talk.expect("q leave")
    talk.type("q")
    #expect(talk.end() == 0 && talk.isSane)
  }

  @Test("a long step comes by pages, and a narrower terminal gets a line of keys that fits")
  func pages() throws {
    let room = try Classroom("pages")
    defer { room.close() }
    let talk = try room.guide(rows: 8, columns: 60)
    talk.expect("more ")
    talk.type(" ")
    talk.expect("%")
    try talk.resize(rows: 8, columns: 40)
    talk.expect("pages 1/1")
    talk.type("q")
    #expect(talk.end() == 0)
  }

  @Test("without drawing it is words and lines, with no signs that need an eye")
  func linear() throws {
    let room = try Classroom("linear")
    defer { room.close() }
    let talk = try room.guide(["TERM": "dumb"])
    talk.expect("linear 1/1 0/1> ")
    talk.type("chekc\n")
    talk.expect("did you mean `check`?")
    talk.type("check\n")
    talk.expect("[fail]")
    talk.type("goto nowhere\n")
    talk.expect("no step `nowhere`")
    talk.type("solve\n")
    talk.expect("(yes/no)")
    talk.type("yes\n")
    talk.expect("[ok]")
    #expect(talk.isSane)
    talk.type("\u{4}")
    #expect(talk.end() == 0)
    #expect(!talk.shown.contains("\u{1B}") && !talk.shown.contains("│"))
  }

  @Test("words also come through a pipe, and its end is the end")
  func pipe() throws {
    let room = try Classroom("pipe")
    defer { room.close() }
    let result = Sandbox.run(
      ["lab", "guide", room.lab], input: "hint\nrun true\nstatus\n", environment: room.environment)
    #expect(result.status == 0, "\(result)")
    #expect(result.output.contains("hint 1 of") && result.output.contains("0 of 1 steps done"))
    #expect(!result.output.contains("\u{1B}"))
  }

  @Test("the watch shows what happens elsewhere, and Ctrl-C ends it with the cursor shown")
  func watch() throws {
    let room = try Classroom("watch")
    defer { room.close() }
    let talk = try Conversation(
      ["lab", "watch", "--lab", "watch"], environment: room.environment)
    talk.expect("was ever created")
    talk.expect("0 of 1 pass")
    room.engine("run -d --name \(try name(room)) busybox sleep 600")
    talk.expect("1 of 1 pass")
    room.engine("rm -f \(try name(room))")
    talk.expect("0 of 1 pass")
    talk.type("\u{3}")
    #expect(talk.end() == 0 && talk.isSane)
    #expect(talk.shown.contains("\u{1B}[?25l") && talk.shown.contains("\u{1B}[?2026h"))
    let hidden = talk.shown.ranges(of: "\u{1B}[?25l").last
    let back = talk.shown.ranges(of: "\u{1B}[?25h").last
    #expect(hidden.map { hide in back.map { hide.lowerBound < $0.lowerBound } ?? false } == true)
  }

  @Test(
    "a shell whose folder was made anew elsewhere goes into the new one, with a word",
    arguments: GuideTests.shells)
  func anew(_ program: String) throws {
    let room = try Classroom(
      "anew" + program.suffix(4).filter(\.isLetter), ["SHELL": program])
    defer { room.close() }
    let talk = try Conversation(["lab", "shell", "--lab", room.lab], environment: room.environment)
    talk.expect("In this shell")
    talk.expect(room.lab)
    talk.type("mkdir -p deep && cd deep && echo deep$((1+1))\r")
    talk.expect("deep2")
    // Its prompt, too: else it may still be looking whether the folder is there.
    talk.expect("0/1")
    #expect(room.sandbox.run("lab undo --yes --lab \(room.lab)").status == 0)
    talk.type("echo still$((1+1))\r")
    talk.expect("still2")
    talk.expect("begun anew elsewhere")
    talk.type("pwd; ls -d . && echo there$((1+1))\r")
    talk.expect("lab-\(room.lab)/work\r\n")
    talk.expect("there2")
    #expect(!talk.shown.contains("No such file"))
    talk.type("exit\r")
    #expect(talk.end() != nil)
  }

  @Test(
    "a shell whose folder its own student removed goes back, and nobody says that the lab began anew",
    arguments: GuideTests.shells)
  func removed(_ program: String) throws {
    let room = try Classroom(
      "gone" + program.suffix(4).filter(\.isLetter), ["SHELL": program])
    defer { room.close() }
    let talk = try Conversation(["lab", "shell", "--lab", room.lab], environment: room.environment)
    talk.expect("In this shell")
    talk.expect(room.lab)
    talk.type("mkdir -p deep && cd deep && rmdir ../deep; echo gone$((1+1))\r")
    talk.expect("gone2")
    talk.type("pwd; ls -d . && echo there$((1+1))\r")
    talk.expect("lab-\(room.lab)/work\r\n")
    talk.expect("there2")
    talk.type("exit\r")
    #expect(talk.end() != nil)
    #expect(!talk.shown.contains("begun anew"))
  }

  @Test("a lab named where a step belongs is told what it is")
  func labForStep() throws {
    let room = try Classroom("named")
    defer { room.close() }
    let own = room.sandbox.run("lab watch --lab named named")
    #expect(own.status != 0 && own.errors.contains("is this lab itself"), "\(own)")
  }

  /// The name that the lab's only step asks for.
  private func name(_ room: Classroom) throws -> String {
    let solution = room.sandbox.run("lab show --lab \(room.lab)").output
    let words = solution.split { $0 == " " || $0 == "\n" }
    let place = try #require(words.firstIndex(of: "--name"))
    return String(words[place + 1])
  }

  private static let shells = ["/bin/bash", "/usr/bin/zsh"].filter { File.exists($0) }

  @Test(
    "the lab's shell takes down each command, tells the step, and does not nest",
    arguments: GuideTests.shells)
  func shell(_ program: String) throws {
    let room = try Classroom(
      "shell" + program.suffix(4).filter(\.isLetter), ["SHELL": program],
      check: "journal.count: {event: command.run argv=false exit=1, is: 1}")
    defer { room.close() }
    let talk = try Conversation(["lab", "shell", "--lab", room.lab], environment: room.environment)
    talk.expect("In this shell")
    talk.expect(room.lab)
    talk.type("true; false; echo no | cat; echo two$((1+1))\r")
    talk.expect("two2")
    talk.type("lab shell; echo inside$?\r")
    talk.expect("already")
    talk.expect("inside1")
    talk.type("lab hnt\r")
    talk.expect("did you mean `lab hint`?")
    talk.type("lab check; echo settled$((7*6))\r")
    talk.expect("1 of 1 pass")
    talk.expect("settled42")
    talk.type("exit\r")
    #expect(talk.end() != nil)
  }
}
