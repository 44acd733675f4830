import Glibc
import Linux
import Testing

/// Those who call OCI runtimes for a living, calling this one.
@Suite("podman and dockerd with this runtime", .serialized)
struct ForeignCallerTests {
  /// What both must be able to do.
  private func common(_ caller: ForeignCaller) throws {
    #expect(caller.start(["--rm"], ["sh", "-c", "exit 7"]).status == 7)
    let missing = caller.start(["--rm"], ["/no/such"])
    #expect(missing.status == 127, "\(missing)")
    #expect(caller.start(["--rm", "-i"], ["cat"], input: "through").text == "through")
    let user = caller.start(["--rm", "--user", "1000:1001"], ["sh", "-c", "id -u; id -g"])
    #expect(user.lines == ["1000", "1001"], "\(user)")
    // podman may leave before the last words of a very short run have reached it, with any runtime.
    let typed = caller.onTerminal("sh -c 'tty; sleep 1; exit 6'")
    #expect(typed.output.contains("/dev/pts/0") && typed.status == 6, "\(typed)")

    let script = "trap 'exit 3' TERM; while :; do sleep 0.1; done"
    let limits = ["--memory", "64m", "--pids-limit", "50", "--hostname", "other", "-e", "A=b"]
    let started = caller.start(["-d", "--name", "first"] + limits, ["sh", "-c", script])
    try #require(started.status == 0, "\(started)")
    let inside = caller.run(
      [
        "exec", "first", "sh", "-c",
        "echo $A; hostname; cat /sys/fs/cgroup/memory/memory.limit_in_bytes; exit 4",
      ])
    #expect(inside.status == 4 && inside.lines.starts(with: ["b", "other"]), "\(inside)")
    if CgroupLayout.observe().kind != .v2 { #expect(inside.lines.last == "67108864") }
    #expect(caller.run(["exec", "first", "/no/such"]).status != 0)
    #expect(caller.run(["exec", "-d", "first", "sleep", "1000"]).status == 0)
    #expect(caller.run(["pause", "first"]).status == 0)
    let shown = caller.run(["ps", "-a", "--format", "{{.Status}}"]).text.lowercased()
    #expect(shown.contains("paused"))
    #expect(caller.run(["exec", "first", "true"]).status != 0)
    #expect(caller.run(["unpause", "first"]).status == 0)
    #expect(caller.run(["stop", "-t", "20", "first"]).status == 0)
    let status = ["inspect", "-f", "{{.State.Status}} {{.State.ExitCode}}", "first"]
    #expect(caller.run(status).text == "exited 3", "\(caller.run(status))")
    #expect(caller.run(["start", "first"]).status == 0)
    #expect(caller.run(["kill", "-s", "KILL", "first"]).status == 0)
    #expect(caller.run(["wait", "first"]).text == "137")
    #expect(caller.run(["rm", "first"]).status == 0)
  }

  @Test(
    "podman runs, executes, pauses, stops and removes containers, alone and in pods",
    .disabled(if: isMissing(["podman", "conmon", "script"])))
  func podman() throws {
    let caller = try ForeignCaller.podman()
    defer { caller.close() }
    try common(caller)

    #expect(caller.run(["pod", "create", "--name", "p", "--network", "none"]).status == 0)
    let inPod = caller.run(["run", "-d", "--pod", "p", "--name", "b", "bb:latest", "sleep", "1000"])
    #expect(inPod.status == 0, "\(inPod)")
    #expect(caller.run(["exec", "b", "ps"]).text.contains("sleep 1000"))
    #expect(caller.run(["pod", "rm", "-f", "-t", "0", "p"]).status == 0)

    let health = ["--health-cmd", "/bin/true", "--health-interval", "disable"]
    #expect(caller.start(["-d", "--name", "h"] + health, ["sleep", "1000"]).status == 0)
    #expect(caller.run(["healthcheck", "run", "h"]).status == 0)
    #expect(
      caller.run(["inspect", "-f", "{{.State.Health.Status}}", "h"]).text == "healthy")
    #expect(caller.run(["rm", "-f", "-t", "0", "h"]).status == 0)

    #expect(
      caller.start(["--rm", "--init"], ["ps"]).lines.first { $0.hasPrefix("    1") }?
        .contains("init") ?? false)
    let privileged = caller.start(
      ["--rm", "--privileged"], ["grep", "CapEff", "/proc/self/status"])
    let own = try File.text("/proc/self/status").split(separator: "\n")
      .first { $0.hasPrefix("CapEff") }
    #expect(privileged.text == own.map(String.init), "\(privileged)")
    let loopback = caller.start(["--rm"], ["cat", "/sys/class/net/lo/flags"])
    #expect(loopback.text == "0x9", "\(loopback)")
    #expect(caller.run(["create", "--name", "early", "bb:latest", "true"]).status == 0)
    #expect(caller.run(["init", "early"]).status == 0)
    #expect(caller.run(["rm", "-f", "early"]).status == 0)

    let mapped = caller.start(
      ["--rm", "--uidmap", "0:100000:1000", "--gidmap", "0:100000:1000"],
      ["sh", "-c", "id -u; cat /proc/self/uid_map"])
    #expect(mapped.text.contains("100000"), "\(mapped)")
  }

  @Test(
    "dockerd runs, executes, pauses, stops, limits and removes containers",
    .disabled(if: isMissing(["dockerd", "containerd", "docker", "script"])))
  func dockerd() throws {
    let caller = try ForeignCaller.dockerd()
    defer { caller.close() }
    try common(caller)

    #expect(caller.start(["-d", "--name", "second"], ["sleep", "1000"]).status == 0)
    #expect(
      caller.run(["update", "--memory", "100m", "--memory-swap", "200m", "second"]).status == 0)
    if CgroupLayout.observe().kind != .v2 {
      let file = "/sys/fs/cgroup/memory/memory.limit_in_bytes"
      #expect(caller.run(["exec", "second", "cat", file]).text == "104857600")
    }
    for limit in ["200m", "40m"] {
      let words = ["update", "--memory", limit, "--memory-swap", limit, "--cpus", "0.7", "second"]
      #expect(caller.run(words).status == 0)
    }
    let used = caller.run(["stats", "--no-stream", "--format", "{{.PIDs}}", "second"])
    #expect(used.text == "1", "\(used)")
    let enclosed = caller.start(
      ["--rm", "--user", "1000", "--workdir", "/root"],
      ["sh", "-c", "pwd; cat /sys/class/net/lo/flags"])
    #expect(enclosed.lines == ["/root", "0x9"], "\(enclosed)")
    #expect(caller.run(["top", "second"]).text.contains("sleep 1000"))
    #expect(caller.run(["rm", "-f", "second"]).status == 0)

    let memory = ["--memory", "20m", "--memory-swap", "20m", "--name", "third"]
    let full = "x=$(head -c 100000000 /dev/zero | tr '\\0' x); exit 9"
    #expect(caller.start(memory, ["sh", "-c", full]).status == 137)
    // dockerd hears of it on another way than of the end.
    #expect(
      eventually { caller.run(["inspect", "-f", "{{.State.OOMKilled}}", "third"]).text == "true" })
  }
}

/// Whether one of `programs` is not there, or bundles cannot be run at all.
private func isMissing(_ programs: [String]) -> Bool {
  bundleObstacle != nil || programs.contains { ChildProgram.find($0) == nil }
}
