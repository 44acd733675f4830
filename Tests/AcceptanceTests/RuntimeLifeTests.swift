import Documents
import Glibc
import Linux
import Support
import Testing

/// `dklab oci`, verb by verb, as a caller of an OCI runtime uses it.
@Suite("The OCI runtime's verbs", .disabled(if: bundleObstacle != nil))
struct RuntimeLifeTests {
  /// A bundle of its own, and the runtime with a root of its own.
  final class Runtime {
    let bundle: BundleRun
    var root: String { "\(bundle.directory)/state" }

    init(_ program: [String]) throws {
      bundle = try BundleRun("default", runtime: "oci")
      var config = try JSONValue.parse(try File.read("\(bundle.directory)/config.in"))
      var process = config["process"] ?? .null
      process["args"] = .array(program.map { .string($0) })
      config["process"] = process
      try write(config)
    }

    func write(_ config: JSONValue) throws {
      try File.replace("\(bundle.directory)/config.json", config.text(), durable: false)
    }

    @discardableResult
    func run(_ line: String, _ more: [String] = [], input: String = "") -> Sandbox.Output {
      let words = line.split(separator: " ").map(String.init)
      return Sandbox.run(
        ["oci", "--root", root] + words + more, input: input, environment: ["DKLAB_LANG": "ko"])
    }

    /// A container keeps the streams it was created with: so they must not be the test's pipes.
    var create: Sandbox.Output {
      let errors = "\(bundle.directory)/errors"
      let line =
        "exec \(Sandbox.binary) oci --root \(root) create --bundle \(bundle.directory) c "
        + "</dev/null >/dev/null 2>\(errors)"
      var result = Sandbox.run(["-c", line], program: "/bin/sh", environment: [:])
      result.errors = (try? File.text(errors)) ?? ""
      return result
    }

    /// A field of the container's state.
    func state(_ field: String) -> JSONValue? {
      (try? JSONValue.parse(run("state c").output))?[field]
    }

    func close() {
      run("delete --force c")
      #expect((try? Directory.list(root)) ?? [] == [])
      for hierarchy in CgroupLayout.observe().hierarchies {
        #expect(!File.exists("\(hierarchy.base)/dklab-bundles/\(bundle.id)"))
      }
      bundle.remove()
    }
  }

  private static let sleeper = ["/bin/sleep", "1000"]

  @Test("a container whose record has not got its last name is being created")
  func creating() throws {
    let runtime = try Runtime(["/bin/busybox", "sleep", "100"])
    defer { runtime.close() }
    #expect(runtime.create.status == 0)
    let (ready, creating) = ("\(runtime.root)/c/state.json", "\(runtime.root)/c/creating.json")
    #expect(runtime.state("status") == "created" && !File.exists(creating))
    #expect(rename(ready, creating) == 0)
    #expect(runtime.state("status") == "creating")
    #expect(runtime.run("start c").errors.contains("being created"))
    #expect(runtime.run("delete c").status == 1)
    #expect(rename(creating, ready) == 0)
    // As earlier versions wrote it.
    var record = try JSONValue.parse(try File.read(ready))
    record["isReady"] = false
    try File.replace(ready, record.text(), durable: false)
    #expect(runtime.state("status") == "creating")
    record["isReady"] = true
    try File.replace(ready, record.text(), durable: false)
    #expect(runtime.run("start c").status == 0)
    #expect(runtime.state("status") == "running")
  }

  @Test("`run` whose program cannot be executed fails and leaves nothing")
  func notExecutable() throws {
    let runtime = try Runtime(["/tmp/data"])
    defer { runtime.close() }
    var config = try JSONValue.parse(try File.read("\(runtime.bundle.directory)/config.json"))
    let data = "\(runtime.bundle.directory)/data"
    try File.replace(data, "\u{1}not a program")
    chmod(data, 0o755)
    var mounts = config["mounts"]?.array ?? []
    mounts.append(
      ["destination": "/tmp/data", "type": "bind", "source": .string(data), "options": ["bind"]])
    config["mounts"] = .array(mounts)
    try runtime.write(config)
    let ran = runtime.run("run --bundle \(runtime.bundle.directory) c")
    #expect(ran.status != 0 && ran.errors.contains("exec"), "\(ran)")
    #expect(runtime.run("state c").status == 1)
  }

