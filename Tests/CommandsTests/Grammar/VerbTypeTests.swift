import ArgumentParser
import Testing

@testable import Commands

@Suite("verbs are parsed without the whole tree")
struct VerbTypeTests {
  /// Every command below `type` with the ways that lead to it.
  private func ways(
    below type: any ParsableCommand.Type = Dklab.self, _ before: [String] = []
  ) -> [(words: [String], type: any ParsableCommand.Type)] {
    var taken: Set<String> = []
    return type.configuration.subcommands.flatMap { child in
      ([child._commandName] + child.configuration.aliases).flatMap { name in
        // Of two with one name the parser takes the first.
        taken.insert(name).inserted
          ? [(before + [name], child)] + ways(below: child, before + [name]) : []
      }
    }
  }

  @Test("each is the command that the whole tree has under its name")
  func sameCommands() {
    let all = ways()
    #expect(all.count > 150)
    for (words, type) in all {
      let found = CommandLineMain.verb(words + ["--flag", "rest"])
      if type.configuration.subcommands.isEmpty {
        #expect(found?.type == type, "\(words)")
        #expect(found?.rest == ["--flag", "rest"], "\(words)")
      } else {
        #expect(found == nil, "\(words)")
        // What it had would be lost on the way to its verbs.
        #expect(Mirror(reflecting: type.init()).children.isEmpty, "\(words) has flags of its own")
      }
    }
    #expect(CommandLineMain.verb([]) == nil)
    #expect(CommandLineMain.verb(["help", "run"]) == nil)
    #expect(CommandLineMain.verb(["--version"]) == nil)
  }

  @Test("each says its name: made of the name of its type it costs more than the verb")
  func statedNames() {
    func unnamed(_ type: any ParsableCommand.Type) -> [String] {
      (type.configuration.commandName == nil ? ["\(type)"] : [])
        + type.configuration.subcommands.flatMap(unnamed)
    }
    #expect(unnamed(Dklab.self) == [])
  }

  @Test(
    "and reads a command line as the whole tree does",
    arguments: [
      ["run", "--rm", "--network=none", "-v", "/a:/b", "busybox", "sh", "-c", "--rm"],
      ["exec", "--interactive", "web", "ls", "-l"], ["start", "--attach", "--", "web"],
      ["rm", "--force", "--", "one", "two"], ["stop", "--timeout=1", "--", "web"],
      ["ps", "--all", "--filter=name=a", "--no-trunc"], ["build", "--tag=a", "--", "."],
      ["network", "create", "--internal", "--", "n"], ["images", "--quiet"],
      ["lab", "check", "--lab", "day44", "2"], ["lab", "start", "--no-shell", "day44"],
      ["kube", "up", "--name", "x", "--nodes", "2"], ["kube", "store", "log"],
      ["compose", "up", "--compose-file=a.yml", "--detach"], ["compose", "convert"],
      ["grade", "in", "--lab", "day44", "-o", "out", "-q"], ["container", "prune", "--force"],
    ])
  func sameValues(_ words: [String]) throws {
    let (type, rest) = try #require(CommandLineMain.verb(words))
    let leaf = try type.parseAsRoot(rest)
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
    #expect(values(one).count > 0)
  }
}
