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
}
