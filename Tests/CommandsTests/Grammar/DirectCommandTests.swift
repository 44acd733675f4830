import ArgumentParser
import Testing

@testable import Commands

@Suite("verbs that are made without the argument parser")
struct DirectCommandTests {
  private let reader = CommandLineReader(program: "docker", otherCommands: { [] })

  /// All that a command was given, property by property.
  private func contents(_ command: any ParsableCommand) -> String {
    var text = ""
    dump(command, to: &text)
    return text
  }

  /// Command lines of `verb`: each of its flags once, twice and turned off, some together, and none.
  private func lines(_ verb: String) throws -> [[String]] {
    let grammar = try #require(DockerGrammar.verbs[verb])
    let arguments = grammar.minimum == 0 ? [] : ["one", "two"].prefix(grammar.maximum)
    var lines: [[String]] = [[]]
    if grammar.minimum == 0, grammar.maximum > 0 { lines.append(["--", "one"]) }
    for flag in grammar.flags {
      let name = "--\(flag.long)"
      lines +=
        flag.kind == .value
        ? [["\(name)=a b"], [name, "a", name, "b"]]
        : [[name], ["\(name)=false"], [name, "\(name)=false"], ["\(name)=0", name]]
    }
    lines.append(grammar.flags.map { $0.kind == .value ? "--\($0.long)=v" : "--\($0.long)" })
    return lines.map { [verb] + $0 + arguments }
  }

  @Test("have the values that the argument parser gives them", arguments: DirectCommands.verbs)
  func sameValues(_ verb: String) throws {
    for words in try lines(verb) {
      let reading = try reader.reading(words)
      let line = try #require(reading.line)
      let direct = try #require(DirectCommands.command(line))
      let (type, rest) = try #require(CommandLineMain.verb(reading.words))
      let parsed = try type.parseAsRoot(rest)
      #expect(contents(direct) == contents(parsed), "\(words)")
    }
  }

  @Test("an empty value is a value")
  func empty() throws {
    let line = try #require(try reader.reading(["exec", "--workdir=", "-u", "", "web", "ls"]).line)
    let command = try #require(DirectCommands.command(line) as? Exec)
    #expect(command.workdir == "" && command.user == "" && command.words == ["web", "ls"])
  }

  @Test("of a switch that is given several times the last counts, as docker has it")
  func lastSwitch() throws {
    func words(_ text: String) throws -> [String] {
      try reader.read(text.split(separator: " ").map(String.init))
    }
    #expect(try words("run --rm --rm=false -t busybox") == ["run", "--tty", "busybox"])
    #expect(try words("run --rm=false --rm busybox") == ["run", "--rm", "busybox"])
    #expect(try words("run --sig-proxy=false --sig-proxy busybox") == ["run", "busybox"])
    #expect(try words("run --sig-proxy=false busybox") == ["run", "--no-sig-proxy", "busybox"])
  }
}
