import Testing

@Suite("Health checks", .serialized, .enabled(if: containerObstacle == nil, "needs root"))
struct HealthTests {
  let sandbox: Sandbox

  init() throws {
    sandbox = try Sandbox()
  }

  func health(_ name: String) -> String {
    sandbox.run(["inspect", "-f", "{{.State.Health.Status}}", name]).text
  }

  @Test("go from starting to unhealthy to healthy, as the command in the container says")
  func statuses() {
    defer { sandbox.close() }
    let started = sandbox.run(
      [
        "run", "-d", "--name", "hc", "--health-cmd", "cat /ok || exit 3", "--health-interval",
        "200ms", "--health-retries", "2", "busybox", "sleep", "1000",
      ])
    #expect(started.status == 0, "\(started)")
    #expect(eventually { health("hc") == "unhealthy" })
    #expect(sandbox.run(["ps", "--format", "{{.Status}}"]).text.hasSuffix("(unhealthy)"))
    #expect(sandbox.run("ps -q --filter health=unhealthy").lines.count == 1)
    #expect(sandbox.run("ps -q --filter health=healthy").lines.isEmpty)
    let log = sandbox.run(["inspect", "-f", "{{json .State.Health.Log}}", "hc"]).text
    #expect(log.contains(#""ExitCode":3"#) && log.contains("can't open"), "\(log)")
    sandbox.run(["exec", "hc", "sh", "-c", "echo fine > /ok"])
    #expect(eventually { health("hc") == "healthy" })
    #expect(sandbox.run(["inspect", "-f", "{{.State.Health.FailingStreak}}", "hc"]).text == "0")
    #expect(
      eventually {
        sandbox.run(["inspect", "-f", "{{len .State.Health.Log}}", "hc"]).text == "5"
      })
    let events = sandbox.run([
      "events", "--since", "1h", "--until", "0s", "--filter", "event=health_status", "--format",
      "{{.Action}}",
    ])
    #expect(events.lines == ["health_status: unhealthy", "health_status: healthy"])
    sandbox.run("stop -t 0 hc")
    #expect(health("hc") == "unhealthy", "nobody looks any more")
  }

  @Test("end a command that takes too long, with everything it started")
  func timeouts() {
    defer { sandbox.close() }
    sandbox.run(
      [
        "run", "-d", "--name", "slow", "--health-cmd", "echo asked; exec sleep 983",
        "--health-interval", "200ms", "--health-timeout", "300ms", "--health-retries", "1",
        "busybox", "sleep", "1000",
      ])
    #expect(eventually { health("slow") == "unhealthy" })
    let log = sandbox.run(["inspect", "-f", "{{json .State.Health.Log}}", "slow"]).text
    #expect(log.contains(#""ExitCode":-1,"Output":"Health check exceeded timeout (300ms): asked"#))
    // Between two looks there is nothing but the program itself.
    #expect(eventually { !sandbox.run("top slow").text.contains("sleep 983") })
    #expect(sandbox.run("rm -f slow").status == 0)
  }

  @Test("do not count while the container is paused") func paused() {
    defer { sandbox.close() }
    sandbox.run(
      [
        "run", "-d", "--name", "pz", "--health-cmd", "true", "--health-interval", "200ms",
        "--health-timeout", "200ms", "--health-retries", "1", "busybox", "sleep", "1000",
      ])
    #expect(eventually { health("pz") == "healthy" })
    sandbox.run("pause pz")
    let before = sandbox.run(["inspect", "-f", "{{json .State.Health}}", "pz"]).text
    #expect(before.contains("healthy"))
    sandbox.run("create --name clock busybox true")
    for _ in 0..<5 { sandbox.run("start -a clock") }
    #expect(health("pz") == "healthy")
    #expect(sandbox.run("unpause pz").status == 0)
    #expect(health("pz") == "healthy")
  }

  @Test("are switched off by --no-healthcheck, and mistakes are refused in docker's words")
  func options() {
    defer { sandbox.close() }
    sandbox.run("run -d --name none --no-healthcheck busybox sleep 1000")
    #expect(!sandbox.run(["inspect", "-f", "{{json .State}}", "none"]).text.contains("Health"))
    #expect(sandbox.run("ps -q --filter health=none").lines.count == 1)
    let conflict = sandbox.run("run --no-healthcheck --health-cmd true busybox true")
    #expect(conflict.status == 125)
    #expect(conflict.errors.contains("--no-healthcheck conflicts with --health-* options"))
    let negative = sandbox.run("run --health-cmd true --health-retries=-1 busybox true")
    #expect(negative.errors.contains("--health-retries cannot be negative"))
    let short = sandbox.run("run --health-cmd true --health-interval 1us busybox true")
    #expect(short.errors.contains("Interval in Healthcheck cannot be less than 1ms"))
    #expect(sandbox.run("ps --filter health=ill").status != 0)
  }
}
