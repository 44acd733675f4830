import Documents
import Glibc
import Linux
import Testing

/// Containers whose system calls an agent answers, LinuxProbe.
@Suite("A seccomp agent", .disabled(if: bundleObstacle != nil))
struct SeccompAgentTests {
  typealias Runtime = RuntimeLifeTests.Runtime

  static let probe =
    String(Sandbox.binary.prefix(upTo: Sandbox.binary.lastIndex(of: "/") ?? "".endIndex))
    + "/LinuxProbe"

  /// A bundle whose filter asks `agent.sock` beside it about `calls`.
  private func bundle(
    _ program: [String], asking calls: [String] = ["mkdir", "mkdirat", "getuid", "geteuid"],
    change: (inout JSONValue, inout JSONValue) -> Void = { _, _ in }
  ) throws -> Runtime {
    let runtime = try Runtime(program)
    var config = try JSONValue.parse(try File.read("\(runtime.bundle.directory)/config.json"))
    var linux = config["linux"] ?? .null
    var seccomp: JSONValue = [
      "defaultAction": "SCMP_ACT_ALLOW", "listenerPath": .string(path(runtime)),
      "listenerMetadata": "some: \"data\"",
      "syscalls": [
        ["names": .array(calls.map { .string($0) }), "action": "SCMP_ACT_NOTIFY"]
      ],
    ]
    change(&config, &seccomp)
    linux["seccomp"] = seccomp
    config["linux"] = linux
    config["annotations"] = ["org.dklab.test": "agent"]
    try runtime.write(config)
    return runtime
  }

  private func path(_ runtime: Runtime) -> String { "\(runtime.bundle.directory)/agent.sock" }

  private func agent(_ runtime: Runtime, _ answers: [String] = []) throws -> BackgroundProgram {
    let agent = try BackgroundProgram([Self.probe, "agent", path(runtime)] + answers)
    #expect(eventually { agent.printed.contains("listening") })
    return agent
  }

  /// The states it was told, in order.
  private func states(_ agent: BackgroundProgram) throws -> [JSONValue] {
    try agent.printed.split(separator: "\n").filter { $0.hasPrefix("state ") }.map {
      try JSONValue.parse(String($0.dropFirst(6)))
    }
  }

  private func run(_ runtime: Runtime) -> Sandbox.Output {
    runtime.run("run --bundle \(runtime.bundle.directory) c")
  }

  @Test("answers a container's calls with errors and values", arguments: [false, true])
  func answers(noNewPrivileges: Bool) throws {
    let script = "mkdir /tmp/made; busybox id -u; ls /tmp; echo done"
    let runtime = try bundle(["/bin/sh", "-c", script]) { config, _ in
      var process = config["process"] ?? .null
      process["noNewPrivileges"] = .bool(noNewPrivileges)
      config["process"] = process
    }
    defer { runtime.close() }
    let agent = try agent(runtime, ["mkdir=-123", "mkdirat=-123", "getuid=42", "geteuid=42"])
    defer { agent.end() }
    let ran = run(runtime)
    #expect(ran.status == 0, "\(ran)")
    #expect(ran.errors.contains("No medium found"), "\(ran)")
    #expect(ran.lines.first == "42" && ran.lines.last == "done", "\(ran)")
    #expect(!ran.output.contains("made"))
    #expect(eventually { agent.printed.contains("end") })
    #expect(!agent.printed.contains("more than a state"))
  }

  @Test("is told the container's state, and of each process that exec adds") func states() throws {
    let runtime = try bundle(["/bin/sleep", "1000"])
    defer { runtime.close() }
    let agent = try agent(runtime, ["mkdir=-123", "mkdirat=-123"])
    defer { agent.end() }
    try #require(runtime.create.status == 0)
    let pid = try #require(runtime.state("pid")?.int)
    let told = try #require(try states(agent).first)
    #expect(told["ociVersion"]?.string?.hasPrefix("1.") ?? false)
    #expect(told["fds"] == ["seccompFd"] && told["pid"]?.int == pid)
    #expect(told["metadata"]?.string == "some: \"data\"")
    let state = told["state"]
    #expect(state?["id"] == "c" && state?["status"] == "creating" && state?["pid"]?.int == pid)
    #expect(state?["bundle"]?.string == runtime.bundle.directory)
    #expect(state?["annotations"] == ["org.dklab.test": "agent"])
    #expect(runtime.run("start c").status == 0)

    let executed = runtime.run("exec c", ["/bin/sh", "-c", "mkdir /tmp/made; echo $$"])
    #expect(executed.status == 0 && executed.errors.contains("No medium found"), "\(executed)")
    let all = try states(agent)
    try #require(all.count == 2, "\(agent.printed)")
    #expect(all[1]["state"]?["status"] == "running" && all[1]["state"]?["pid"]?.int == pid)
    #expect((all[1]["pid"]?.int ?? pid) != pid && all[1]["metadata"] == told["metadata"])
    #expect(eventually { agent.printed.contains("end") })
  }

  /// Whatever the filter asks about, the init process must not wait for an agent who has not been told.
  @Test("may be asked about every call but write") func everyCall() throws {
    let calls = [
      "read", "close", "openat", "brk", "mmap", "munmap", "mprotect", "futex", "rt_sigaction",
      "rt_sigprocmask", "sendto", "recvfrom", "recvmsg", "sendmsg", "accept", "accept4", "fcntl",
      "prctl", "chdir", "getcwd", "setgroups", "setresuid", "setresgid", "capset", "dup2", "fstat",
      "newfstatat", "faccessat", "faccessat2", "close_range", "execve",
    ]
    let runtime = try bundle(["/bin/sh", "-c", "echo done"], asking: calls)
    defer { runtime.close() }
    let agent = try agent(runtime)
    defer { agent.end() }
    let ran = run(runtime)
    #expect(ran.text == "done", "\(ran)\n\(agent.printed)")
    #expect(agent.printed.contains("call execve"))
  }

