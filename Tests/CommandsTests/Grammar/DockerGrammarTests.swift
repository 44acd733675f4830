import ArgumentParser
import Documents
import Testing

@testable import Commands

struct DockerGrammarTests {
  /// The commands' own declarations, as ArgumentParser describes them.
  private func declared() throws -> [String: Set<String>] {
    let tree = try JSONValue.parse(Dklab._dumpHelp())
    var result: [String: Set<String>] = [:]
    func visit(_ command: JSONValue, _ path: [String]) {
      let flags = (command["arguments"]?.array ?? []).filter { $0["kind"]?.string != "positional" }
      let names = flags.map { flag in
        let all = flag["names"]?.array ?? []
        let long = all.first { $0["kind"]?.string == "long" }?["name"]?.string ?? ""
        let short = all.first { $0["kind"]?.string == "short" }?["name"]?.string
        let suffix = flag["kind"]?.string == "option" ? "=" : ""
        return (short.map { "\($0) " } ?? "") + long + suffix
      }
      result[path.joined(separator: " ")] = Set(names)
      for inner in command["subcommands"]?.array ?? [] {
        visit(inner, path + [inner["commandName"]?.string ?? ""])
      }
    }
    if let root = tree["command"] { visit(root, []) }
    return result
  }

  @Test("the grammar and the declarations have the same flags, letters and values")
  func agreement() throws {
    let declared = try declared()
    for (name, grammar) in DockerGrammar.verbs {
      let ours = Set(
        grammar.flags.map { flag in
          (flag.short.map { "\($0) " } ?? "") + flag.long + (flag.kind == .value ? "=" : "")
        })
      let theirs = try #require(declared[name], "no command \(name)")
      // Switches that are on have their `--no-…` form, and help is ArgumentParser's own.
      let extra = Set(["help", "h help", "version"])
        .union(grammar.flags.filter { $0.kind == .on }.map { "no-\($0.long)" })
      // The project's flags stand before the verb and reach it under a name of their own.
      let own = theirs.subtracting(extra).filter { !$0.hasPrefix("compose-") }
      #expect(ours == own, "\(name)")
    }
  }

  @Test("every alias and every verb under a noun leads to a verb that exists")
  func aliases() {
    for target in DockerGrammar.aliases.values { #expect(DockerGrammar.verbs[target] != nil) }
    for verb in DockerGrammar.nouns.values.joined() { #expect(DockerGrammar.verbs[verb] != nil) }
  }

  @Test("no verb has a long name or a letter twice")
  func unique() {
    for grammar in DockerGrammar.verbs.values {
      let letters = grammar.flags.compactMap(\.short)
      #expect(Set(grammar.flags.map(\.long)).count == grammar.flags.count, "\(grammar.name)")
      #expect(Set(letters).count == letters.count, "\(grammar.name)")
    }
  }

  @Test(
    "real command lines parse into their commands",
    arguments: [
      [
        "run", "-dit", "--name", "web", "-p", "8080:80", "-e", "A=b", "nginx:alpine", "sh", "-c",
        "x",
      ],
      ["ps", "-a", "--format", "{{.Names}}"], ["exec", "-it", "web", "sh"], ["rm", "-f", "a", "b"],
      ["container", "inspect", "x"], ["images"], ["history", "--no-trunc", "x"],
      ["start", "-ai", "x"], ["logs", "-f", "--tail", "10", "x"], ["cp", "a", "b:/c"],
    ])
  func parses(words: [String]) throws {
    _ = try CommandLineMain.parse(words)
  }

  @Test("run keeps the container's command word for word")
  func runWords() throws {
    let command = try CommandLineMain.parse(
      ["run", "--rm", "-e", "X=1", "busybox", "sh", "-c", "--", "--rm", "-d"])
    let run = try #require(command as? Run)
    #expect(run.words == ["busybox", "sh", "-c", "--", "--rm", "-d"])
    #expect(run.options.rm && run.options.env == ["X=1"] && !run.detach)
  }
}
