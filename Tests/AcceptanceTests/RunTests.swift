import Glibc
import Linux
import Testing

@Suite("dklab run", .serialized, .enabled(if: containerObstacle == nil, "needs root"))
struct RunTests {
  let sandbox: Sandbox

  init() throws {
    sandbox = try Sandbox()
  }

  @Test("the program's output, errors and status are the command's own") func streams() {
    defer { sandbox.close() }
    let result = sandbox.run(["run", "busybox", "sh", "-c", "echo out; echo err >&2; exit 7"])
    #expect(result.status == 7)
    #expect(result.output == "out\n")
    #expect(result.errors.hasSuffix("err\n"))
  }

  @Test("it is process 1 with a host name of its own, on a kernel that is the host's")
  func isolation() {
    defer { sandbox.close() }
    let result = sandbox.run([
      "run", "--name", "one", "busybox", "sh", "-c", "echo $$; hostname; uname -r",
    ])
    #expect(result.lines.count == 3)
    #expect(result.lines.first == "1")
    let id = sandbox.run("inspect -f {{.Id}} one").text
    #expect(result.lines[1] == id.prefix(12))
    var info = utsname()
    uname(&info)
    let release = withUnsafeBytes(of: &info.release) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    #expect(result.lines[2] == release)
  }

  @Test("stdin reaches the program with -i and ends when it ends") func stdin() {
    defer { sandbox.close() }
    let text = String(repeating: "0123456789abcdef\n", count: 20_000)
    let result = sandbox.run(["run", "-i", "--rm", "busybox", "md5sum"], input: text)
    let host = Sandbox.run(["-c", "md5sum"], program: "/bin/sh", input: text, environment: [:])
    #expect(result.output == host.output)
    let without = sandbox.run(["run", "--rm", "busybox", "cat"], input: "unseen")
    #expect(without.output == "" && without.status == 0)
  }

  @Test("a layer that is thrown away with its container does not have to reach the disk first")
  func volatile() {
    defer { sandbox.close() }
    let look = ["busybox", "sh", "-c", "echo kept > /f; grep '^overlay / ' /proc/mounts"]
    #expect(sandbox.run(["run", "--rm"] + look).output.contains("volatile"))
    let kept = sandbox.run(["run", "--name", "kept"] + look)
    #expect(kept.output.hasPrefix("overlay / ") && !kept.output.contains("volatile"))
    // As often as one likes, and looked at in between.
    #expect(sandbox.run("start -a kept").output.hasPrefix("overlay / "))
    #expect(sandbox.run("diff kept").lines.contains("A /f"))
    // What is copied into a container before its only start is there.
    sandbox.run("create --rm --name filled busybox cat /etc/given")
    #expect(sandbox.run("cp /etc/passwd filled:/etc/given").status == 0)
    #expect(sandbox.run("cp /etc/passwd filled:/etc/again").status == 0)
    #expect(sandbox.run("start -a filled").output.hasPrefix("root:"))
    #expect(sandbox.run("ps -aq --filter name=filled").text == "")
  }

  /// The mount namespaces that the monitor of the container `name` holds besides its own.
  private func heldMounts(_ name: String) -> [String] {
    let id = sandbox.run(["inspect", "-f", "{{.Id}}", name]).text
    let monitor = ((try? Directory.list("/proc")) ?? []).first { process in
      let line = (try? File.text("/proc/\(process)/cmdline")) ?? ""
      return !id.isEmpty && line.contains("__monitor") && line.contains(id)
    }
    guard let monitor else { return [] }
    return ((try? Directory.list("/proc/\(monitor)/fd")) ?? [])
      .compactMap { try? File.link("/proc/\(monitor)/fd/\($0)") }.filter { $0.hasPrefix("mnt:") }
  }

