import Glibc
import Linux
import Testing

/// The binary in the hands of somebody who is not root and has no subordinate ids. (That all labs
/// can be played so is a part of `make test`; here is what no lab does.)
@Suite(
  "An ordinary user", .serialized,
  .enabled(if: ordinaryUserObstacle == nil, "\(ordinaryUserObstacle ?? "")"))
struct OrdinaryUserTests {
  @Test("nobody waits for a command that stays, as a server does")
  func besideServer() throws {
    let user = try OrdinaryUser()
    defer { user.close() }
    let server = try BackgroundProgram(
      user.command + ["serve", "-H", "unix://\(user.home)/api.sock"], environment: user.environment)
    defer { server.end() }
    try #require(
      eventually(within: 60) { server.printed.contains("DOCKER_HOST=") }, "\(server.printed)")
    let beside = user.run("ps", "-q")
    #expect(beside.status == 0, "\(beside)")
    server.kill()
    #expect(user.run("ps", "-q").status == 0)
  }

  @Test("files are copied into a container that runs, and out of it")
  func copies() throws {
    let user = try OrdinaryUser()
    defer { user.close() }
    let made = user.run("images", "bootstrap", "busybox")
    try #require(made.status == 0, "\(made)")
    let run = user.run(
      "run", "-d", "--name", "box", "--network", "none", "busybox", "sleep", "1000")
    try #require(run.status == 0, "\(run)")
    defer { _ = user.run("rm", "-f", "box") }
    try File.replace(user.home + "/in", "from outside\n")
    let copied = user.run("cp", user.home + "/in", "box:/tmp/in")
    #expect(copied.status == 0, "\(copied)")
    let seen = user.run(
      "exec", "box", "sh", "-c", "cat /tmp/in; stat -c %u /tmp/in; echo x > /tmp/in")
    #expect(seen.lines == ["from outside", "0"], "\(seen)")
    #expect(user.run("cp", "box:/tmp/in", user.home + "/root/out").status == 0)
    #expect(try File.text(user.home + "/root/out") == "x\n")
  }

  @Test("of many first commands at once only one makes the user's namespace")
  func firstCommands() throws {
    let user = try OrdinaryUser()
    defer { user.close() }
    let commands = try (0..<6).map { _ in
      try BackgroundProgram(
        user.command + ["run", "--rm", "no-such-image"], environment: user.environment)
    }
    for command in commands {
      #expect(
        eventually(within: 60) { command.printed.contains("no-such-image") }, "\(command.printed)")
      command.end()
    }
    #expect(user.keepers == 1)
  }
}

/// Why these tests cannot run here; nil when they can.
private let ordinaryUserObstacle: String? = {
  guard geteuid() == 0 else { return "needs root, to become somebody else" }
  let trial = Sandbox.run(
    OrdinaryUser.become.dropFirst() + ["unshare", "-U", "true"], program: OrdinaryUser.become[0],
    environment: [:])
  return trial.status == 0 ? nil : "this kernel lets no user make namespaces"
}()

/// A home, a root and a binary for a user id that nobody has.
private final class OrdinaryUser {
  static let id: uid_t = 54322
  static let become = [
    "/usr/bin/setpriv", "--reuid", "\(id)", "--regid", "\(id)", "--clear-groups",
  ]

  let home: String
  var command: [String] { Self.become + ["\(home)/dklab"] }
  var environment: [String: String] {
    [
      "HOME": home, "DKLAB_ROOT": home + "/root", "DKLAB_UPLINK": "none", "DKLAB_OFFLINE": "1",
      "DKLAB_LANG": "en",
    ]
  }

  init() throws {
    home = "/tmp/dklab-user-\(getpid())-\(UInt32.random(in: 0 ... .max))"
    try Directory.make(home, mode: 0o755)
    let copied = Sandbox.run(
      ["--reflink=auto", Sandbox.binary, home + "/dklab"], program: "/bin/cp", environment: [:])
    try #require(copied.status == 0, "\(copied)")
    try check(chown(home, Self.id, Self.id), "chown", home)
  }

  func run(_ arguments: String...) -> Sandbox.Output {
    Sandbox.run(
      command.dropFirst() + arguments, program: command[0], environment: environment, seconds: 60)
  }

  /// How many processes hold a namespace open for this user's root.
  var keepers: Int {
    ((try? Directory.list("/proc")) ?? []).count { name in
      guard Int(name) != nil, let line = try? File.text("/proc/\(name)/cmdline"),
        line.hasPrefix("dklab:keeper")
      else { return false }
      var status = stat()
      return stat("/proc/\(name)", &status) == 0 && status.st_uid == Self.id
    }
  }

  func close() {
    let reset = run("system", "reset", "--all", "--yes")
    #expect(reset.status == 0, "\(reset)")
    #expect(eventually(within: 60) { self.keepers == 0 }, "a keeper was left behind")
    _ = Sandbox.run(["-rf", home], program: "/bin/rm", environment: [:])
  }
}
