import Documents
import Support
import Testing

@testable import Labs

@Suite("Judging checks")
struct EvaluationTests {
  private static func check(
    _ id: String, _ finding: Finding, needs: [String] = []
  ) -> Check {
    Check(
      id: id, predicate: Fixed(finding: finding), deadline: .zero, needs: needs,
      location: SourceLocation(file: "lab.md"))
  }

  private struct Fixed: Predicate {
    var finding: Finding
    var sentence: Text { Text("fixed", ko: "고정") }
    func judge(_ snapshot: Snapshot) -> Finding { finding }
  }

  private static let pass = Finding.pass(found: Text("", ko: ""))
  private static let fail = Finding.fail(
    Failure(expected: Text("", ko: ""), found: Text("", ko: "")))
  private static let error = Finding.error(Text("down", ko: "꺼짐"))

  private func words(_ checks: [Check], missing: [String] = []) -> [String] {
    Evaluation.verdicts(for: checks, in: Snapshot(), missing: missing).map(\.word)
  }

  @Test("an empty list is an error, never a pass")
  func empty() {
    #expect(words([]) == ["error"])
  }

  @Test("what fails before its step's turn is blocked; what passes, passes")
  func order() {
    let checks = [Self.check("a", Self.pass), Self.check("b", Self.fail)]
    #expect(words(checks) == ["pass", "fail"])
    #expect(words(checks, missing: ["first"]) == ["pass", "blocked"])
  }

  @Test("an open quiz blocks no check, and is itself never blocked")
  func quiz() {
    let quiz = Check(
      id: "q",
      predicate: QuizCheck(key: "q", ask: Text("?", ko: "?"), solution: .texts(["x"])),
      deadline: .zero, needs: [], location: SourceLocation(file: "lab.md"))
    #expect(words([quiz, Self.check("a", Self.fail)], missing: ["first"]) == ["fail", "blocked"])
    #expect(words([quiz, Self.check("a", Self.pass)]) == ["fail", "pass"])
  }

  @Test("an error of ours stays one, whatever comes first")
  func errors() {
    #expect(words([Self.check("a", Self.error)], missing: ["first"]) == ["error"])
  }

