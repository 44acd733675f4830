/// A length of time in a compose file: numbers with units `w d h m s ms us ns`, `1m30s`, `1.5h`.
package struct ComposeDuration: Hashable, Sendable, CustomStringConvertible {
  package var nanoseconds: Int64

  package init(nanoseconds: Int64) {
    self.nanoseconds = nanoseconds
  }

  private static let units: [String: Double] = [
    "ns": 1, "us": 1e3, "µs": 1e3, "μs": 1e3, "ms": 1e6, "s": 1e9, "m": 60e9, "h": 3600e9,
    "d": 86400e9, "w": 604800e9,
  ]

  /// nil when `text` is no duration.
  package init?(_ text: String) {
    var rest = text[...]
    var total = 0.0
    if rest == "0" {
      self.init(nanoseconds: 0)
      return
    }
    guard !rest.isEmpty else { return nil }
    while !rest.isEmpty {
      let digits = rest.prefix { $0.isASCII && $0.isNumber || $0 == "." }
      rest = rest.dropFirst(digits.count)
      let unit = rest.prefix { $0.isLetter }
      rest = rest.dropFirst(unit.count)
      guard let number = Double(digits), let factor = Self.units[String(unit)] else { return nil }
      total += number * factor
    }
    guard total < 9e18 else { return nil }
    self.init(nanoseconds: Int64(total))
  }

  /// `1m30s`, as Go prints a duration, and as compose prints it.
  package var description: String {
    if nanoseconds == 0 { return "0s" }
    let (seconds, fraction) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
    if seconds == 0 {
      let (unit, scale): (String, Double) =
        nanoseconds < 1000 ? ("ns", 1) : nanoseconds < 1_000_000 ? ("µs", 1e3) : ("ms", 1e6)
      return Self.trimmed(Double(nanoseconds) / scale) + unit
    }
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60)
    var text = hours > 0 ? "\(hours)h\(minutes)m" : minutes > 0 ? "\(minutes)m" : ""
    text += Self.trimmed(Double(seconds % 60) + Double(fraction) / 1e9) + "s"
    return text
  }

  private static func trimmed(_ value: Double) -> String {
    value == value.rounded() ? "\(Int64(value))" : "\(value)"
  }
}
