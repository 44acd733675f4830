import Glibc
import Testing

@testable import Commands

/// Our refusals beside those of the docker client on this machine. None of these lines reaches for
/// a daemon.
@Suite(.enabled(if: GenuineDocker.isHere, "needs the genuine docker client"))
struct GenuineDockerTests {
  @Test(
    "a refused command line is refused with docker's own text and status",
    arguments: [
      "run --foo", "run -xyz", "run -dzt busybox", "run", "run -d", "run -m", "run -dm",
      "run --name",
      "run -e", "run --rm=maybe b", "run -it=foo b", "run --init=x b", "create", "create --foo",
      "start", "stop", "stop --foo", "stop -q", "restart", "kill", "kill -s b", "rm", "rm -x",
      "ps a",
      "ps --foo", "ps -z", "logs", "logs a b", "logs --tail", "exec", "exec c", "exec -q c sh",
      "attach", "attach a b", "wait", "inspect", "top", "cp", "cp a", "cp a b c", "rename a",
      "rename a b c", "pause", "unpause", "port", "port a b c", "images --foo", "rmi",
      "tag a", "history", "history a b", "load a", "save", "import", "pull", "pull a b",
      "image inspect", "image prune x", "container prune x", "container inspect", "version x",
      "info x", "nosuchverb", "network create --foo", "network rm", "network connect a",
      "volume rm",
      "volume ls x", "network create -d",
    ])
  func sameRefusal(line: String) throws {
    let reader = CommandLineReader(program: "docker", otherCommands: { [] })
    let words = line.split(separator: " ").map(String.init)
    var error = try #require(#expect(throws: UsageError.self) { try reader.read(words) })
    error.hint = nil
    let genuine = try GenuineDocker.run(line)
    #expect(error.text + "\n" == genuine.output)
    #expect(error.exitStatus == genuine.status)
  }
}

/// Whether nothing that docker takes is unknown here.
@Suite(.enabled(if: GenuineDocker.isHere, "needs the genuine docker client"))
struct GenuineFlagTests {
  /// Commands that its client has by itself, without plugins.
  private static let verbs = DockerGrammar.verbs.keys.sorted().filter { verb in
    !verb.hasPrefix("compose") && !["builder du", "system check", "system reset"].contains(verb)
      && !["image layers", "image tree"].contains(verb)
  }

  @Test("each flag of docker's is taken, or refused by name with a reason", arguments: verbs)
  func flags(verb: String) throws {
    let help = try GenuineDocker.run("\(verb) --help").output
    let theirs = help.matches(of: /(?m)^ +(?:-[a-zA-Z], )?--([a-z0-9-]+)/).map { String($0.1) }
    let ours = try #require(DockerGrammar.verbs[verb]).flags.map(\.long) + ["help"]
    let refused = RefusedFlags.names(of: verb)
    #expect(Set(theirs).subtracting(ours).subtracting(refused) == [])
    #expect(Set(ours).isDisjoint(with: refused))
    let reader = CommandLineReader(program: "docker", otherCommands: { [] })
    for flag in refused {
      let words = verb.split(separator: " ").map(String.init) + ["--\(flag)", "x", "y"]
      let error = try #require(throws: UsageError.self) { try reader.read(words) }
      #expect(error.message.hasPrefix("docker: --\(flag): ") && error.exitStatus == 125)
    }
  }

  @Test("each command of docker's is there, or refused with a reason")
  func commands() throws {
    let reader = CommandLineReader(program: "docker", otherCommands: { [] })
    var open: [[String]] = [[]]
    while let path = open.popLast() {
      let help = try GenuineDocker.run("\(path.joined(separator: " ")) --help").output
      let sections = help.split(separator: "\n\n").filter {
        $0.contains(/(?m)^(?:\w+ )?Commands:/)
      }
      for match in sections.flatMap({ $0.matches(of: /(?m)^  ([a-z-]+)/) }) {
        let name = (path + [String(match.1)]).joined(separator: " ")
        let isKnown =
          DockerGrammar.verbs[name] != nil || DockerGrammar.aliases[name] != nil
          || path.first.flatMap { DockerGrammar.nouns[$0] }?.contains(String(match.1)) == true
        if isKnown || RefusedVerbs.hint(name) != nil { continue }
        #expect(path.isEmpty && DockerGrammar.nouns[name] != nil, "docker \(name)")
        open.append(path + [String(match.1)])
      }
    }
    let error = try #require(throws: UsageError.self) { try reader.read(["swarm", "init"]) }
    #expect(error.message == "docker: unknown command: docker swarm")
    #expect(error.hint?.contains("one machine") == true)
  }
}

/// The docker client, when there is one that is not ours.
enum GenuineDocker {
  static let isHere = (try? run("--version").output.hasPrefix("Docker version")) ?? false

  static func run(_ line: String) throws -> (output: String, status: Int32) {
    let pipe = try #require(popen("docker \(line) 2>&1 </dev/null", "r"))
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while case let count = fread(&buffer, 1, buffer.count, pipe), count > 0 {
      bytes += buffer[..<count]
    }
    let status = pclose(pipe)
    return (String(decoding: bytes, as: UTF8.self), (status >> 8) & 0xFF)
  }
}
