import ArgumentParser
import Testing

@testable import Commands

@Suite("verbs that are parsed without the whole tree")
struct FrequentVerbTests {
  @Test("each is the command that the whole tree has under its name")
  func sameCommands() {
    let all = Dklab.configuration.subcommands
    for (verb, type) in CommandLineMain.frequent {
      #expect(all.contains { $0 == type && $0._commandName == verb }, "\(verb)")
      #expect(type.configuration.subcommands.isEmpty, "\(verb)")
    }
  }

  @Test(
    "and reads a command line as the whole tree does",
    arguments: [
      ["run", "--rm", "--network=none", "-v", "/a:/b", "busybox", "sh", "-c", "--rm"],
      ["exec", "--interactive", "web", "ls", "-l"], ["start", "--attach", "--", "web"],
      ["rm", "--force", "--", "one", "two"], ["stop", "--timeout=1", "--", "web"],
      ["ps", "--all", "--filter=name=a", "--no-trunc"],
    ])
  func sameValues(_ words: [String]) throws {
    let type = try #require(CommandLineMain.frequent[words[0]])
    let leaf = try type.parseAsRoot(Array(words.dropFirst()))
    let whole = try Dklab.parseAsRoot(words)
    var (one, other) = ("", "")
    dump(leaf, to: &one)
    dump(whole, to: &other)
    // Where a value came from is counted from the beginning of the line, and nobody reads it.
    func values(_ text: String) -> [Substring] {
      text.split(separator: "\n").filter {
        !$0.contains("Index") && !$0.contains("rawValue") && !$0.contains("#")
      }
    }
    #expect(values(one) == values(other))
    #expect(values(one).count > 5)
  }
}
