import Documents
import Glibc
import Images
import Linux
import Support
import Testing

@testable import Labs

/// Submissions that mean harm, graded between honest ones. None may change another's result, none may
/// survive the run, and each is told of.
@Suite("Hostile submissions", .serialized, .enabled(if: containerObstacle == nil))
struct HostileSubmissionTests {
  /// Ends nothing of the grader's, whatever it is: lines that a submission has recorded.
  static let lines: [String: String] = [
    "fork-bomb": ":(){ :|:& };:",
    "memory": "x=$(tr '\\0' a < /dev/zero)",
    "disk": "dd if=/dev/zero of=big bs=1M count=9000",
    "million-files": "seq 1000000 | xargs touch",
    "endless-output": "yes",
    "endless-sleep": "sleep 86399",
    "ignores-signals": "bash -c \"trap '' TERM INT HUP QUIT; while :; do sleep 1; done\"",
    "daemon": "setsid nohup sleep 86398 >/dev/null 2>&1 &",
    "restarting-container": "docker run -d --restart always --name ever ubuntu sleep 86397",
    "kills-monitors": "docker run -d --name m ubuntu sleep 86396; kill -9 -1",
    "kills-first": "kill -9 1; kill -TERM 1; kill -INT 1",
    "ends-shell": "exec 9<&- 8>&- 7<&-",
    "exits": "exit 0;",
    "forges-status": "printf '0\\0000\\0' >&8; printf '0\\0' >&8",
    "removes-all": "rm -rf --no-preserve-root / 2>/dev/null; true",
    "remounts": "mount -o remount,rw,bind /usr; touch /usr/bin/dklab-was-here; umount -l /usr",
    "kernel-settings": "echo 1 > /proc/sys/kernel/panic; echo c > /proc/sysrq-trigger",
    "cgroups":
      "mkdir /sys/fs/cgroup/evil /sys/fs/cgroup/memory/evil; for f in /sys/fs/cgroup/cgroup.procs "
      + "/sys/fs/cgroup/*/cgroup.procs; do echo $$ > $f; done",
    "links": "rm -rf ../work; ln -s / ../work; ln -s /etc/passwd token",
    "devices": "mknod disk b 254 0 && dd if=disk of=/dev/null count=1; mknod mem c 1 1",
    "joins-host":
      "nsenter -t 1 -m -p -n true; docker run --rm --pid host --privileged -v /:/h ubuntu "
      + "bash -c 'rm -rf /h/lab/root/instances; kill -9 1'",
    "program": "cp /bin/true /lab/program; docker run --rm --privileged -v /:/h ubuntu "
      + "bash -c 'echo x > /h/lab/program; for p in /proc/[0-9]*; do echo x > $p/exe; done'",
    "traces":
      "for p in /proc/[0-9]*; do cat $p/environ $p/mem > /dev/null; done; gdb -p 1 </dev/null",
    "own-records": "rm -rf $DKLAB_ROOT/instances; echo x > $DKLAB_ROOT/content/content.db",
    "images": "rm -rf /images/*; for f in /images/blobs/sha256/*; do echo x > $f; done",
    "build-for-ever": "printf 'FROM ubuntu\\nRUN sleep 86395\\n' > Dockerfile; docker build .",
    "many-services":
      "(echo services:; for i in $(seq 10000); do echo \"  s$i: {image: ubuntu}\"; done) "
      + "> compose.yaml; docker-compose config -q; docker-compose up -d",
    "yaml-bomb": "(echo 'a: &a [x,x,x,x,x,x,x,x,x]'; p=a; for n in b c d e f g h i j; do "
      + "echo \"$n: &$n [*$p,*$p,*$p,*$p,*$p,*$p,*$p,*$p,*$p]\"; p=$n; done; echo 'services: *j') "
      + "> compose.yaml; docker-compose config",
    "long-line": "echo " + String(repeating: "x", count: 200_000),
  ]

