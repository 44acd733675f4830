import Glibc
import Linux
import Support
import Testing

/// Kills dklab's processes at random moments, over and over. After each kill the next command must
/// find, or make, an instance in which records and things agree; and nothing that was acknowledged
/// may be lost. The seed is printed: the same one makes the same choices, though not the same races.
@Suite("Killed at any moment", .enabled(if: containerObstacle == nil, "needs root"))
struct CrashTests {
  @Test("300 rounds of create, run, exec, stop and rm lose nothing and leave nothing")
  func rounds() throws {
    let sandbox = try Sandbox()
    defer { sandbox.close() }
    var crash = CrashRun(sandbox, seed: UInt64.random(in: 0 ... .max))
    for round in 1...300 {
      try crash.round(round)
      if crash.hasFailed { break }
    }
    #expect(crash.interrupted > 100, "too few commands were killed while they worked")
  }
}

/// The state of a long game between a killer and an engine.
private struct CrashRun {
  let sandbox: Sandbox
  let seed: UInt64
  var generator: Generator
  private(set) var interrupted = 0
  private(set) var hasFailed = false
  /// What was acknowledged and must still be so.
  private var facts: [String: Fact] = [:]
  /// What the last check found: status by name.
  private var found: [String: String] = [:]
  /// Milliseconds each verb takes, to kill within them.
  private var durations: [String: Int64] = [:]

  enum Fact { case absent, present, running, stopped }

  /// SplitMix64: small, and the same everywhere.
  struct Generator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }
  }

  init(_ sandbox: Sandbox, seed: UInt64) {
    self.sandbox = sandbox
    self.seed = seed
    generator = Generator(state: seed)
  }

  mutating func round(_ number: Int) throws {
    let name = "crash\(Int.random(in: 0..<4, using: &generator))"
    let command = choose(name)
    let verb = command.split(separator: " ")[0]
    let usual = durations[String(verb)] ?? 0
    // The first of each verb shows how long it takes.
    let delay = usual == 0 ? nil : Int64.random(in: 0...(usual * 5 / 4), using: &generator)
    let alsoOthers = Int.random(in: 0..<10, using: &generator) < 3
    let outcome = try run(command, killedAfter: delay)
    if outcome == nil { interrupted += 1 }
    if delay == nil { durations[String(verb)] = max(2, lastDuration) }
    note(name, command, acknowledged: outcome == 0)
    if alsoOthers { killMonitors() }
    check("seed \(seed), round \(number): `\(command)` after \(delay ?? -1) ms, \(outcome ?? 137)")
  }

  private mutating func choose(_ name: String) -> String {
    let commands: [String]
    switch found[name] {
    case nil:
      commands = [
        "create --name \(name) -v /data busybox sleep 1000",
        "run -d --name \(name) busybox sleep 1000", "run -d --name \(name) busybox sleep 1000",
        "run -d --rm --name \(name) -v /data busybox sleep 1000", "run --rm busybox true",
      ]
    case "running":
      commands = [
        "exec \(name) true", "stop -t 0 \(name)", "rm -f -v \(name)", "exec \(name) true",
        "restart -t 0 \(name)",
      ]
    default: commands = ["start \(name)", "start \(name)", "rm -v \(name)", "rm -f \(name)"]
    }
    return commands[Int.random(in: 0..<commands.count, using: &generator)]
  }

  private var lastDuration: Int64 = 0

  /// The exit status; nil when it was killed.
  private mutating func run(_ command: String, killedAfter delay: Int64?) throws -> Int32? {
    var variables = sandbox.environment
    variables["PATH"] = "/usr/sbin:/usr/bin:/sbin:/bin"
    let words = [Sandbox.binary] + command.split(separator: " ").map(String.init)
    let argv = words.map { strdup($0) } + [nil]
    let envp = variables.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for pointer in argv + envp { free(pointer) } }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for fd in Int32(0)...2 {
      posix_spawn_file_actions_addopen(&actions, fd, "/dev/null", O_RDWR, 0)
    }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    var pid: pid_t = 0
    let start = monotonicMilliseconds()
    let result = posix_spawn(&pid, Sandbox.binary, &actions, &attributes, argv, envp)
    guard result == 0 else { throw SyscallError("posix_spawn", Sandbox.binary, errno: result) }
    let deadline = start + (delay ?? 60_000)
    var status: Int32 = 0
    while true {
      if waitpid(pid, &status, WNOHANG) == pid { break }
      if monotonicMilliseconds() >= deadline {
        kill(pid, SIGKILL)
        waitpid(pid, &status, 0)
        break
      }
      usleep(500)
    }
    lastDuration = monotonicMilliseconds() - start
    let ended = ExitStatus(waitStatus: status)
    return ended.signal == nil ? ended.code : nil
  }

  /// What must be true from now on. A command that was killed may have done its work or not.
  private mutating func note(_ name: String, _ command: String, acknowledged: Bool) {
    let verb = command.prefix { $0 != " " }
    guard command.contains(name), verb != "exec" else { return }
    // With --rm the end is the removal, whether or not its maker lived to say so.
    if verb == "run" { removesItself[name] = command.contains("--rm") }
    if verb == "create" { removesItself[name] = false }
    guard acknowledged else {
      facts[name] = nil
      return
    }
    switch verb {
    case "create": facts[name] = .present
    case "run", "start", "restart": facts[name] = .running
    case "stop": facts[name] = .stopped
    default: facts[name] = .absent
    }
    if verb == "stop", removesItself[name] ?? false { facts[name] = .absent }
  }

  private var removesItself: [String: Bool] = [:]

  private mutating func killMonitors() {
    for entry in (try? Directory.list("/proc")) ?? [] {
      guard let pid = pid_t(entry), let line = try? File.text("/proc/\(pid)/cmdline"),
        line.contains("__monitor"), line.contains(sandbox.instance)
      else { continue }
      kill(pid, SIGKILL)
    }
    for (name, fact) in facts where fact == .running {
      facts[name] = removesItself[name] ?? false ? nil : .present
    }
  }

  /// The next command. What a monitor is still about to do may take it a moment.
  private mutating func check(_ context: String) {
    var result = sandbox.run("system check --format json")
    let deadline = monotonicMilliseconds() + 20_000
    while result.status != 0, monotonicMilliseconds() < deadline {
      usleep(50_000)
      result = sandbox.run("system check --format json")
    }
    if result.status != 0 {
      hasFailed = true
      Issue.record("\(context): \(result)")
      return
    }
    found = [:]
    for line in sandbox.run(["ps", "-a", "--format", "{{.Names}} {{.State}}"]).lines {
      let words = line.split(separator: " ").map(String.init)
      if words.count == 2 { found[words[0]] = words[1] }
    }
    for (name, fact) in facts where !holds(fact, found[name]) {
      hasFailed = true
      Issue.record("\(context): \(name) should be \(fact), and is \(found[name] ?? "gone")")
    }
  }

  private func holds(_ fact: Fact, _ status: String?) -> Bool {
    switch fact {
    case .absent: status == nil
    case .present: status != nil
    case .running: status == "running"
    case .stopped: status == "exited"
    }
  }
}
