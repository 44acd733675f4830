import Glibc
import Linux
import Testing

/// What goes wrong in the kit, or in a lab, is an error and never a verdict on the student.
@Suite(
  "A fault of the kit's", .serialized, .enabled(if: containerObstacle == nil, "needs root"))
struct LabFaultTests {
  private static let running = "- container.state: {name: box, is: running}"

  private func lab(_ checks: String..., root: String = Sandbox.root) throws -> TaughtLab {
    let fence = "```check\n\(checks.joined(separator: "\n"))\n```"
    return try TaughtLab([("One {#one}", fence)], root: root)
  }

  private func pid(_ lab: TaughtLab) -> pid_t {
    pid_t(lab.docker("inspect -f {{.State.Pid}} box").text) ?? 0
  }

  @Test("a monitor that is killed is an error, and starting the container again heals it")
  func monitor() throws {
    let lab = try lab(Self.running)
    defer { lab.close() }
    lab.docker("run -d --name box busybox sleep 600")
    #expect(lab.check().status == 0)
    let monitor = try #require(ProcessStat(of: pid(lab))?.parent)
    kill(monitor, SIGKILL)
    let lost = lab.check()
    #expect(lost.status == 70 && lost.output.contains("monitor of `box` was killed"), "\(lost)")
    #expect(!lab.lab("status", "--lab", lab.id).output.contains("broken again"))
    lab.docker("start box")
    #expect(lab.check().status == 0)
  }

  @Test("one that is killed in the middle of a look is an error too")
  func monitorMeanwhile() throws {
    let lab = try lab(
      Self.running,
      "- script: kill -9 $(ps -o ppid= -p $(docker inspect -f '{{.State.Pid}}' box)); true")
    defer { lab.close() }
    lab.docker("run -d --name box busybox sleep 600")
    let found = lab.check()
    #expect(found.status == 70, "\(found)")
    #expect(!found.output.contains("2 of 2"))
  }

  @Test("a database that cannot be read is an error", arguments: ["engine.db", "progress.db"])
  func corrupt(_ name: String) throws {
    let lab = try lab(Self.running)
    defer { lab.close() }
    let place = name == "engine.db" ? "instances" : "labs"
    let path = "\(Sandbox.root)/\(place)/lab-\(lab.id)/\(name)"
    let before = try File.read(path)
    for log in ["-wal", "-shm"] { unlink(path + log) }
    try File.replace(path, String(repeating: "no database ", count: 1000), durable: false)
    let found = lab.check()
    #expect(found.status == 70, "\(found)")
    try File.replace(path, before, durable: false)
  }

  @Test("a disk that is full is an error, and nothing is forgotten")
  func fullDisk() throws {
    let root = "/tmp/dklab-full-\(UInt32.random(in: 0 ... .max))"
    try Directory.make(root)
    try mountFileSystem("tmpfs", at: root, type: "tmpfs", data: "size=48m")
    defer {
      umount2(root, Int32(MNT_DETACH))
      rmdir(root)
    }
    let images = Sandbox.run(
      ["images", "bootstrap", "busybox"], environment: ["DKLAB_ROOT": root])
    try #require(images.status == 0, "\(images)")
    let lab = try lab(Self.running, root: root)
    defer { lab.close() }
    lab.docker("run -d --name box busybox sleep 600")
    let filler = open(root + "/filler", O_CREAT | O_WRONLY, 0o600)
    let block = [UInt8](repeating: 1, count: 4096)
    while write(filler, block, block.count) == block.count {}
    close(filler)
    let full = lab.check()
    #expect(full.status == 70, "\(full)")
    unlink(root + "/filler")
    let free = lab.check()
    #expect(free.status == 0, "\(free)")
    #expect(lab.lab("status", "--lab", lab.id).output.contains("done"))
  }

  @Test("a control group that cannot be read is an error")
  func controlGroup() throws {
    let hierarchies = CgroupLayout.observe().hierarchies
    guard hierarchies.contains(where: { $0.controllers.contains("pids") }) else { return }
    let lab = try lab("- cgroup.value: {name: box, limit: pids, is: 100}")
    defer { lab.close() }
    lab.docker("run -d --name box --pids-limit 100 busybox sleep 600")
    #expect(lab.check().status == 0)
    let process = pid(lab)
    for hierarchy in hierarchies {
      let group = "\(hierarchy.base)/dklab/lab-\(lab.id)"
      for name in (try? Directory.list(group)) ?? [] where File.isDirectory("\(group)/\(name)") {
        try? File.command("\(hierarchy.base)/cgroup.procs", "\(process)")
        rmdir("\(group)/\(name)")
      }
    }
    let found = lab.check()
    #expect(found.status == 70, "\(found)")
  }

  @Test(
    "a check script out of bounds is an error",
    arguments: [
      ("sleep 60", "more than 10 seconds"), ("yes | head -c 1000000000", "more than 1 MiB"),
      ("exit 7", "status 7"),
    ])
  func script(_ text: String, _ complaint: String) throws {
    let lab = try lab("- script: \(text)")
    defer { lab.close() }
    let found = lab.check()
    #expect(found.status == 70 && found.output.contains(complaint), "\(found)")
  }

  @Test("a check script that leaves a process behind with its output is not waited for")
  func daemon() throws {
    let lab = try lab("- script: sleep 300 & setsid sleep 45 & echo done")
    defer { lab.close() }
    let found = Sandbox.run(
      ["lab", "check", "--lab", lab.id],
      environment: lab.sandbox.environment.merging([
        "DKLAB_LABS": "\(Sandbox.root)/taught-\(lab.id)"
      ]) { $1 }, seconds: 30)
    #expect(found.status == 0, "\(found)")
  }

  @Test("a list without checks is an error")
  func empty() throws {
    let lab = try lab(Self.running)
    defer { lab.close() }
    try lab.write([("One {#one}", "```check\n[]\n```")])
    let found = lab.check()
    #expect(found.status == 70, "\(found)")
  }

  @Test("a lab or step that there is not is asked wrongly, which is something else again")
  func askedWrongly() throws {
    let lab = try lab(Self.running)
    defer { lab.close() }
    #expect(lab.check("two").status == 64)
    #expect(lab.lab("check", "--lab", "no-such-lab").status == 64)
    #expect(lab.check().status == 1)
  }

  private static let hasPython = File.exists("/usr/bin/python3")

  @Test(
    "a server that never ends fails the check in time",
    .enabled(if: hasPython, "needs python3"),
    arguments: ["HTTP/1.1 200 OK\\r\\n\\r\\n", "HTTP/1.1 200 OK\\r\\nX: "])
  func endless(_ beginning: String) throws {
    let lab = try lab("- http.get: {url: http://localhost:8099/, contains: end}")
    defer { lab.close() }
    let program = """
      import socket, time
      s = socket.create_server(("127.0.0.1", 8099))
      while True:
        c, _ = s.accept()
        try:
          c.recv(4096); c.sendall(b"\(beginning)")
          for _ in range(40): c.sendall(b"a"); time.sleep(0.1)
        except OSError: pass
        c.close()
      """
    let server = try ChildProgram(["python3", "-c", program])
    #expect(
      eventually { Sandbox.run(["true"], program: "/bin/true", environment: [:]).status == 0 })
    #expect(
      eventually {
        ((try? File.text("/proc/net/tcp")) ?? "").contains("0100007F:1FA3 00000000:0000 0A")
      })
    let found = lab.check()
    #expect(found.status == 1 && found.output.contains("8099"), "\(found)")
    withExtendedLifetime(server) {}
  }
}
