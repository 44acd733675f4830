import Testing

@testable import Commands

@Suite("The command line of compose")
struct ComposeGrammarTests {
  private func read(_ words: [String]) throws -> [String] {
    try CommandLineReader(program: "docker", otherCommands: { [] }).read(["compose"] + words)
  }

  @Test("has the project's flags before the verb and the verb's after it")
  func order() throws {
    #expect(
      try read(["-f", "a.yaml", "-pdemo", "--profile=x", "config", "--services", "-q", "web"]) == [
        "compose", "config", "--compose-file=a.yaml", "--compose-project-name=demo",
        "--compose-profile=x", "--services", "--quiet", "--", "web",
      ])
    #expect(try read(["convert"]) == ["compose", "config"])
  }

  @Test("without a verb, and with --help, it helps")
  func help() throws {
    #expect(try read([]) == ["help", "compose"])
    #expect(try read(["--help"]) == ["help", "compose"])
    #expect(try read(["config", "--help"]) == ["help", "compose", "config"])
  }

  @Test("and what it does not know is refused with the nearest word")
  func refused() {
    #expect {
      try read(["confg"])
    } throws: { error in
      (error as? UsageError)?.text.contains("Did you mean `docker compose config`?") == true
    }
    #expect(throws: UsageError.self) { try read(["--fil", "x", "config"]) }
    #expect(throws: UsageError.self) { try read(["config", "--nope"]) }
  }

  @Test(
    "values of the project's flags are refused before anything is read, as docker compose does",
    arguments: [
      (
        ["--parallel", "x"],
        "invalid argument \"x\" for \"--parallel\" flag: strconv.ParseInt: parsing \"x\": invalid syntax"
      ),
      (["--progress", "foo"], "unsupported --progress value \"foo\""),
      (
        ["--ansi", "never", "--progress", "tty"],
        "can't use --progress tty while ANSI support is disabled"
      ),
      (
        ["--progress=plain", "--ansi=always"],
        "can't use --progress plain while ANSI support is forced"
      ),
    ])
  func values(flags: [String], message: String) throws {
    let error = try #require(throws: UsageError.self) { try read(flags + ["ps"]) }
    #expect(error.message == message && error.exitStatus == 1)
    for good in [["--parallel", "-1"], ["--progress", "quiet"], ["--ansi", "never"]] {
      _ = try read(good + ["ps"])
    }
  }
}
