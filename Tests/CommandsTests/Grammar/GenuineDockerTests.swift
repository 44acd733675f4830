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
      "info x", "nosuchverb",
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
