import Testing

@testable import Runtime

@Suite("The health of a container")
struct HealthCheckTests {
  func check(retries: Int = 3, startPeriod: Int64 = 0) -> HealthCheck {
    var check = HealthCheck(operations: [])
    check.retries = retries
    check.startPeriod = startPeriod
    return check
  }

  /// The words after each of `results`: `+` for success, `-` for failure, at `ages` of the run.
  func words(_ results: String, _ check: HealthCheck, ages: [Int64]? = nil) -> [String] {
    var progress = HealthProgress()
    return results.enumerated().map { place, result in
      progress.take(succeeded: result == "+", sinceStart: ages?[place] ?? 1_000_000, check: check)
      return "\(progress.status.rawValue) \(progress.failingStreak)"
    }
  }

  @Test("it is unhealthy after so many failures in a row, and one success makes it healthy")
  func streak() {
    #expect(
      words("--+--+---+", check()) == [
        "starting 1", "starting 2", "healthy 0", "healthy 1", "healthy 2", "healthy 0", "healthy 1",
        "healthy 2", "unhealthy 3", "healthy 0",
      ])
  }

  @Test("while it starts, a failure does not count; a success does, and ends the start")
  func startPeriod() {
    let check = check(retries: 1, startPeriod: 1000)
    #expect(
      words("--+-", check, ages: [100, 999, 500, 600]) == [
        "starting 0", "starting 0", "healthy 0", "unhealthy 1",
      ])
    #expect(words("-", check, ages: [1000]) == ["unhealthy 1"])
  }

  @Test("while it starts, the start interval holds, until it is healthy or the period is over")
  func intervals() {
    let check = check(startPeriod: 60_000)
    #expect(check.delay(.starting, sinceStart: 0) == 5_000)
    #expect(check.delay(.starting, sinceStart: 60_000) == 30_000)
    #expect(check.delay(.healthy, sinceStart: 100) == 30_000)
    #expect(self.check().delay(.starting, sinceStart: 0) == 30_000)
  }

  @Test("a time limit is written as Go writes it")
  func durations() {
    let written = [500, 1000, 1500, 30_000, 60_000, 90_500, 3_600_000].map {
      HealthProbe.duration($0)
    }
    #expect(written == ["500ms", "1s", "1.5s", "30s", "1m0s", "1m30.5s", "1h0m0s"])
  }
}