  @Test("a container is created, started, killed and deleted, and its state follows")
  func life() throws {
    let runtime = try Runtime(Self.sleeper)
    defer { runtime.close() }
    let created = runtime.create
    try #require(created.status == 0, "\(created)")
    #expect(runtime.state("status") == "created")
    let pid = runtime.state("pid")?.int ?? 0
    #expect(pid > 0)
    // What happens to the bundle now does not matter any more.
    try File.replace("\(runtime.bundle.directory)/config.json", "no json", durable: false)
    #expect(runtime.run("start c").status == 0)
    #expect(runtime.state("status") == "running")
    #expect(runtime.state("pid")?.int == pid)
    #expect((try? File.text("/proc/\(pid)/comm")) == "sleep\n")
    #expect(runtime.run("delete c").status == 1)
    #expect(runtime.run("kill c KILL").status == 0)
    #expect(eventually { runtime.state("status") == "stopped" })
    #expect(runtime.state("pid")?.int == 0)
    #expect(runtime.run("delete c").status == 0)
    #expect(runtime.run("state c").status == 1)
  }

  @Test("errors have the words that podman and containerd look for, in English")
  func words() throws {
    let runtime = try Runtime(["/bin/true"])
    defer { runtime.close() }
    #expect(runtime.run("state c").errors.contains("does not exist"))
    #expect(runtime.run("delete c").errors.contains("does not exist"))
    #expect(runtime.run("delete --force c").status == 0)
    #expect(runtime.create.status == 0)
    #expect(runtime.create.errors.contains("already exists"))
    #expect(runtime.run("start c").status == 0)
    #expect(eventually { runtime.state("status") == "stopped" })
    #expect(runtime.run("kill c TERM").errors.contains("container not running"))
    #expect(runtime.run("start c").errors.contains("cannot start a container that has stopped"))
    #expect(runtime.run("exec c true").errors.contains("container not running"))
  }

  @Test("a program that is missing fails the creation, and nothing is left")
  func missing() throws {
    let runtime = try Runtime(["/no/such/program"])
    defer { runtime.close() }
    let log = "\(runtime.bundle.directory)/log.json"
    let result = Sandbox.run(
      [
        "oci", "--root", runtime.root, "--log", log, "--log-format", "json", "create", "--bundle",
        runtime.bundle.directory, "c",
      ], environment: [:])
    #expect(result.status == 1)
    #expect(result.errors.contains("no such file or directory"))
    let last = try File.text(log).split(separator: "\n").last.map(String.init) ?? ""
    let entry = try JSONValue.parse(last)
    #expect(entry["level"] == "error")
    #expect(entry["msg"]?.string?.contains("/no/such/program") ?? false)
    #expect((try? Directory.list(runtime.root)) == [])
  }

  @Test("the kill of a creator leaves no half-made container behind in the way")
  func interrupted() throws {
    let runtime = try Runtime(Self.sleeper)
    defer { runtime.close() }
    try Directory.make("\(runtime.root)/c")
    #expect(runtime.create.status == 1)
    #expect(runtime.run("delete --force c").status == 0)
    #expect(runtime.create.status == 0)
  }

  @Test("of several who start a container at once, one succeeds") func race() throws {
    let runtime = try Runtime(Self.sleeper)
    defer { runtime.close() }
    #expect(runtime.create.status == 0)
    let binary = Sandbox.binary
    let script =
      "for i in 1 2 3 4 5 6; do (\(binary) oci --root \(runtime.root) start c 2>/dev/null "
      + "&& echo started) & done; wait"
    let result = Sandbox.run(["-c", script], program: "/bin/sh", environment: [:])
    #expect(result.lines == ["started"], "\(result)")
  }

