import Glibc
import Linux
import Testing

@Suite(
  "Watching and changing what runs", .serialized,
  .enabled(if: containerObstacle == nil, "needs root"))
struct WatchingTests {
  let sandbox: Sandbox

  init() throws {
    sandbox = try Sandbox()
  }

  @Test("stats shows what a container uses beside what it may") func stats() {
    defer { sandbox.close() }
    sandbox.run("run -d --name st --memory 64m busybox sleep 1000")
    sandbox.run("create --name cold busybox true")
    let table = sandbox.run("stats --no-stream")
    #expect(table.status == 0 && table.lines.count == 2, "\(table)")
    #expect(table.lines.first?.hasPrefix("CONTAINER ID   NAME") == true)
    #expect(table.lines.last?.contains(" / 64MiB") == true)
    let all = sandbox.run(["stats", "-a", "--no-stream", "--format", "{{.Name}} {{.PIDs}}"])
    #expect(Set(all.lines) == ["st 1", "cold 0"])
    #expect(sandbox.run("stats --no-stream nobody").errors.contains("No such container"))
  }

  @Test("update changes limits while the container runs, and for its next start") func update() {
    defer { sandbox.close() }
    sandbox.run("run -d --name up --memory 64m busybox sleep 1000")
    let result = sandbox.run("update --memory 96m --pids-limit 50 --cpus 0.5 up")
    #expect(result.status == 0 && result.text == "up", "\(result)")
    #expect(limits("up") == ["\(96 << 20)", "50", "50000"])
    #expect(
      sandbox.run(["inspect", "-f", "{{.HostConfig.Memory}} {{.HostConfig.PidsLimit}}", "up"]).text
        == "\(96 << 20) 50")
    let table = sandbox.run(["stats", "--no-stream", "--format", "{{.MemUsage}}", "up"])
    #expect(table.text.hasSuffix(" / 96MiB"))
    sandbox.run("restart -t 0 up")
    #expect(
      limits("up") == ["\(96 << 20)", "50", "50000"], "the next start has the new limits")
    #expect(sandbox.run("update up").status != 0)
    #expect(sandbox.run("update --memory 1g up").errors.contains("memoryswap"))
  }

  /// Memory, processes and processor quota of a container, from the files of its control group.
  func limits(_ name: String) -> [String] {
    let id = sandbox.run("inspect -f {{.Id}} \(name)").text
    let layout = CgroupLayout.observe()
    let files =
      layout.kind == .v2
      ? [("memory", "memory.max"), ("pids", "pids.max"), ("cpu", "cpu.max")]
      : [("memory", "memory.limit_in_bytes"), ("pids", "pids.max"), ("cpu", "cpu.cfs_quota_us")]
    return files.map { controller, file in
      let base = (layout.unified ?? layout.hierarchy(of: controller))?.base ?? ""
      let text = try? File.text("\(base)/dklab/\(sandbox.instance)/\(id)/\(file)")
      return String((text ?? "").prefix { !$0.isWhitespace })
    }
  }

  @Test("update gives a running container another restart policy") func restartPolicy() {
    defer { sandbox.close() }
    sandbox.run(["run", "-d", "--name", "rp", "--restart", "always", "busybox", "sleep", "1000"])
    #expect(sandbox.run("update --restart no rp").status == 0)
    let pid = pid_t(sandbox.run("inspect -f {{.State.Pid}} rp").text) ?? 0
    #expect(pid > 0 && kill(pid, SIGKILL) == 0)
    #expect(sandbox.run("wait rp").text == "137")
    #expect(sandbox.run("inspect -f {{.State.Status}} rp").text == "exited")
  }

  @Test("wait waits for several containers, also for one that is killed with its monitor")
  func wait() {
    defer { sandbox.close() }
    sandbox.run(["run", "-d", "--name", "w1", "busybox", "sh", "-c", "sleep 1; exit 3"])
    sandbox.run(["run", "-d", "--name", "w2", "busybox", "sh", "-c", "exit 4"])
    sandbox.run("create --name w3 busybox true")
    #expect(sandbox.run("wait w1 w2 w3").lines == ["3", "4", "0"])
    #expect(sandbox.run("wait nobody").status == 1)
  }

  @Test("events tell of a container's life in docker's words and order") func events() {
    defer { sandbox.close() }
    sandbox.run("run --name ev --label tier=db busybox sh -c true")
    sandbox.run(["start", "ev"])
    sandbox.run("wait ev")
    sandbox.run("rename ev ev2")
    sandbox.run("rm ev2")
    let events = sandbox.run([
      "events", "--since", "1h", "--until", "0s", "--filter", "label=tier=db", "--format",
      "{{.Type}} {{.Action}}",
    ])
    #expect(
      events.lines.map { String($0.dropFirst("container ".count)) } == [
        "create", "attach", "start", "die", "start", "die", "rename", "destroy",
      ])
    let network = sandbox.run([
      "events", "--since", "1h", "--until", "0s", "--filter", "type=network", "--format",
      "{{.Action}} {{.Actor.Attributes.name}}",
    ])
    #expect(
      network.lines == [
        "connect bridge", "disconnect bridge", "connect bridge", "disconnect bridge",
      ])
  }

  @Test("an exec is three events with one id") func execEvents() {
    defer { sandbox.close() }
    sandbox.run("run -d --name ex busybox sleep 1000")
    sandbox.run("exec ex sh -c true")
    let events = sandbox.run([
      "events", "--since", "1h", "--until", "0s", "--filter", "event=exec_create", "--filter",
      "event=exec_start", "--filter", "event=exec_die", "--format",
      "{{.Action}}|{{.Actor.Attributes.execID}}|{{.Actor.Attributes.exitCode}}",
    ]).lines.map { $0.split(separator: "|").map(String.init) }
    #expect(
      events.map(\.first) == ["exec_create: sh -c true", "exec_start: sh -c true", "exec_die"])
    #expect(Set(events.map { $0[1] }).count == 1 && events.last?.last == "0")
  }

  @Test("a kill for want of memory is told while the container still runs") func outOfMemory() {
    defer { sandbox.close() }
    // Process 1 outlives the one that takes too much.
    sandbox.run([
      "run", "-d", "--name", "mem", "--memory", "16m", "busybox", "sh", "-c",
      "tail /dev/zero; sleep 1000",
    ])
    let told = eventually(within: 60) {
      sandbox.run(["events", "--since", "1h", "--until", "0s", "--filter", "event=oom"]).lines.count
        == 1
    }
    let state = sandbox.run([
      "inspect", "-f", "{{.State.Status}} {{.State.OOMKilled}}", "mem",
    ])
    #expect(told && state.text == "running true", "\(state)")
    sandbox.run("kill mem")
    #expect(
      eventually(within: 60) { sandbox.run("inspect -f {{.State.Status}} mem").text == "exited" })
    let events = sandbox.run([
      "events", "--since", "1h", "--until", "0s", "--filter", "container=mem", "--format",
      "{{.Action}}",
    ])
    #expect(events.lines.count { $0 == "oom" } == 1, "\(events)")
    #expect(sandbox.run("inspect -f {{.State.OOMKilled}} mem").text == "true")
  }

  @Test("another size of the terminal is an event with that size") func resized() throws {
    defer { sandbox.close() }
    let talk = try Conversation(
      ["run", "-it", "--name", "tty", "busybox", "sh"], environment: sandbox.environment)
    talk.expect("# ", within: 60)
    try talk.resize(rows: 31, columns: 97)
    #expect(
      eventually(within: 60) {
        sandbox.run([
          "events", "--since", "1h", "--until", "0s", "--filter", "event=resize", "--format",
          "{{.Actor.Attributes.height}}x{{.Actor.Attributes.width}}",
        ]).lines.last == "31x97"
      })
    talk.type("exit\n")
    #expect(talk.end(within: 60) == 0)
  }
}