  /// Lines that need to know places of the grader's.
  private func knowing(_ bench: GradeBench, port: Int) -> [String: String] {
    [
      "reads-others": "if cat \(bench.folder)/in/*; then docker run --name leaked ubuntu true; fi",
      "reads-hidden":
        "if grep -rqs very-hidden-word \(bench.folder) /lab /tmp /root /home /var /run /proc/*/environ; "
        + "then docker run --name leaked ubuntu true; fi",
      "writes-results": "mkdir -p \(bench.folder)/out; echo x > \(bench.folder)/out/results.db; "
        + "echo '{}' > results.json; echo '{}' > \(bench.folder)/out/results.json",
      "network": "exec 3<>/dev/tcp/127.0.0.1/\(port); curl -m 2 http://127.0.0.1:\(port)/; "
        + "docker run --rm --network host ubuntu bash -c 'exec 3<>/dev/tcp/127.0.0.1/\(port)'",
    ]
  }

  private func tar(_ members: [(TarEntry, [UInt8])]) throws -> [UInt8] {
    let memory = FileDescriptor(owning: try createMemoryFile("test"))
    let writer = TarWriter(FileSink(memory.number))
    for (entry, content) in members { try writer.add(entry, content: content) }
    try writer.finish()
    lseek(memory.number, 0, SEEK_SET)
    return try readAll(memory.number)
  }

