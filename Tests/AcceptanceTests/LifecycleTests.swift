import Glibc
import Linux
import Testing

@Suite("The life of a container", .serialized, .enabled(if: containerObstacle == nil, "needs root"))
struct LifecycleTests {
  let sandbox: Sandbox

  init() throws {
    sandbox = try Sandbox()
  }

  func status(_ name: String) -> String {
    sandbox.run("inspect -f {{.State.Status}} \(name)").text
  }

  @Test("create, start, stop, start, kill, rm: the record follows, the journal keeps the order")
  func verbs() {
    defer { sandbox.close() }
    #expect(sandbox.run("create --name cc1 busybox sleep 100").text.count == 64)
    #expect(status("cc1") == "created")
    #expect(sandbox.run("start cc1").text == "cc1")
    #expect(status("cc1") == "running")
    #expect(sandbox.run("start cc1").status == 0, "starting a running one is no error")
    #expect(sandbox.run("stop -t 0 cc1").text == "cc1")
    #expect(status("cc1") == "exited")
    #expect(sandbox.run("stop cc1").status == 0, "stopping a stopped one is no error")
    #expect(sandbox.run("restart -t 0 cc1").text == "cc1")
    #expect(status("cc1") == "running")
    #expect(sandbox.run("kill cc1").text == "cc1")
    #expect(sandbox.run("inspect -f {{.State.ExitCode}} cc1").text == "137")
    #expect(sandbox.run("kill cc1").status == 1, "a dead one cannot be killed")
    #expect(sandbox.run("rm cc1").text == "cc1")
    #expect(sandbox.run("rm cc1").status == 1)
  }

  @Test("a container with --rm outlives its restart, with its layer, and goes at its end")
  func restartOfTransient() {
    defer { sandbox.close() }
    #expect(sandbox.run("run -d --rm --name rr busybox sleep 100").text.count == 64)
    for round in 1...2 {
      #expect(sandbox.run("exec rr touch /written\(round)").status == 0)
      let restarted = sandbox.run("restart -t 0 rr")
      #expect(restarted.text == "rr", "\(restarted)")
    }
    #expect(status("rr") == "running")
    #expect(sandbox.run("exec rr ls /written1 /written2").status == 0)
    #expect(sandbox.run("stop -t 0 rr").text == "rr")
    #expect(sandbox.run("inspect rr").status == 1)
  }

  @Test(
    "a container with --rm whose start fails is gone, and its command says why and nothing else")
  func failedStartOfTransient() {
    defer { sandbox.close() }
    let port = PublishedPortTests.freePort()
    sandbox.run("run -d --name holder -p \(port):80 busybox sleep 100")
    let run = sandbox.run("run --rm --name rr -p \(port):80 busybox true")
    #expect(run.status == 125)
    #expect(run.errors.contains("port is already allocated"))
    #expect(!run.errors.contains("killed"), "\(run.errors)")
    sandbox.run("create --rm --name made -p \(port):80 busybox true")
    #expect(sandbox.run("start made").errors.contains("port is already allocated"))
    sandbox.run("create --name kept -p \(port):80 busybox true")
    #expect(sandbox.run("start kept").status != 0)
    #expect(sandbox.run("ps -a --format {{.Names}}").text == "kept\nholder")
  }

  @Test("a program that handles its stop signal ends in its own way, and --stop-signal chooses it")
  func stopSignal() {
    defer { sandbox.close() }
    sandbox.run([
      "run", "-d", "--name", "tt1", "--stop-signal", "USR1", "busybox", "sh", "-c",
      "trap 'exit 9' USR1; while :; do sleep 0.05; done",
    ])
    usleep(300_000)
    #expect(sandbox.run("stop -t 10 tt1", seconds: 9).status == 0)
    #expect(sandbox.run("inspect -f {{.State.ExitCode}} tt1").text == "9")
  }

  @Test("wait prints the status of the exit to come, and of one that has been") func wait() {
    defer { sandbox.close() }
    sandbox.run(["run", "-d", "--name", "ww1", "busybox", "sh", "-c", "sleep 0.5; exit 5"])
    #expect(sandbox.run("wait ww1").text == "5")
    #expect(sandbox.run("wait ww1").text == "5")
  }

  @Test("restart policies: always again, on-failure so often, never after a stop") func restart() {
    defer { sandbox.close() }
    sandbox.run([
      "run", "-d", "--name", "ff1", "--restart", "on-failure:2", "busybox", "sh", "-c",
      "echo x; exit 3",
    ])
    #expect(eventually { status("ff1") == "exited" })
    #expect(sandbox.run("logs ff1").lines.count == 3, "one run and two restarts")
    #expect(sandbox.run("inspect -f {{.RestartCount}} ff1").text == "2")
    sandbox.run([
      "run", "-d", "--name", "aa1", "--restart", "always", "busybox", "sh", "-c",
      "echo x; sleep 0.1",
    ])
    #expect(eventually { sandbox.run("logs aa1").lines.count >= 3 })
    sandbox.run("stop -t 1 aa1")
    #expect(status("aa1") == "exited")
    let count = sandbox.run("logs aa1").lines.count
    usleep(700_000)
    #expect(sandbox.run("logs aa1").lines.count == count)
  }

  @Test("pause stops the world and unpause lets it go on") func pause() {
    defer { sandbox.close() }
    sandbox.run([
      "run", "-d", "--name", "pp1", "busybox", "sh", "-c", "while :; do echo x; sleep 0.05; done",
    ])
    #expect(eventually { !sandbox.run("logs pp1").output.isEmpty })
    #expect(sandbox.run("pause pp1").text == "pp1")
    #expect(status("pp1") == "paused")
    let count = sandbox.run("logs pp1").lines.count
    usleep(400_000)
    #expect(sandbox.run("logs pp1").lines.count == count)
    #expect(sandbox.run("exec pp1 true").status != 0)
    #expect(sandbox.run("unpause pp1").status == 0)
    #expect(eventually { sandbox.run("logs pp1").lines.count > count })
    sandbox.run("pause pp1")
    #expect(sandbox.run("rm -f pp1").status == 0, "a paused one can be removed by force")
  }