  @Test("that is not there: nothing is started, and nothing is left") func absent() throws {
    let runtime = try bundle(["/bin/sh", "-c", "echo started"])
    defer { runtime.close() }
    let ran = run(runtime)
    #expect(ran.status == 1 && ran.output.isEmpty, "\(ran)")
    #expect(ran.errors.contains("\(path(runtime)): ") && ran.errors.contains("ENOENT"), "\(ran)")
    #expect(runtime.create.status == 1)
    #expect(runtime.run("state c").errors.contains("does not exist"))
    #expect((try? Directory.list(runtime.root)) ?? [] == [])
  }

  @Test("that is gone: no exec, and calls of the container do not exist") func gone() throws {
    let script = "while ! mkdir /tmp/made 2>/tmp/e; do cat /tmp/e >&2; sleep 0.05; done"
    let runtime = try bundle(["/bin/sh", "-c", script])
    defer { runtime.close() }
    let agent = try agent(runtime, ["mkdir=-123", "mkdirat=-123"])
    defer { agent.end() }
    try #require(runtime.create.status == 0)
    #expect(runtime.run("start c").status == 0)
    #expect(eventually { agent.printed.contains("call mkdir") })
    agent.kill()
    let executed = runtime.run("exec c", ["/bin/true"])
    #expect(executed.status == 255 && executed.errors.contains("ECONNREFUSED"), "\(executed)")
    #expect(runtime.state("status") == "running")
    let file = "\(runtime.bundle.directory)/rootfs/tmp/e"
    #expect(
      eventually {
        ((try? File.text(file)) ?? "").contains("Function not implemented")
      })
  }

  @Test("is not asked by a filter without questions, and need not be there") func idle() throws {
    let runtime = try bundle(["/bin/sh", "-c", "mkdir /tmp/made && ls /tmp"]) { _, seccomp in
      seccomp["syscalls"] = []
      seccomp["flags"] = ["SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"]
    }
    defer { runtime.close() }
    let ran = run(runtime)
    #expect(ran.status == 0 && ran.lines.contains("made"), "\(ran)")
  }

  @Test(
    "works with the flags of a filter",
    arguments: [
      ["LOG", "SPEC_ALLOW"], ["TSYNC"], ["WAIT_KILLABLE_RECV", "TSYNC"],
    ])
  func flags(flags: [String]) throws {
    let runtime = try bundle(["/bin/sh", "-c", "mkdir /tmp/made; echo done"]) { _, seccomp in
      seccomp["flags"] = .array(flags.map { .string("SECCOMP_FILTER_FLAG_\($0)") })
    }
    defer { runtime.close() }
    let agent = try agent(runtime, ["mkdir=-123", "mkdirat=-123"])
    defer { agent.end() }
    let ran = run(runtime)
    #expect(ran.text == "done" && ran.errors.contains("No medium found"), "\(ran)")
  }

  @Test("gets no descriptor into the container's hooks and programs") func descriptors() throws {
    let script = "ls /proc/self/fd | tr '\\n' ' ' >>/tmp/descriptors"
    let runtime = try bundle(["/bin/sh", "-c", "\(script); cat /tmp/descriptors"]) { config, _ in
      config["hooks"] = [
        "startContainer": [["path": "/bin/sh", "args": ["sh", "-c", .string(script)]]]
      ]
    }
    defer { runtime.close() }
    let agent = try agent(runtime)
    defer { agent.end() }
    #expect(run(runtime).text == "0 1 2 3 0 1 2 3 ")
  }

  @Test("answers a container in a user namespace, also one of an ordinary user") func users() throws
  {
    let runtime = try bundle(["/bin/sh", "-c", "mkdir /tmp/made; echo done"])
    defer { runtime.close() }
    let agent = try agent(runtime, ["mkdir=-123", "mkdirat=-123"])
    defer { agent.end() }
    var config = try JSONValue.parse(try File.read("\(runtime.bundle.directory)/config.json"))
    var linux = config["linux"] ?? .null
    let ids: JSONValue = [["containerID": 0, "hostID": 54321, "size": 1]]
    let kinds = ["pid", "mount", "ipc", "uts", "user"]
    linux["namespaces"] = .array(kinds.map { ["type": .string($0)] })
    linux["uidMappings"] = ids
    linux["gidMappings"] = ids
    linux["resources"] = nil
    linux["cgroupsPath"] = nil
    config["linux"] = linux
    config["mounts"] = [
      ["destination": "/proc", "type": "proc", "source": "proc"],
      ["destination": "/dev", "type": "tmpfs", "source": "tmpfs"],
    ]
    try runtime.write(config)
    chown("\(runtime.bundle.directory)/rootfs/tmp", 54321, 54321)
    let asRoot = run(runtime)
    #expect(asRoot.text == "done" && asRoot.errors.contains("No medium found"), "\(asRoot)")
    let directory = runtime.bundle.directory
    let asUser = Sandbox.run(
      [
        "--reuid", "54321", "--regid", "54321", "--clear-groups", Sandbox.binary, "oci", "--root",
        "/tmp/dklab-agent-\(getpid())", "run", "--bundle", directory, "c",
      ], program: "/usr/bin/setpriv", environment: ["HOME": "/tmp", "XDG_RUNTIME_DIR": "/tmp"])
    try? Directory.removeTree("/tmp/dklab-agent-\(getpid())")
    #expect(asUser.text == "done" && asUser.errors.contains("No medium found"), "\(asUser)")
  }
}
