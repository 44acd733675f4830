import Images
import Support

extension InstructionReader {
  /// HEALTHCHECK NONE, or HEALTHCHECK [flags] CMD ….
  func healthcheck() throws -> ContainerConfig.Healthcheck {
    let (type, rest) = text.arguments.splitAtSpace
    _ = try atLeastOne([type].filter { !$0.isEmpty })
    if type.uppercased() == "NONE" {
      guard rest == nil else {
        throw DockerfileError(
          Text("HEALTHCHECK NONE takes no arguments", ko: "HEALTHCHECK NONE에는 인자를 쓸 수 없습니다"))
      }
      return ContainerConfig.Healthcheck(test: ["NONE"])
    }
    let flags = try InstructionFlags(
      text.flags,
      known: [
        "interval": .text, "timeout": .text, "start-period": .text, "start-interval": .text,
        "retries": .text,
      ])
    guard type.uppercased() == "CMD" else {
      throw DockerfileError(
        Text(
          "Unknown type \"\(type.uppercased())\" in HEALTHCHECK (try CMD)",
          ko: "HEALTHCHECK에 \"\(type.uppercased())\"은(는) 쓸 수 없습니다(CMD를 써 보세요)"))
    }
    let list = try InstructionText.jsonList(rest ?? "")
    let words = list ?? [rest ?? ""].filter { !$0.isEmpty }
    guard !words.isEmpty else {
      throw DockerfileError(
        Text("Missing command after HEALTHCHECK CMD", ko: "HEALTHCHECK CMD 뒤에 명령이 없습니다"))
    }
    var check = ContainerConfig.Healthcheck(test: [list == nil ? "CMD-SHELL" : "CMD"] + words)
    check.interval = try duration(flags, "interval")
    check.timeout = try duration(flags, "timeout")
    check.startPeriod = try duration(flags, "start-period")
    check.startInterval = try duration(flags, "start-interval")
    if let retries = flags.text("retries") {
      guard let number = Int32(retries) else {
        throw DockerfileError(
          Text(
            "strconv.ParseInt: parsing \"\(retries)\": invalid syntax",
            ko: "--retries에는 숫자를 써야 합니다: \(retries)"))
      }
      guard number >= 0 else {
        throw DockerfileError(
          Text("--retries cannot be negative (\(number))", ko: "--retries는 음수일 수 없습니다: \(number)"))
      }
      check.retries = number == 0 ? nil : Int(number)
    }
    return check
  }

  /// Nanoseconds; nil when the flag is not given or zero.
  private func duration(_ flags: InstructionFlags, _ name: String) throws -> Int64? {
    guard let text = flags.text(name) else { return nil }
    guard let value = GoDuration.nanoseconds(text) else {
      throw DockerfileError(
        Text("time: invalid duration \"\(text)\"", ko: "잘못된 시간입니다: \"\(text)\""),
        hint: Text("as in 30s, 1m30s, 500ms", ko: "예: 30s, 1m30s, 500ms"))
    }
    guard value == 0 || value >= 1_000_000 else {
      throw DockerfileError(
        Text("Interval \"\(name)\" cannot be less than 1ms", ko: "--\(name)은(는) 1ms보다 짧을 수 없습니다"))
    }
    return value == 0 ? nil : value
  }
}

/// Durations as Go writes them: `1h30m`, `1.5s`, `500ms`.
enum GoDuration {
  private static let units: [String: Double] = [
    "ns": 1, "us": 1e3, "µs": 1e3, "μs": 1e3, "ms": 1e6, "s": 1e9, "m": 60e9, "h": 3600e9,
  ]

  static func nanoseconds(_ text: String) -> Int64? {
    var scanner = WordScanner(text)
    var sign = 1.0
    if let mark = scanner.next, mark == "-" || mark == "+" {
      _ = scanner.take()
      sign = mark == "-" ? -1 : 1
    }
    if scanner.rest == "0" { return 0 }
    guard !scanner.isAtEnd else { return nil }
    var total = 0.0
    while !scanner.isAtEnd {
      let digits = scanner.take { $0.isDigit || $0 == "." }
      let unit = scanner.take { !$0.isDigit && $0 != "." }
      guard let number = Double(digits), let factor = units[unit] else { return nil }
      total += number * factor
    }
    return Int64(exactly: (sign * total).rounded())
  }
}