  /// Files that are no submissions, and what they are refused for.
  private func files(_ good: [UInt8]) throws -> [String: (bytes: [UInt8], reason: String)] {
    func file(_ name: String) -> TarEntry { TarEntry(name, .file, mode: 0o644) }
    func link(_ kind: TarEntry.Kind) -> TarEntry { TarEntry("state.json", kind, mode: 0o777) }
    let deep = Array(String(repeating: "{\"a\":", count: 200_000).utf8)
    // 20 MiB of zeros in 20 KiB: nothing here unpacks it.
    let bomb: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3] + [UInt8](repeating: 0, count: 4096)
    return [
      "traversal": (try tar([(file("../../../../etc/cron.d/evil"), [1])]), "submission.odd-name"),
      "absolute": (try tar([(file("/etc/passwd"), [1])]), "submission.odd-name"),
      "link": (
        try tar([(link(.symbolicLink(target: "/etc/shadow")), [])]), "submission.not-a-file"
      ),
      "hard-link": (
        try tar([(link(.hardLink(target: "/etc/shadow")), [])]), "submission.not-a-file"
      ),
      "device": (
        try tar([(link(.characterDevice(major: 1, minor: 3)), [])]), "submission.not-a-file"
      ),
      "forged-results": (
        try tar([(file("results.json"), Array("{\"score\":100}".utf8))]), "submission.odd-name"
      ),
      "deep": (try tar([(file("manifest.json"), deep)]), "submission.no-manifest"),
      "zip-bomb": (bomb, "submission.not-an-archive"),
      "empty": ([], "submission.not-an-archive"),
      "cut": (Array(good.prefix(good.count / 2)), "submission."),
    ]
  }

  @Test("change nobody's result, leave nothing, and are told of")
  func corpus() throws {
    let bench = try GradeBench("hostile")
    defer { bench.close() }
    let lab = try GradeBench.lab("day44")
    let step = try #require(lab.steps.first)
    var honest = try SubmissionFactory(lab, student: "honest")
    try honest.solve(step)
    for name in ["0-honest", "m-honest", "z-honest"] {
      try honest.write(to: bench.path(name)) { $0.manifest.student.id = name }
    }
    let listener = try Listener()
    let all = Self.lines.merging(knowing(bench, port: listener.port)) { $1 }
    for (name, line) in all {
      var factory = try SubmissionFactory(lab, student: name)
      factory.type(line)
      factory.claim(step)
      try factory.write(to: bench.path(name))
    }
    let broken = try files(honest.submission().archive())
    for (name, content) in broken {
      try File.replace(bench.path(name), content.bytes, durable: false)
    }
    mkfifo(bench.path("fifo"), 0o644)
    // A file that says it is enormous costs nothing but its name.
    let huge = try FileDescriptor.open(bench.path("huge"), O_WRONLY | O_CREAT, mode: 0o644)
    ftruncate(huge.number, 1 << 40)
    try honest.write(to: bench.path("names")) { submission in
      submission.manifest.student.id = "\u{1B}[2J\u{1B}]0;evil\u{7}\u{202E}=1+1"
      submission.manifest.student.name = "<script>alert(1)</script>"
    }
    try honest.write(to: bench.path("claims")) { submission in
      submission.manifest.milestones = (0..<20_000).map {
        Submission.Milestone(step: step.id, check: "page", time: Int64($0) * 1_000_000_000)
      }
    }
    let hidden = "\(bench.folder)/hidden.md"
    try File.replace(
      hidden,
      "# very-hidden-word\n\n## First {#first}\n\n```check\n- id: no-leak\n  journal.count: {event: "
        + "container.create leaked, is: 0}\n```\n", mode: 0o644, durable: false)
    let before = try LabBundle.digest(File.read(Sandbox.binary, limit: 1 << 30)).hex

    let output = bench.grade(["--hidden", "day44=\(hidden)", "--lab", "day44", "--seconds", "60"])
    let results = try bench.results()

    let wanted = honest.lab.steps[0].checkIDs.map { "\(step.id)/\($0)" }
    for name in ["0-honest", "m-honest", "z-honest", "claims"] {
      for check in wanted {
        #expect(results[name]?.checks[check] == "pass", "\(name) \(check) \(output)")
      }
    }
    for name in all.keys {
      let result = results[name]
      #expect(result != nil, "\(name) is told of")
      #expect(result?.checks["first/no-leak"] != "fail", "\(name): \(result?.json ?? .null)")
      #expect(result?.outcome != "refused", "\(name)")
      #expect(result?.checks["first/page"] != "pass", "\(name)")
    }
    for (name, content) in broken {
      #expect(results[name]?.outcome == "refused", "\(name) \(results[name]?.json ?? .null)")
      #expect(
        results[name]?.reason.hasPrefix(content.reason) == true,
        "\(name): \(results[name]?.reason ?? "")")
    }
    #expect(results["huge"]?.reason == "submission.too-large")
    #expect(results["fifo"] == nil, "what is no file is no submission")
    #expect(!output.output.contains("\u{1B}[2J") && !output.output.contains("\u{202E}"))
    let page = try File.text(bench.folder + "/out/report.html")
    #expect(!page.contains("<script") && !page.contains("\u{1B}"))
    #expect(try LabBundle.digest(File.read(Sandbox.binary, limit: 1 << 30)).hex == before)
    #expect(!listener.wasReached, "the network was reached")
    #expect(!File.exists("/usr/bin/dklab-was-here"))
    #expect(survivors() == [], "processes have survived")
    for hierarchy in CgroupLayout.observe().hierarchies {
      #expect(!File.exists("\(hierarchy.base)/evil"))
    }
    #expect(results.count == all.count + broken.count + 6, "\(results.keys.sorted())")
  }

  /// Processes that a submission has started.
  private func survivors() -> [String] {
    ((try? Directory.list("/proc")) ?? []).filter { pid_t($0) != nil }.compactMap { pid in
      let line = (try? File.text("/proc/\(pid)/cmdline", limit: 4096)) ?? ""
      return line.contains("8639") && line.contains("sleep") ? line : nil
    }
  }
}

/// Somebody on the host's loopback who must not be called.
private final class Listener {
  let port: Int
  private let socket: FileDescriptor

  init() throws {
    let loopback = try #require(IPAddress("127.0.0.1"))
    for candidate in 42_000..<42_500 {
      let address = SocketAddress(loopback, port: UInt16(candidate))
      guard let socket = try? InternetSocket.bind(.stream, address) else { continue }
      self.socket = socket
      port = candidate
      try setNonBlocking(self.socket.number)
      return
    }
    throw Sandbox.Failure(description: "no free port")
  }

  var wasReached: Bool { accept(socket.number, nil, nil) >= 0 }
}
