import Testing

@Suite("Logs", .serialized, .enabled(if: containerObstacle == nil, "needs root"))
struct LogsTests {
  let sandbox: Sandbox

  init() throws {
    sandbox = try Sandbox()
  }

  @Test("are kept within the size that was asked for, and read over all files") func rotation() {
    defer { sandbox.close() }
    let counted = sandbox.run(
      [
        "run", "--name", "rot", "--log-opt", "max-size=2k", "--log-opt", "max-file=3", "busybox",
        "sh", "-c", "for i in $(seq 200); do echo line $i; done",
      ])
    #expect(counted.lines.count == 200)
    let lines = sandbox.run("logs rot").lines
    #expect(lines.last == "line 200" && (20..<120).contains(lines.count), "\(lines.count)")
    #expect(lines == Array(counted.lines.suffix(lines.count)), "no line is missing in between")
    #expect(sandbox.run("logs -n 30 rot").lines == Array(counted.lines.suffix(30)))
    #expect(
      sandbox.run(["inspect", "-f", "{{json .HostConfig.LogConfig}}", "rot"]).text
        == #"{"Type":"json-file","Config":{"max-file":"3","max-size":"2k"}}"#)
  }

  @Test("are followed across files until the container ends") func follow() {
    defer { sandbox.close() }
    sandbox.run(
      [
        "run", "-d", "--name", "fol", "--log-opt", "max-size=1k", "busybox", "sh", "-c",
        "while [ ! -e /go ]; do sleep 0.1; done; "
          + "for i in $(seq 40); do echo line $i; sleep 0.02; done",
      ])
    sandbox.run(["exec", "-d", "fol", "sh", "-c", "sleep 1; touch /go"])
    let lines = sandbox.run("logs -f fol").lines
    #expect(lines == (1...40).map { "line \($0)" })
  }

  @Test("choose by time, by number, and by both as docker does") func choose() {
    defer { sandbox.close() }
    sandbox.run(
      [
        "run", "--name", "ch", "busybox", "sh", "-c",
        "echo a; echo b >&2; sleep 1.2; echo c; echo d",
      ])
    let stamped = sandbox.run("logs -t ch").output + sandbox.run("logs -t ch").errors
    let lines = stamped.split(separator: "\n").map(String.init)
    #expect(lines.count == 4 && lines.allSatisfy { $0.hasPrefix("20") && $0.contains("Z ") })
    let third = String((lines.first { $0.hasSuffix(" c") } ?? "").prefix { $0 != " " })
    #expect(sandbox.run("logs --since \(third) ch").lines == ["c", "d"])
    #expect(sandbox.run("logs --until \(third) ch").lines == ["a", "c"])
    #expect(sandbox.run("logs --until \(third) ch").errors == "b\n")
    #expect(
      sandbox.run("logs --tail 1 --until \(third) ch").output == "",
      "the last line first, then the time")
    #expect(sandbox.run("logs --tail 0 ch").output == "")
    #expect(sandbox.run("logs --since 10m ch").lines == ["a", "c", "d"])
  }

  @Test("carry labels, variables and a tag when asked to") func details() {
    defer { sandbox.close() }
    sandbox.run(
      [
        "run", "--name", "det", "--label", "tier=db", "-e", "ZONE=a", "--log-opt", "labels=tier",
        "--log-opt", "env=ZONE", "--log-opt", "tag={{.Name}}", "busybox", "echo", "hi",
      ])
    #expect(sandbox.run("logs --details det").text == "ZONE=a,tag=det,tier=db hi")
    #expect(sandbox.run("logs det").text == "hi")
  }

  @Test("are not kept with the driver none, which is said to who asks") func none() {
    defer { sandbox.close() }
    #expect(sandbox.run("run --name no --log-driver none busybox echo hi").text == "hi")
    let logs = sandbox.run("logs no")
    #expect(logs.status == 1)
    #expect(logs.errors.contains("configured logging driver does not support reading"))
    #expect(sandbox.run("run --log-driver syslog busybox true").status == 125)
    #expect(sandbox.run("run --log-opt max-size=x busybox true").status == 125)
  }
}
