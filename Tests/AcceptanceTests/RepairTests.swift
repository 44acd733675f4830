import Glibc
import Linux
import Testing

@Suite("After a crash", .serialized, .enabled(if: containerObstacle == nil, "needs root"))
struct RepairTests {
  let sandbox: Sandbox

  init() throws {
    sandbox = try Sandbox()
  }

  /// The processes of this sandbox, as the end of the world finds them.
  func killEverything() {
    for name in (try? Directory.list("/proc")) ?? [] {
      guard let pid = pid_t(name), let line = try? File.text("/proc/\(name)/cmdline"),
        line.contains(sandbox.instance), line.contains("__monitor")
      else { continue }
      kill(pid, SIGKILL)
    }
  }

  @Test("a killed monitor takes its container with it; the next command says so and loses nothing")
  func killedMonitor() {
    defer { sandbox.close() }
    sandbox.run("run -d --name one busybox sleep 1000")
    sandbox.run("run -d --name two --restart always busybox sleep 1000")
    sandbox.run("create --name three busybox true")
    let pid = pid_t(sandbox.run("inspect -f {{.State.Pid}} one").text) ?? 0
    #expect(pid > 0 && kill(pid, 0) == 0)
    killEverything()
    #expect(
      eventually { ProcessIdentity(of: pid)?.isAlive != true }, "the kernel ends the container too")
    let list = sandbox.run(["ps", "-a", "--format", "{{.Names}} {{.State}}"])
    #expect(list.errors.contains("one") && list.errors.contains("monitor"))
    #expect(Set(list.lines) == ["one exited", "two running", "three created"])
    #expect(sandbox.run("inspect -f {{.State.ExitCode}} one").text == "137")
    #expect(sandbox.run("ps -a").errors == "", "a repair is reported once")
    #expect(sandbox.run("start one").status == 0)
    #expect(sandbox.run("logs one").status == 0)
  }

  @Test("a container that was killed with --rm is gone afterwards") func autoRemove() {
    defer { sandbox.close() }
    sandbox.run("run -d --rm --name rr1 busybox sleep 1000")
    killEverything()
    #expect(eventually { sandbox.run("ps -aq").lines.isEmpty })
  }

  @Test("a dying client does not disturb what it started") func killedClient() {
    defer { sandbox.close() }
    let result = sandbox.run(
      ["run", "--name", "cc1", "busybox", "sh", "-c", "echo up; sleep 2; echo done"], seconds: 1)
    #expect(result.status == 137)
    #expect(eventually { sandbox.run("logs cc1").lines == ["up", "done"] })
    #expect(eventually { sandbox.run("inspect -f {{.State.Status}} cc1").text == "exited" })
  }
}
