import Glibc
import Linux
import Testing

/// `dklab serve` for a sandbox's instance, and the programs that speak to it.
final class APIServer {
  static let docker = "/usr/local/bin/docker"

  let sandbox: Sandbox
  let socket: String
  private(set) var pid: pid_t = 0

  init(_ sandbox: Sandbox) throws {
    self.sandbox = sandbox
    // A socket's path must be short, and the sandbox's is not.
    socket = "/tmp/dklab-api-\(getpid())-\(UInt32.random(in: 0 ... .max)).sock"
    try start()
  }

  /// Starts it, or starts it again.
  func start() throws {
    let log = socket + ".log"
    let result = Sandbox.run(
      ["-c", "\(Sandbox.binary) serve -H unix://\(socket) >\(log) 2>&1 </dev/null & echo $!"],
      program: "/bin/sh", environment: sandbox.environment)
    pid = try #require(pid_t(result.text))
    let isUp = eventually(within: 60) { ((try? File.text(log)) ?? "").contains("DOCKER_HOST=") }
    try #require(isUp, "\((try? File.text(log)) ?? "no log")")
  }

  /// Ends it with `signal` and waits for its end.
  func stop(_ signal: Int32 = SIGTERM) {
    kill(pid, signal)
    let ended = eventually(within: 60) { ProcessStat(of: self.pid).map { $0.state == "Z" } ?? true }
    #expect(ended, "the server did not end")
  }

  func close() {
    stop()
    for path in [socket, socket + ".log"] { unlink(path) }
    sandbox.close()
  }

  /// Where clients find it.
  var variables: [String: String] {
    [
      "DOCKER_HOST": "unix://\(socket)", "DOCKER_CLI_HINTS": "false", "DOCKER_BUILDKIT": "0",
      "DOCKER_CONFIG": socket + ".config", "LC_ALL": "C.UTF-8",
    ]
  }

  /// Runs the genuine docker.
  func docker(_ arguments: String..., input: String = "") -> Sandbox.Output {
    Sandbox.run(arguments, program: APIServer.docker, input: input, environment: variables)
  }

  /// Runs a shell line with `DOCKER_HOST` and `S` (the socket's path) set.
  func shell(_ line: String, seconds: Int = 120) -> Sandbox.Output {
    Sandbox.run(
      ["-c", line], program: "/bin/bash",
      environment: variables.merging(["S": socket]) { $1 }, seconds: seconds)
  }
}

/// What these tests need from the machine.
enum APIPeers {
  static let hasDocker = access(APIServer.docker, X_OK) == 0 && geteuid() == 0
  static let hasSDK =
    hasDocker
    && Sandbox.run(["-c", "import docker"], program: "/usr/bin/python3", environment: [:]).status
      == 0
  static let hasCompose = hasDocker && access("/usr/bin/docker-compose", X_OK) == 0
}