  @Test("a container's end does not wait for its layer, and each further start has all of it")
  func end() throws {
    defer { sandbox.close() }
    sandbox.run("run -d --name stays busybox sleep 1000")
    let pid = sandbox.run("inspect -f {{.State.Pid}} stays").text
    #expect(heldMounts("stays") == [try File.link("/proc/\(pid)/ns/mnt")])
    sandbox.run("run -d --rm --name goes busybox sleep 1000")
    #expect(sandbox.run("ps -q --filter name=goes").lines.count == 1)
    #expect(heldMounts("goes") == [], "nothing of it goes to the disk")
    sandbox.run(["create", "--name", "again", "busybox", "sh", "-c", "echo >> /n; wc -l < /n"])
    for time in 1...6 { #expect(sandbox.run("start -a again").text == "\(time)") }
    #expect(sandbox.run("rm again").status == 0)
    let line = "echo >> /n; sleep 0.2"
    sandbox.run(["run", "-d", "--restart", "always", "--name", "loop", "busybox", "sh", "-c", line])
    let hasRestarted = eventually {
      Int(sandbox.run("inspect -f {{.RestartCount}} loop").text) ?? 0 > 1
    }
    #expect(hasRestarted && heldMounts("loop").count <= 1, "an earlier one was not let go")
    #expect(sandbox.run("rm -f stays goes loop").status == 0)
  }

  @Test("a missing command is 127, one that cannot be executed 126, an error of ours 125")
  func statuses() {
    defer { sandbox.close() }
    let missing = sandbox.run("run --rm busybox nosuchprogram")
    #expect(missing.status == 127 && missing.errors.contains("nosuchprogram"))
    #expect(missing.errors.contains("not found"))
    #expect(sandbox.run("run --rm busybox /etc/passwd").status == 126)
    #expect(sandbox.run("run --rm busybox /etc").status == 126)
    #expect(sandbox.run("run --rm no-such-image true").status == 125)
    #expect(sandbox.run("run --nosuchflag busybox true").status == 125)
    #expect(sandbox.run("run --rm -m 1kb busybox true").status == 125)
  }

  @Test("a failed launch leaves a record that says why, and --rm leaves none") func failedLaunch() {
    defer { sandbox.close() }
    #expect(sandbox.run("run --name bad busybox nosuchprogram").status == 127)
    let state = sandbox.run([
      "inspect", "-f", "{{.State.Status}} {{.State.ExitCode}} {{.State.Error}}", "bad",
    ])
    #expect(state.output.hasPrefix("created 127 ") && state.output.contains("nosuchprogram"))
    sandbox.run("run --rm --name gone busybox nosuchprogram")
    #expect(sandbox.run("inspect gone").status == 1)
  }

  @Test("a name can be used once, and again after rm") func names() {
    defer { sandbox.close() }
    #expect(sandbox.run("run -d --name web busybox sleep 100").status == 0)
    let second = sandbox.run("run -d --name web busybox sleep 100")
    #expect(second.status == 125 && second.errors.contains("already in use"))
    #expect(sandbox.run("ps -aq").lines.count == 1, "the refused one left no record")
    #expect(sandbox.run("rm web").status == 1, "a running container is not removed")
    #expect(sandbox.run("rm -f web").text == "web")
    #expect(sandbox.run("run -d --name web busybox sleep 100").status == 0)
  }

  @Test("a detached container outlives its command, keeps its log and its layer") func detached() {
    defer { sandbox.close() }
    let id = sandbox.run([
      "run", "-d", "--name", "dd1", "busybox", "sh", "-c", "echo hello; echo token > /f; sleep 100",
    ]).text
    #expect(id.count == 64)
    #expect(eventually { sandbox.run("logs dd1").output == "hello\n" })
    #expect(sandbox.run("stop -t 1 dd1").status == 0)
    #expect(sandbox.run("start dd1").status == 0)
    #expect(sandbox.run("exec dd1 cat /f").text == "token", "stop keeps the writable layer")
    sandbox.run("rm -f dd1")
    #expect(sandbox.run("run --name dd1 busybox cat /f").status == 1, "rm loses it")
  }

  @Test("environment, directory, user, host name and entry point are what was asked for")
  func flags() {
    defer { sandbox.close() }
    let result = sandbox.run([
      "run", "--rm", "-e", "A=1", "-e", "B", "-w", "/made/up", "-u", "1009", "--hostname", "box",
      "--entrypoint", "sh", "busybox", "-c", "echo $A:$B:$PWD:$(id -u):$(id -g):$(hostname)",
    ])
    #expect(result.text == "1::/made/up:1009:0:box")
  }

  @Test("--read-only protects the layer, --tmpfs gives room") func readOnly() {
    defer { sandbox.close() }
    let result = sandbox.run([
      "run", "--rm", "--read-only", "--tmpfs", "/scratch:size=1m", "busybox", "sh", "-c",
      "touch /x 2>/dev/null && echo wrote; touch /scratch/x && echo scratch; "
        + "grep -c 'size=1024k' /proc/mounts",
    ])
    #expect(result.text == "scratch\n1")
  }

  @Test("capabilities, seccomp and no-new-privileges are in force, and --privileged lifts them")
  func privileges() {
    defer { sandbox.close() }
    func status(_ flags: [String]) -> [String: String] {
      var fields: [String: String] = [:]
      for line in sandbox.run(["run", "--rm"] + flags + ["busybox", "cat", "/proc/self/status"])
        .lines
      {
        let parts = line.split(separator: ":", maxSplits: 1)
        if parts.count == 2 { fields[String(parts[0])] = parts[1].filter { !$0.isWhitespace } }
      }
      return fields
    }
    let standard = status([])
    #expect(standard["CapEff"] == "00000000a80425fb" && standard["CapBnd"] == "00000000a80425fb")
    #expect(standard["Seccomp"] == "2" && standard["NoNewPrivs"] == "0")
    let tight = status([
      "--cap-drop", "ALL", "--cap-add", "chown", "--security-opt", "no-new-privileges",
    ])
    #expect(tight["CapEff"] == "0000000000000001" && tight["NoNewPrivs"] == "1")
    let wide = status(["--privileged"])
    #expect(wide["Seccomp"] == "0" && wide["CapEff"] != standard["CapEff"])
    #expect(status(["--security-opt", "seccomp=unconfined"])["Seccomp"] == "0")
    #expect(
      sandbox.run(["run", "--rm", "--cap-drop", "CHOWN", "busybox", "chown", "1", "/tmp"]).status
        == 1)
    #expect(sandbox.run(["run", "--rm", "busybox", "unshare", "-U", "true"]).status != 0)
  }

