// HEALTHCHECK as a change of an image: `NONE`, or flags and then `CMD` (Dockerfile reference).

import Support

extension ContainerConfig {
  mutating func setHealthcheck(_ text: String, _ change: String) throws {
    var rest = text[...]
    var check = Healthcheck(test: [])
    while rest.hasPrefix("--") {
      let flag = rest.prefix { !$0.isWhitespace }
      try check.apply(flag: String(flag.dropFirst(2)), change)
      rest = rest.dropFirst(flag.count).drop(while: \.isWhitespace)
    }
    let word = rest.prefix { !$0.isWhitespace }.uppercased()
    let command = String(rest.dropFirst(word.count)).trimmed
    switch word {
    case "NONE" where command.isEmpty: check.test = ["NONE"]
    case "CMD" where !command.isEmpty:
      check.test =
        try ContainerConfig.list(command, change).map { ["CMD"] + $0 } ?? ["CMD-SHELL", command]
    default:
      throw ContainerConfig.badChange(
        change,
        Text(
          "Unknown type \"\(word)\" in HEALTHCHECK (try CMD)",
          ko: "HEALTHCHECK에 \"\(word)\"은(는) 쓸 수 없습니다"),
        hint: "HEALTHCHECK --interval=30s CMD curl -f http://localhost/")
    }
    healthcheck = check
  }
}

extension ContainerConfig.Healthcheck {
  fileprivate mutating func apply(flag: String, _ change: String) throws {
    let parts = flag.split(separator: "=", maxSplits: 1).map(String.init)
    let value = parts.count == 2 ? parts[1] : ""
    func nanoseconds() throws -> Int64 {
      guard let length = Self.duration(value) else {
        throw ContainerConfig.badChange(
          change, Text("invalid duration \"\(value)\"", ko: "잘못된 시간입니다: \"\(value)\""),
          hint: "30s, 1m30s, 500ms")
      }
      return length
    }
    switch parts.first {
    case "interval": interval = try nanoseconds()
    case "timeout": timeout = try nanoseconds()
    case "start-period": startPeriod = try nanoseconds()
    case "start-interval": startInterval = try nanoseconds()
    case "retries":
      guard let count = Int(value), count >= 0 else {
        throw ContainerConfig.badChange(
          change, Text("invalid number \"\(value)\"", ko: "잘못된 숫자입니다: \"\(value)\""))
      }
      retries = count
    default:
      throw ContainerConfig.badChange(
        change, Text("Unknown flag: \(parts.first ?? "")", ko: "모르는 플래그입니다: \(flag)"),
        hint: "--interval --timeout --start-period --start-interval --retries")
    }
  }

  /// `1m30s` in nanoseconds; nil for anything else.
  private static func duration(_ text: String) -> Int64? {
    let units: [(String, Int64)] = [
      ("ns", 1), ("us", 1_000), ("ms", 1_000_000), ("s", 1_000_000_000), ("m", 60_000_000_000),
      ("h", 3_600_000_000_000),
    ]
    var total: Int64 = 0
    var rest = text[...]
    guard !rest.isEmpty else { return nil }
    while !rest.isEmpty {
      let digits = rest.prefix { $0.isASCII && $0.isNumber }
      rest = rest.dropFirst(digits.count)
      let unit = rest.prefix { $0.isASCII && $0.isLetter }
      rest = rest.dropFirst(unit.count)
      guard let number = Int64(digits), number < 1_000_000_000,
        let factor = units.first(where: { $0.0 == unit })?.1
      else { return nil }
      let (product, overflow) = number.multipliedReportingOverflow(by: factor)
      guard !overflow, total < .max - product else { return nil }
      total += product
    }
    return total
  }
}