  @Test("a check waits for what it needs, in whatever order they stand")
  func needs() {
    #expect(
      words([
        Self.check("c", Self.pass, needs: ["b"]), Self.check("b", Self.fail, needs: ["a"]),
        Self.check("a", Self.pass),
      ]) == ["blocked", "fail", "pass"])
    #expect(
      words([
        Self.check("c", Self.fail, needs: ["b"]), Self.check("b", Self.error),
      ]) == ["blocked", "error"])
  }

  @Test("nobody having looked is an error, not a fail")
  func unobserved() throws {
    let snapshot = Snapshot(containers: ["web1": Fixture.container()])
    for check in [
      "- http.get: http://localhost:{{port}}/", "- tcp.open: 8080", "- file.exists: token",
      "- container.log: {name: web1, contains: x}", "- proc.user: {name: web1, is: 0}",
      "- cgroup.value: {name: web1, limit: memory, is: 64m}", "- script: \"true\"",
      "- container.file: {name: web1, path: /x}", "- container.diff: {name: web1, path: /x}",
      "- container.exec: {name: web1, command: [id]}", "- container.size: {name: web1, under: 1}",
    ] {
      #expect(try Fixture.verdict(check, snapshot).word == "error", "\(check)")
    }
  }

  @Test(
    "passes what is right",
    arguments: [
      "- container.exists: web1", "- container.absent: web2",
      "- container.state: {name: web1, is: running}",
      "- container.state: {name: web1, not: exited}",
      "- container.exit: {name: gone, is: 3}",
      "- container.config: {name: web1, path: 'Config.Labels[\"a.b\"]', is: c}",
      "- container.image: {name: web1, is: nginx}",
      "- container.command: {name: web1, is: nginx -g daemon}",
      "- container.env: {name: web1, variable: A, is: b}",
      "- container.port: {name: web1, port: 80, host: {{port}}}",
      "- container.port: {name: web1, port: 80}",
      "- container.count: {is: 2}",
      "- container.count: {image: nginx, state: running, label: a.b=c, at-least: 1}",
      "- image.exists: nginx", "- image.absent: redis", "- image.layers: {image: nginx, is: 2}",
      "- image.size: {image: nginx, under: 1k}", "- image.same: {images: [nginx, nginx:latest]}",
      "- image.config: {image: nginx, path: Config.Cmd, contains: nginx}",
      "- image.dangling: {is: 0}",
      "- http.get: {url: http://localhost:{{port}}/, contains: hello}",
      "- journal.count: {event: container.create web1 image=nginx, is: 1}",
      "- journal.absent: container.remove web1",
      "- journal.order: [container.create web1, container.start web1]",
      "- file.text: {path: a.txt, matches: '^l[io]ne$'}",
      "- file.json: {path: a.json, at: 'items[1].name', is: two}",
      "- proc.ns: {name: web1, kind: net, is: different}",
      "- proc.ns: {name: web1, kind: user, is: same}",
      "- proc.caps: {name: web1, has: [chown], lacks: [CAP_SYS_ADMIN]}",
      "- proc.seccomp: {name: web1, is: filter}", "- proc.user: {name: web1, is: 0}",
      "- cgroup.value: {name: web1, limit: memory, is: 64m}", "- tcp.open: 8080",
      "- tcp.closed: 8081",
      "- image.size: {image: nginx, smaller-than: big}",
      "- image.history: {image: nginx, contains: RUN}",
      "- image.history: {image: nginx, row: RUN, is: 12}",
      "- image.file: {image: nginx, path: /etc/os-release, contains: Debian}",
      "- image.no-file: {image: nginx, path: /root/x}",
      "- container.file: {name: web1, path: /s, mode: 660}",
      "- container.port: {name: web1, port: 80, address: \"\"}",
      "- net.exists: {name: bridge, driver: bridge, scope: local}",
      "- volume.exists: data", "- volume.absent: other",
      "- volume.file: {name: data, path: post, contains: hi}",
      "- file.sha256: {path: n.tar, is: ab12}", "- file.mode: {path: a.txt, is: 644}",
      "- file.text: {path: kernel.txt, equals: {host: kernel}}",
      "- file.text: {path: parent.txt, equals: {proc.parent: web1}}",
      "- file.text: {path: cgroup.txt, equals: {host: cgroup-version}}",
      "- proc.command: {name: web1, is: nginx -g daemon}",
      "- proc.uidmap: {name: web1, is: 0 0 4294967295}",
      "- cgroup.value: {name: web1, file: memory.high, is: max}",
    ])
  func passes(_ check: String) throws {
    let verdict = try Fixture.verdict(check, Self.right)
    #expect(verdict.passed, "\(VerdictText.summary(verdict).en)")
  }

  private static let right = Snapshot(
    containers: [
      "web1": Fixture.container(
        command: ["nginx", "-g", "daemon"], ports: [80: 8080], env: ["A=b"], labels: ["a.b": "c"]),
      "gone": Fixture.container(status: "exited", exit: 3),
    ], images: [Fixture.image("nginx"), Fixture.image("big", size: 2000)],
    networks: [["Name": "bridge", "Driver": "bridge", "Scope": "local"]], volumes: ["data"],
    journal: Fixture.journal("container.create web1 image=nginx:latest", "container.start web1"),
    probes: [
      .http(url: "http://localhost:8080/", host: nil): .http(status: 200, body: "hello world"),
      .portHolder(8080): .text("dklab"),
      .file("a.txt"): .file(text: "first\nline\n", mode: 0o644, isDirectory: false),
      .file("a.json"): .file(
        text: "{\"items\": [{}, {\"name\": \"two\"}]}", mode: 0o644, isDirectory: false),
      .process("web1"): .process(
        ProcessFacts(
          pid: 100, namespaces: ["net": 1, "user": 2], capabilities: ["CAP_CHOWN"], seccomp: 2,
          command: ["nginx", "-g", "daemon"], userMap: ["0 0 4294967295"], parent: 77)),
      .imageHistory("nginx"): .lines(["0\tCMD x", "12\tRUN y"]),
      .imageFile(image: "nginx", path: "/etc/os-release"): .file(
        text: "Debian", mode: 0o644, isDirectory: false),
      .imageFile(image: "nginx", path: "/root/x"): .nothing("no such file"),
      .containerFile(container: "web1", path: "/s"): .file(
        text: "", mode: 0o660, isDirectory: false),
      .volumeFile(volume: "data", path: "post"): .file(
        text: "hi", mode: 0o644, isDirectory: false),
      .fileDigest("n.tar"): .text("ab12"), .cgroupVersion: .text("2"),
      .file("kernel.txt"): .file(text: "6.1.0\n", mode: 0o644, isDirectory: false),
      .file("parent.txt"): .file(text: "  77\n", mode: 0o644, isDirectory: false),
      .file("cgroup.txt"): .file(text: "2\n", mode: 0o644, isDirectory: false),
      .cgroup(container: "web1", limit: "memory.high"): .text("max"),
      .host: .process(ProcessFacts(pid: 1, namespaces: ["net": 9, "user": 2])),
      .cgroup(container: "web1", limit: "memory"): .text("67108864"),
      .tcp(address: "127.0.0.1", port: 8080): .open,
      .tcp(address: "127.0.0.1", port: 8081): .nothing("connection refused"),
    ])
}