  @Test("a seccomp profile that would ask an agent is refused") func agent() throws {
    defer { sandbox.close() }
    let profile = "/tmp/\(sandbox.instance).json"
    let rule = #"{"name": "mkdir", "action": "SCMP_ACT_NOTIFY"}"#
    try File.replace(profile, #"{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [\#(rule)]}"#)
    defer { unlink(profile) }
    let ran = sandbox.run("run --rm --security-opt seccomp=\(profile) busybox true")
    #expect(ran.status == 125 && ran.errors.contains("SCMP_ACT_NOTIFY"), "\(ran)")
  }

  @Test("what tells of the host is hidden, what belongs to the kernel is read-only") func masks() {
    defer { sandbox.close() }
    let result = sandbox.run([
      "run", "--rm", "busybox", "sh", "-c",
      "cat /proc/kcore 2>/dev/null | wc -c; cat /proc/keys 2>/dev/null | wc -c; ls /sys/firmware | wc -l; "
        + "echo 1 > /proc/sys/kernel/domainname 2>/dev/null || echo ro; "
        + "echo b > /proc/sysrq-trigger 2>/dev/null || echo ro",
    ])
    #expect(result.lines == ["0", "0", "0", "ro", "ro"])
  }

  @Test("--init reaps orphans and passes signals on") func initProcess() {
    defer { sandbox.close() }
    sandbox.run([
      "run", "-d", "--init", "--name", "ii1", "busybox", "sh", "-c",
      "trap 'exit 42' TERM; (sleep 0.1 & ) ; while :; do sleep 0.1; done",
    ])
    #expect(sandbox.run("exec ii1 sh -c :").status == 0)
    let zombies = sandbox.run([
      "exec", "ii1", "sh", "-c", "sleep 0.5; grep -l '^State:.*Z' /proc/[0-9]*/status | wc -l",
    ])
    #expect(zombies.text == "0")
    #expect(sandbox.run("stop -t 10 ii1").status == 0)
    #expect(sandbox.run("inspect -f {{.State.ExitCode}} ii1").text == "42")
  }

  @Test("--memory, --pids-limit and --cpus arrive in the control group") func limits() {
    defer { sandbox.close() }
    let memory = sandbox.run([
      "run", "--rm", "--memory", "32m", "busybox", "sh", "-c",
      "cat /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/memory.max 2>/dev/null",
    ])
    #expect(memory.text == "33554432")
    let killed = sandbox.run([
      "run", "--name", "oom", "--memory", "16m", "busybox", "sh", "-c",
      "tail /dev/zero",
    ])
    #expect(killed.status == 137)
    #expect(sandbox.run("inspect -f {{.State.OOMKilled}} oom").text == "true")
    let bomb = sandbox.run([
      "run", "--rm", "--pids-limit", "10", "busybox", "sh", "-c",
      "for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do sleep 1 & done; wait",
    ])
    #expect(bomb.errors.contains("fork"))
  }

  @Test("what names a container that is not there is refused when it is made, in dockerd's words")
  func references() {
    defer { sandbox.close() }
    for (flags, message) in [
      ("--pid container:nosuch", "No such container: nosuch"),
      ("--ipc container:nosuch", "No such container: nosuch"),
      ("--volumes-from nosuch", "No such container: nosuch"),
      ("--link nosuch:db", "could not get container for nosuch: No such container: nosuch"),
      ("--link a:b:c", "bad format for links: a:b:c"),
    ] {
      let create = sandbox.run("create \(flags) busybox true")
      #expect(create.status == 1 && create.errors.contains(message), "\(create)")
      let run = sandbox.run("run --rm \(flags) busybox true")
      #expect(run.status == 125 && run.errors.contains(message), "\(run)")
    }
    let late = sandbox.run("create --network container:nosuch busybox true")
    #expect(late.status == 0, "\(late)")
    let started = sandbox.run("run --rm --network container:nosuch busybox true")
    #expect(
      started.status == 125 && started.errors.contains("No such container: nosuch"), "\(started)")
    #expect(sandbox.run("create --userns foo busybox").status == 125)
    sandbox.run(["rm", late.text])
    #expect(sandbox.run("ps -aq").text == "")
  }

