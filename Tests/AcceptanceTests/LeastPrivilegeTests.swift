import Glibc
import Linux
import Testing

@Suite("Least privilege", .serialized, .enabled(if: containerObstacle == nil, "needs root"))
struct LeastPrivilegeTests {
  let sandbox: Sandbox

  init() throws {
    sandbox = try Sandbox()
  }

  private func run(_ flags: [String], _ script: String) -> Sandbox.Output {
    sandbox.run(["run", "--rm", "--network", "none"] + flags + ["busybox", "sh", "-c", script])
  }

  @Test("groups are added by number and by the names the container knows") func groups() {
    defer { sandbox.close() }
    #expect(run(["--group-add", "55", "-u", "1009"], "id -G").text == "0 55")
    let table = "wheel:x:10:\n"
    let path = "/tmp/\(sandbox.instance)"
    try? File.replace(path, table)
    defer { unlink(path) }
    let named = run(["-v", "\(path):/etc/group:ro", "--group-add", "wheel", "-u", "1009"], "id -G")
    #expect(named.text == "0 10")
    let unknown = run(["--group-add", "nobodys"], "true")
    #expect(unknown.status != 0 && unknown.errors.contains("unable to find group nobodys"))
  }

  @Test("a seccomp profile in docker's form decides, also about its arguments") func profile() {
    defer { sandbox.close() }
    let path = "/tmp/\(sandbox.instance).json"
    defer { unlink(path) }
    try? File.replace(
      path,
      """
      {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
        {"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 28},
        {"names": ["fchmodat", "chmod", "fchmodat2"], "action": "SCMP_ACT_ERRNO"}]}
      """)
    let flags = ["--security-opt", "seccomp=\(path)"]
    let made = run(flags, "mkdir /x")
    #expect(made.status == 1 && made.errors.contains("No space left on device"))
    #expect(run(flags, "chmod 600 /tmp").errors.contains("Operation not permitted"))
    #expect(run(flags, "touch /x && echo fine").text == "fine")
    #expect(run([], "mkdir /x && chmod 600 /tmp && echo fine").text == "fine")
    try? File.replace(path, "{\"defaultAction\": \"SCMP_ACT_NONSENSE\"}")
    #expect(run(flags, "true").status == 125)
  }

  @Test("limits can be read inside: files, memory, processes") func limits() {
    defer { sandbox.close() }
    let files = run(
      ["--ulimit", "nofile=200:300", "--ulimit", "core=0"], "ulimit -n; ulimit -Hn; ulimit -c")
    #expect(files.lines == ["200", "300", "0"])
    sandbox.run(["create", "--name", "endless", "--ulimit", "core=-1", "busybox", "true"])
    #expect(
      sandbox.run(["inspect", "-f", "{{json .HostConfig.Ulimits}}", "endless"]).text
        == #"[{"Name":"core","Hard":-1,"Soft":-1}]"#)
    let privileges = run(
      ["--security-opt", "no-new-privileges"], "grep NoNewPrivs /proc/self/status")
    #expect(privileges.text.hasSuffix("1"))
    guard CgroupLayout.observe().hierarchy(of: "memory") != nil else { return }
    let script =
      "cat /sys/fs/cgroup/memory.max /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null"
    #expect(run(["--memory", "64m"], script).text == "\(64 << 20)")
  }

  @Test("who shares a container's network shares its names") func sharedNames() {
    defer { sandbox.close() }
    sandbox.run("network create lab")
    sandbox.run("run -d --name owner --network lab --hostname host-of-owner busybox sleep 600")
    sandbox.run("run -d --name other --network lab busybox sleep 600")
    let guest = sandbox.run([
      "run", "--rm", "--network", "container:owner", "busybox", "sh", "-c",
      "ping -c 1 -W 3 other > /dev/null && cat /etc/resolv.conf && grep host-of-owner /etc/hosts",
    ])
    #expect(guest.status == 0 && guest.output.contains("127.0.0.11"), "\(guest)")
  }
}
