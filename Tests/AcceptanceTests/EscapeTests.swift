import Glibc
import Linux
import Testing

@Suite(
  "What a container must not reach", .serialized,
  .enabled(if: containerObstacle == nil, "needs root"))
struct EscapeTests {
  let sandbox: Sandbox

  init() throws {
    sandbox = try Sandbox()
  }

  func owner(_ path: String) -> String {
    var info = stat()
    guard stat(path, &info) == 0 else { return "missing" }
    return "\(info.st_uid):\(info.st_gid) \(String(info.st_mode & 0o7777, radix: 8))"
  }

  @Test("the host's /dev/null keeps its owner and mode, whoever asks inside") func devNull() {
    defer { sandbox.close() }
    let before = owner("/dev/null")
    sandbox.run(["run", "--rm", "-u", "1234", "busybox", "chmod", "667", "/proc/self/fd/0"])
    sandbox.run(["run", "--rm", "busybox", "chmod", "667", "/proc/keys"])
    sandbox.run(["run", "--rm", "busybox", "sh", "-c", "chown 5 /proc/self/fd/0"])
    #expect(owner("/dev/null") == before)
  }

  @Test("a file of the host that exec reads from stays the host's") func execInput() throws {
    defer { sandbox.close() }
    let path = "/tmp/dklab-stdin-\(getpid())-\(UInt32.random(in: 0 ... .max))"
    defer { unlink(path) }
    try File.replace(path, "secret\n", mode: 0o600)
    sandbox.run("run -d --name target busybox sleep 100")
    func exec(_ words: String) -> Sandbox.Output {
      Sandbox.run(
        ["-c", "'\(Sandbox.binary)' exec -i \(words) < \(path)"], program: "/bin/sh",
        environment: sandbox.environment)
    }
    #expect(exec("target cat").output == "secret\n")
    _ = exec("target sh -c 'echo taken > /proc/self/fd/0'")
    _ = exec("-u 1234 target true")
    #expect(try File.text(path) == "secret\n")
    #expect(owner(path) == "0:0 600")
  }

  @Test("a fifo in place of /etc/passwd holds nobody up") func fifo() {
    defer { sandbox.close() }
    sandbox.run([
      "run", "--name", "trap", "busybox", "sh", "-c", "rm /etc/passwd; mkfifo /etc/passwd",
    ])
    #expect(sandbox.run("start -a trap", seconds: 15).status != 137)
    #expect(sandbox.run("rm -f trap", seconds: 15).status == 0)
  }

  @Test("two starts at once are one start, and addresses stay apart") func twoStarts() {
    defer { sandbox.close() }
    for name in ["one", "two"] { sandbox.run("create --name \(name) busybox sleep 100") }
    let both =
      "for n in one two; do '\(Sandbox.binary)' start $n & '\(Sandbox.binary)' start $n & done; wait"
    _ = Sandbox.run(["-c", both], program: "/bin/sh", environment: sandbox.environment)
    let addresses = ["one", "two"].map {
      sandbox.run("inspect -f {{.NetworkSettings.IPAddress}} \($0)").text
    }
    #expect(Set(addresses).count == 2 && !addresses.contains(""))
  }

  @Test("a program that closed its stdin costs its monitor nothing") func closedInput() {
    defer { sandbox.close() }
    sandbox.run([
      "run", "-d", "-i", "--name", "idle", "busybox", "sh", "-c", "exec 0<&-; exec sleep 100",
    ])
    let monitor = ((try? Directory.list("/proc")) ?? []).compactMap { pid_t($0) }.first { pid in
      let line = (try? File.text("/proc/\(pid)/cmdline")) ?? ""
      return line.contains("__monitor") && line.contains(sandbox.instance)
    }
    func ticks() -> UInt64 {
      monitor.flatMap { ProcessStat(of: $0) }.map { $0.userTicks + $0.systemTicks } ?? 0
    }
    #expect(monitor != nil)
    let before = ticks()
    usleep(700_000)
    #expect(ticks() - before < 20, "clock ticks of the processor, of about 70 that passed")
  }
}