  @Test("processes are added, listed, paused and limited") func running() throws {
    let runtime = try Runtime(Self.sleeper)
    defer { runtime.close() }
    #expect(runtime.create.status == 0)
    #expect(runtime.run("start c").status == 0)
    let script = "echo $A; id -u; pwd; exit 5"
    let result = runtime.run(
      "exec -e A=b --user 7:8 --cwd /tmp c", ["sh", "-c", script])
    #expect(result.status == 5 && result.lines == ["b", "7", "/tmp"], "\(result)")
    let replaced = runtime.run("exec -e PATH=/nowhere c /bin/env")
    #expect(replaced.lines.filter { $0.hasPrefix("PATH=") } == ["PATH=/nowhere"], "\(replaced)")
    #expect(runtime.run("exec c", ["/no/such"]).status == 127)
    #expect(runtime.run("exec c", ["cat"], input: "through").text == "through")
    let pids = try JSONValue.parse(runtime.run("ps -f json c").output).array ?? []
    #expect(pids.count == 1)
    #expect(runtime.run("ps c").lines.count == 2)
    #expect(runtime.run("list -q").lines == ["c"])
    #expect(runtime.run("pause c").status == 0)
    #expect(runtime.state("status") == "paused")
    #expect(runtime.run("exec c", ["true"]).errors.contains("paused"))
    #expect(runtime.run("pause c").status == 1)
    #expect(runtime.run("resume c").status == 0)
    let stats = try JSONValue.parse(runtime.run("events --stats c").output)
    #expect(stats["data"]?["pids"]?["current"]?.int == 1, "\(stats)")
    #expect(runtime.run("update -r - c", input: #"{"pids": {"limit": 33}}"#).status == 0)
    #expect(
      try JSONValue.parse(runtime.run("events --stats c").output)["data"]?["pids"]?["limit"] == 33)
  }

  @Test("exec runs on the processors it is told, and names a list that is none")
  func processors() throws {
    let runtime = try Runtime(Self.sleeper)
    defer { runtime.close() }
    #expect(runtime.create.status == 0)
    #expect(runtime.run("start c").status == 0)
    let file = "\(runtime.bundle.directory)/process.json"
    func run(_ affinity: String) throws -> Sandbox.Output {
      let process =
        #"{"args": ["grep", "Cpus_allowed_list", "/proc/self/status"], "cwd": "/", "#
        + #""env": ["PATH=/bin"], "user": {"uid": 0, "gid": 0}, "execCPUAffinity": \#(affinity)}"#
      try File.replace(file, process, durable: false)
      return runtime.run("exec --process", [file, "c"])
    }
    #expect(try run(#"{"initial": "0", "final": "0"}"#).text.hasSuffix("\t0"))
    let bad = try run(#"{"final": "1-0"}"#)
    #expect(bad.status != 0 && bad.errors.contains("execCPUAffinity.final: \"1-0\""), "\(bad)")
    let missing = try run(#"{"final": "1000"}"#)
    #expect(missing.status != 0 && missing.errors.contains("sched_setaffinity"), "\(missing)")
  }

  @Test(
    "a memory limit below what is in use is refused when a check is asked for",
    .enabled(if: CgroupLayout.observe().hierarchies.contains { $0.controllers.contains("memory") }))
  func memoryCheck() throws {
    let runtime = try Runtime(Self.sleeper)
    defer { runtime.close() }
    #expect(runtime.create.status == 0)
    #expect(runtime.run("start c").status == 0)
    let limits = #"{"memory": {"limit": 4096, "checkBeforeUpdate": true}}"#
    let refused = runtime.run("update -r - c", input: limits)
    #expect(refused.status == 1 && refused.errors.contains("rejecting memory limit 4096"))
    #expect(runtime.state("status") == "running")
  }

  @Test("a further process is judged as the first one is") func refusedProcesses() throws {
    let runtime = try Runtime(Self.sleeper)
    defer { runtime.close() }
    #expect(runtime.create.status == 0)
    #expect(runtime.run("start c").status == 0)
    let file = "\(runtime.bundle.directory)/process.json"
    let cases = [
      (#""cwd": "tmp""#, "process.cwd: must be an absolute path"),
      (#""cwd": "/", "user": {"uid": 4294967295}"#, "process.user.uid: 4294967295"),
      (#""cwd": "/", "scheduler": {"policy": "SCHED_NONE"}"#, "process.scheduler: unknown policy"),
      (#""cwd": "/", "rlimits": [{"type": "RLIMIT_NONE", "soft": 1, "hard": 1}]"#, "RLIMIT_NONE"),
      (
        #""cwd": "/", "rlimits": [{"type": "RLIMIT_NOFILE", "soft": 4294967296, "hard": 4294967296}]"#,
        "setrlimit: RLIMIT_NOFILE"
      ),
    ]
    for (fields, message) in cases {
      try File.replace(file, #"{"args": ["/bin/id"], \#(fields)}"#, durable: false)
      let result = runtime.run("exec --process", [file, "c"])
      #expect(result.status != 0 && result.output.isEmpty, "\(fields): \(result)")
      #expect(result.errors.contains(message), "\(fields): \(result)")
    }
    for line in ["exec --cwd tmp c /bin/pwd", "exec --user 4294967295 c /bin/id"] {
      let result = runtime.run(line)
      #expect(result.status != 0 && result.output.isEmpty, "\(line): \(result)")
    }
  }

  @Test("no descriptor of the caller's is a working directory (CVE-2024-21626)")
  func descriptorAsDirectory() throws {
    let runtime = try Runtime(Self.sleeper)
    defer { runtime.close() }
    #expect(runtime.create.status == 0)
    #expect(runtime.run("start c").status == 0)
    let directory = runtime.bundle.directory
    try File.replace("\(directory)/secret", "secret of the host\n", durable: false)
    let oci = "\(Sandbox.binary) oci --root \(runtime.root)"
    let open = "cd \(directory); exec 3<. 4<. 5<. 6<. 7<."
    var config = try JSONValue.parse(try File.read("\(directory)/config.json"))
    for number in 3...14 {
      let place = "/proc/self/fd/\(number)"
      let words = "/bin/cat secret ../secret"
      var process = config["process"] ?? .null
      process["cwd"] = .string(place)
      process["args"] = ["/bin/cat", "secret", "../secret"]
      config["process"] = process
      try File.replace("\(directory)/config.json", config.text(), durable: false)
      for line in [
        "exec --cwd \(place) c \(words)", "exec --preserve-fds 5 --cwd \(place) c \(words)",
        "run --bundle . d", "run --preserve-fds 5 --bundle . d",
      ] {
        let result = Sandbox.run(
          ["-c", "\(open); exec \(oci) \(line)"], program: "/bin/sh", environment: [:])
        // What is open at that moment may well be the container's own root.
        #expect(!result.output.contains("host"), "\(line): \(result)")
      }
    }
  }

  @Test("signal 0 asks whether there is somebody") func probingSignal() throws {
    let runtime = try Runtime(Self.sleeper)
    defer { runtime.close() }
    #expect(runtime.create.status == 0)
    #expect(runtime.run("start c").status == 0)
    #expect(runtime.run("kill c 0").status == 0)
    #expect(runtime.state("status") == "running")
    #expect(runtime.run("kill c KILL").status == 0)
    #expect(eventually { runtime.state("status") == "stopped" })
    #expect(runtime.run("kill c 0").errors.contains("container not running"))
  }

  @Test("a control group that somebody is in is not taken, and they live") func occupiedGroup()
    throws
  {
    let first = try Runtime(Self.sleeper)
    defer { first.close() }
    #expect(first.create.status == 0)
    let second = try Runtime(Self.sleeper)
    defer { second.close() }
    var config = try JSONValue.parse(try File.read("\(second.bundle.directory)/config.json"))
    var linux = config["linux"] ?? .null
    linux["cgroupsPath"] = .string("/dklab-bundles/\(first.bundle.id)")
    config["linux"] = linux
    try second.write(config)
    let refused = second.create
    #expect(refused.status == 1, "\(refused)")
    #expect(refused.errors.contains("linux.cgroupsPath"), "\(refused)")
    #expect(first.state("status") == "created")
  }

  @Test("the specification may have another name than config.json") func otherName() throws {
    let runtime = try Runtime(["/bin/hostname"])
    defer { runtime.close() }
    var config = try JSONValue.parse(try File.read("\(runtime.bundle.directory)/config.json"))
    var process = config["process"] ?? .null
    process["args"] = ["/bin/sh", "-c", "echo other"]
    config["process"] = process
    try File.replace("\(runtime.bundle.directory)/other.json", config.text(), durable: false)
    let directory = runtime.bundle.directory
    #expect(
      runtime.run("run --bundle \(directory) --config other.json c").text == "other")
    let missing = runtime.run("run --bundle \(directory) --config none.json c")
    #expect(missing.status == 1 && missing.errors.contains("none.json"), "\(missing)")
  }

  @Test("descriptors are passed on only when that is asked for") func descriptors() throws {
    let runtime = try Runtime(["/bin/sh", "-c", "ls /proc/self/fd | tr '\\n' ' '; cat <&4 2>&1"])
    defer { runtime.close() }
    let line =
      "\(Sandbox.binary) oci --root \(runtime.root) run --bundle \(runtime.bundle.directory)"
    func shell(_ flags: String) -> Sandbox.Output {
      Sandbox.run(
        [
          "-c",
          "echo in >/tmp/\(runtime.bundle.id); exec 3</dev/null 4</tmp/\(runtime.bundle.id) 5</dev/null; \(line) \(flags) c",
        ],
        program: "/bin/sh", environment: [:])
    }
    defer { unlink("/tmp/\(runtime.bundle.id)") }
    #expect(shell("--preserve-fds 2").text.contains("in"))
    #expect(!shell("").text.contains("in"))
    #expect(shell("--preserve-fds 9").status == 1)
  }

  @Test("spec writes a bundle that runs, and never over one that is there") func spec() throws {
    let runtime = try Runtime(Self.sleeper)
    defer { runtime.close() }
    let path = "\(runtime.bundle.directory)/config.json"
    #expect(runtime.run("spec --bundle", [runtime.bundle.directory]).status == 1)
    unlink(path)
    #expect(runtime.run("spec --bundle", [runtime.bundle.directory]).status == 0)
    var config = try JSONValue.parse(try File.read(path))
    #expect(config["process"]?["terminal"] == true)
    var process = config["process"] ?? .null
    process["terminal"] = false
    process["args"] = ["hostname"]
    config["process"] = process
    try runtime.write(config)
    #expect(runtime.run("run --bundle", [runtime.bundle.directory, "c"]).text == "dklab")
  }

  @Test("the binary a process of a container was started from cannot be written")
  func executable() throws {
    let runtime = try Runtime(Self.sleeper)
    defer { runtime.close() }
    #expect(runtime.create.status == 0)
    let pid = runtime.state("pid")?.int ?? 0
    #expect(throws: SyscallError.self) {
      _ = try FileDescriptor.open("/proc/\(pid)/exe", O_WRONLY)
    }
  }
}