  @Test("a container for another platform, or with a disk that is not there, is refused by name")
  func strangers() {
    defer { sandbox.close() }
    sandbox.run("pull busybox")
    let other = sandbox.run("run --rm --pull never --platform linux/s390x busybox true")
    #expect(other.status == 125 && other.errors.contains("wanted linux/s390x"), "\(other)")
    let disk = sandbox.run("run --rm --device-read-bps /dev/nosuch:1mb busybox true")
    #expect(disk.status == 125 && disk.errors.contains("/dev/nosuch"), "\(disk)")
    #expect(sandbox.run("ps -aq").text == "")
  }

  @Test("a device may be opened that a rule allows") func deviceRules() {
    defer { sandbox.close() }
    // The console of the kernel's log: nothing that the list has anyway.
    let open = "mknod /log c 1 11 && : < /log && echo opened"
    let command = ["--cap-add", "SYSLOG", "busybox", "sh", "-c", open]
    let refused = sandbox.run(["run", "--rm"] + command)
    #expect(refused.status != 0 && !refused.output.contains("opened"), "\(refused)")
    let allowed = sandbox.run(["run", "--rm", "--device-cgroup-rule", "c 1:11 rw"] + command)
    #expect(allowed.output == "opened\n", "\(allowed)")
  }
}
