import Images
import Support

extension RunOptions {
  /// `--health-…` and `--no-healthcheck`; nil when none is given, so that the image decides.
  func healthcheck() throws -> ContainerConfig.Healthcheck? {
    let times = try [
      ("--health-interval", healthInterval), ("--health-timeout", healthTimeout),
      ("--health-start-period", healthStartPeriod),
      ("--health-start-interval", healthStartInterval),
    ].map { flag, text in try text.map { try flagValue(flag, $0, GoValue.duration) } ?? 0 }
    let retries = try healthRetries.map { try flagValue("--health-retries", $0, GoValue.int) } ?? 0
    let isGiven = !(healthCmd ?? "").isEmpty || retries != 0 || times.contains { $0 != 0 }
    if noHealthcheck {
      guard !isGiven else {
        throw refuse("--no-healthcheck conflicts with --health-* options")
      }
      return ContainerConfig.Healthcheck(test: ["NONE"])
    }
    guard isGiven else { return nil }
    for (name, value) in zip(["interval", "timeout", "start-period", "start-interval"], times)
    where value < 0 {
      throw refuse("--health-\(name) cannot be negative")
    }
    if retries < 0 { throw refuse("--health-retries cannot be negative") }
    var check = ContainerConfig.Healthcheck(test: [])
    check.test = healthCmd.flatMap { $0.isEmpty ? nil : ["CMD-SHELL", $0] }
    check.interval = times[0]
    check.timeout = times[1]
    check.startPeriod = times[2]
    check.startInterval = times[3]
    check.retries = Int(clamping: retries)
    return check
  }

  private func refuse(_ message: String) -> DklabError {
    DklabError(
      .invalid, id: "run.health", Text(message, ko: "상태 검사 옵션이 맞지 않습니다: \(message)"),
      exitStatus: 125)
  }
}
