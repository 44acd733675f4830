// Whether the program does its work, not just whether it runs: what HEALTHCHECK of a Dockerfile and
// `docker run --health-cmd` ask for.
//
// The monitor runs a command in the container from time to time and goes by its exit status. All
// decisions are in `HealthProgress`: a value, the same in the monitor, which needs it to know when
// to look next, and in the short-lived child that looks and writes down what it saw.
//
// Next: Monitor+Health.swift, HealthProbe.swift.

/// A container's check, with every default filled in. Times in milliseconds.
package struct HealthCheck: Sendable, Codable, Equatable {
  package var interval: Int64 = 30_000
  package var timeout: Int64 = 30_000
  package var startPeriod: Int64 = 0
  package var startInterval: Int64 = 5_000
  package var retries = 3
  /// The steps of an `exec` that end in the check's command.
  package var operations: [Operation]

  package init(operations: [Operation]) {
    self.operations = operations
  }

  /// How long to wait for the next look, `sinceStart` after the program was started.
  func delay(_ status: HealthStatus, sinceStart: Int64) -> Int64 {
    sinceStart < startPeriod && status == .starting ? startInterval : interval
  }
}

/// Docker's three words for a container with a check.
package enum HealthStatus: String, Sendable, Codable {
  case starting, healthy, unhealthy
}

/// What the checks so far amount to.
package struct HealthProgress: Sendable, Codable, Equatable {
  package var status = HealthStatus.starting
  /// Failures in a row that count.
  package var failingStreak = 0

  package init() {}

  /// Takes in one result. A failure while the program still starts does not count, until it has
  /// succeeded once; a success counts at any time.
  package mutating func take(
    succeeded: Bool, sinceStart: Int64, check: HealthCheck
  ) {
    if succeeded {
      failingStreak = 0
      status = .healthy
    } else if status != .starting || sinceStart >= check.startPeriod {
      failingStreak += 1
      if failingStreak >= check.retries { status = .unhealthy }
    }
  }
}

/// One run of the check's command.
package struct HealthResult: Sendable, Codable, Equatable {
  /// Nanoseconds since 1970.
  package var start: Int64
  package var end: Int64
  /// -1 when it did not end in time or could not be started.
  package var exitCode: Int32
  /// The beginning of what it printed, or why there is none.
  package var output: String

  /// Docker keeps this many bytes of what a check prints.
  static let longestOutput = 4096

  init(start: Int64, end: Int64, exitCode: Int32, output: String) {
    self.start = start
    self.end = end
    self.exitCode = exitCode
    self.output = output
  }
}