  @Test("exec joins: same namespaces, own status, environment, user, directory, stdin") func exec()
  {
    defer { sandbox.close() }
    sandbox.run("run -d --name ee1 busybox sleep 100")
    for kind in ["pid", "mnt", "uts", "ipc", "net", "cgroup"] {
      let inside = sandbox.run([
        "exec", "ee1", "sh", "-c", "readlink /proc/1/ns/\(kind); readlink /proc/self/ns/\(kind)",
      ]).lines
      #expect(inside.count == 2 && inside[0] == inside[1], "\(kind)")
    }
    #expect(sandbox.run(["exec", "ee1", "sh", "-c", "exit 3"]).status == 3)
    #expect(sandbox.run("exec ee1 nosuch").status == 127)
    #expect(
      sandbox.run([
        "exec", "-e", "X=5", "-w", "/tmp", "-u", "7", "ee1", "sh", "-c", "echo $X$PWD$(id -u)",
      ]).text == "5/tmp7")
    #expect(sandbox.run("exec -i ee1 wc -c", input: "12345").text == "5")
    #expect(sandbox.run("exec ee1 cat", input: "unseen").output == "")
    #expect(sandbox.run("exec -d ee1 touch /made").status == 0)
    #expect(eventually { sandbox.run("exec ee1 ls /made").status == 0 })
    sandbox.run("stop -t 0 ee1")
    #expect(sandbox.run("exec ee1 true").status != 0)
  }

  @Test("logs: all, the last, with times, those of stderr on stderr, and following to the end")
  func logs() {
    defer { sandbox.close() }
    sandbox.run([
      "run", "--name", "ll1", "busybox", "sh", "-c", "for i in 1 2 3; do echo $i; done; echo e >&2",
    ])
    let all = sandbox.run("logs ll1")
    #expect(all.lines == ["1", "2", "3"] && all.errors == "e\n")
    #expect(sandbox.run("logs --tail 2 ll1").output.hasSuffix("3\n"))
    #expect(sandbox.run("logs -t ll1").lines[0].hasSuffix("Z 1"))
    sandbox.run(["run", "-d", "--name", "ff1", "busybox", "sh", "-c", "echo a; sleep 0.5; echo b"])
    #expect(sandbox.run("logs -f ff1").lines == ["a", "b"])
    #expect(sandbox.run("logs nosuch").status == 1)
  }

  @Test("cp carries files both ways, into running and stopped containers") func copy() throws {
    defer { sandbox.close() }
    let directory = "/tmp/dklab-cp-\(getpid())-\(UInt32.random(in: 0 ... .max))"
    try Directory.make(directory + "/tree/sub")
    defer { try? Directory.removeTree(directory) }
    try File.replace(directory + "/tree/sub/f", "inside\n")
    sandbox.run("run -d --name cc1 busybox sleep 100")
    #expect(sandbox.run("cp \(directory)/tree cc1:/in").status == 0)
    #expect(sandbox.run("exec cc1 cat /in/sub/f").text == "inside")
    #expect(sandbox.run("cp \(directory)/tree cc1:/in").status == 0)
    #expect(
      sandbox.run("exec cc1 cat /in/tree/sub/f").text == "inside",
      "an existing directory takes it in"
    )
    sandbox.run("stop -t 0 cc1")
    #expect(sandbox.run("cp cc1:/in/sub/f \(directory)/out").status == 0)
    #expect(try File.text(directory + "/out") == "inside\n")
    #expect(sandbox.run("cp \(directory)/out cc1:/stopped").status == 0)
    sandbox.run("start cc1")
    #expect(sandbox.run("exec cc1 cat /stopped").text == "inside")
    #expect(sandbox.run("cp cc1:/nosuch \(directory)/x").status == 1)
    #expect(sandbox.run(["exec", "cc1", "ln", "-s", "/etc/shadow", "/evil"]).status == 0)
    #expect(sandbox.run("cp \(directory)/out cc1:/evil").status == 0)
    #expect(sandbox.run("exec cc1 cat /evil").text == "inside", "the copy stays in the container")
  }

  @Test("volumes: a named one outlives its container, -v makes the directory, --mount refuses")
  func volumes() throws {
    defer { sandbox.close() }
    let directory = "/tmp/dklab-v-\(getpid())-\(UInt32.random(in: 0 ... .max))"
    defer { try? Directory.removeTree(directory) }
    sandbox.run(["run", "--rm", "-v", "data:/data", "busybox", "sh", "-c", "echo kept > /data/f"])
    #expect(sandbox.run("run --rm -v data:/data busybox cat /data/f").text == "kept")
    #expect(sandbox.run("run --rm -v data:/data:ro busybox touch /data/x").status == 1)
    #expect(sandbox.run("run --rm -v \(directory)/new:/d busybox touch /d/x").status == 0)
    #expect(File.exists(directory + "/new/x"))
    let refused = sandbox.run(
      "run --rm --mount type=bind,source=\(directory)/nope,target=/d busybox true")
    #expect(refused.status == 125 && refused.errors.contains("does not exist"))
    sandbox.run("run --name anon -v /var/anon busybox touch /var/anon/x")
    #expect(sandbox.run(["inspect", "-f", "{{(index .Mounts 0).Type}}", "anon"]).text == "volume")
    #expect(sandbox.run("rm -v anon").status == 0)
  }
}
