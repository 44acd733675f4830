// A container's check as the engine sees it: what was asked for becomes the monitor's orders, and
// what the monitor saw becomes part of the record.

import Documents
import Images
import Linux
import Runtime
import Support

/// The health of a container that has a check: `State.Health` of `docker inspect`.
package struct HealthState: Sendable, Codable, Equatable {
  package var progress = HealthProgress()
  /// The last five looks, oldest first.
  package var log: [HealthResult] = []

  package var status: HealthStatus { progress.status }

  static let longestLog = 5

  mutating func add(_ result: HealthResult, _ progress: HealthProgress) {
    self.progress = progress
    log = log.suffix(HealthState.longestLog - 1) + [result]
  }
}

extension ContainerConfig.Healthcheck {
  /// Whether this says to look at all: `NONE` switches off what the image has.
  package var isActive: Bool { !(test ?? []).isEmpty && test?.first != "NONE" }

  /// The program and its arguments; `CMD-SHELL` takes the image's SHELL.
  func arguments(shell: [String]?) -> [String] {
    let words = test ?? []
    guard words.first == "CMD-SHELL" else { return Array(words.dropFirst()) }
    return (shell ?? ["/bin/sh", "-c"]) + [words.dropFirst().joined(separator: " ")]
  }

  /// What is not given here comes from the image's check.
  func completed(by image: ContainerConfig.Healthcheck) -> ContainerConfig.Healthcheck {
    var result = self
    if (test ?? []).isEmpty { result.test = image.test }
    func given(_ value: Int64?) -> Int64? { value == 0 ? nil : value }
    result.interval = given(interval) ?? image.interval
    result.timeout = given(timeout) ?? image.timeout
    result.startPeriod = given(startPeriod) ?? image.startPeriod
    result.startInterval = given(startInterval) ?? image.startInterval
    result.retries = (retries == 0 ? nil : retries) ?? image.retries
    return result
  }

  /// Refuses what docker refuses. Throws `DklabError` `health.invalid`.
  func validate() throws {
    func refuse(_ message: String) -> DklabError {
      DklabError(.invalid, id: "health.invalid", Text(message, ko: "상태 검사 설정이 잘못되었습니다: \(message)"))
    }
    let words = test ?? []
    if let first = words.first, !["NONE", "CMD", "CMD-SHELL"].contains(first) {
      throw refuse("Unknown healthcheck type '\(first)' (expected 'CMD', 'CMD-SHELL' or 'NONE')")
    }
    let times = [
      ("Interval", interval), ("Timeout", timeout), ("StartPeriod", startPeriod),
      ("StartInterval", startInterval),
    ]
    for (name, value) in times where (value ?? 0) != 0 && (value ?? 0) < 1_000_000 {
      throw refuse("\(name) in Healthcheck cannot be less than 1ms")
    }
    if (retries ?? 0) < 0 { throw refuse("Retries in Healthcheck cannot be negative") }
  }
}

extension Engine {
  /// What the monitor of `record` shall do to know its health; nil without a check.
  func healthCheck(
    _ record: ContainerRecord, _ preparation: LaunchPreparation, host: HostFacts
  ) throws -> HealthCheck? {
    guard let wish = record.spec.config.healthcheck, wish.isActive,
      var process = preparation.wish.spec.process
    else { return nil }
    process.args = wish.arguments(shell: record.spec.config.shell)
    process.terminal = false
    let plan = try LaunchPlan.execPlan(
      process, wish: preparation.wish, host: host, diesWithCaller: true)
    var check = HealthCheck(operations: plan.initOperations)
    func milliseconds(_ value: Int64?, _ standard: Int64) -> Int64 {
      guard let value, value > 0 else { return standard }
      return max(1, value / 1_000_000)
    }
    check.interval = milliseconds(wish.interval, check.interval)
    check.timeout = milliseconds(wish.timeout, check.timeout)
    check.startPeriod = milliseconds(wish.startPeriod, check.startPeriod)
    check.startInterval = milliseconds(wish.startInterval, check.startInterval)
    if let retries = wish.retries, retries > 0 { check.retries = retries }
    return check
  }

  /// Simplification: docker also tells of every look (`exec_create`, `exec_start`, `exec_die`); our
  /// journal lasts, so it has the changes only, and the record has the last looks.
  func recordCheck(
    _ result: HealthResult, _ progress: HealthProgress, changed: Bool, of id: String
  ) throws {
    try update(id, .later) { state, record in
      guard state.status == .running || state.status == .paused else { return }
      state.health = state.health ?? HealthState()
      state.health?.add(result, progress)
      guard changed else { return }
      try journal.append(
        "container", "health_status: \(progress.status.rawValue)", actor: id, name: record.name,
        attributes(record))
    }
  }

  /// `State.Health` of `docker inspect`; nil for a container without a check.
  func inspectHealth(_ state: ContainerState) -> JSONValue? {
    guard let health = state.health else { return nil }
    return .object([
      "Status": .string(health.status.rawValue),
      "FailingStreak": .integer(Int64(health.progress.failingStreak)),
      "Log": .array(
        health.log.map { result in
          .object([
            "Start": .string(RFC3339.text(result.start)), "End": .string(RFC3339.text(result.end)),
            "ExitCode": .integer(Int64(result.exitCode)), "Output": .string(result.output),
          ])
        }),
    ])
  }

  /// `Config.Healthcheck` of `docker inspect`.
  func inspectHealthcheck(_ wish: ContainerConfig.Healthcheck) -> JSONValue {
    var members: [(String, JSONValue)] = []
    if let test = wish.test { members.append(("Test", strings(test))) }
    for (key, value) in [
      ("Interval", wish.interval), ("Timeout", wish.timeout), ("StartPeriod", wish.startPeriod),
      ("StartInterval", wish.startInterval), ("Retries", wish.retries.map(Int64.init)),
    ] {
      if let value, value != 0 { members.append((key, .integer(value))) }
    }
    return .object(JSONObject(members))
  }
}
