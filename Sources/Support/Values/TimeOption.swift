import Glibc

/// `--since` and `--until`: a moment, or a length of time before now.
package enum TimeOption {
  /// Nanoseconds since 1970 for `2024-05-01T12:00:00Z`, `2024-05-01T12:00`, `2024-05-01` (local
  /// time without a zone), seconds since 1970 with a fraction, or `10m`.
  package static func parse(_ text: String, now: Int64 = RFC3339.now()) throws -> Int64 {
    if let duration = try? GoValue.duration(text), text != "0" { return now - duration }
    if let exact = RFC3339.nanoseconds(text) { return exact }
    if let local = localTime(text) { return local }
    let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    if let first = parts.first, let seconds = Int64(first), seconds.magnitude < 9_000_000_000 {
      let digits = parts.count > 1 ? String(parts[1]) : "0"
      let nine = (digits + "000000000").prefix(9)
      if digits.allSatisfy({ $0.isASCII && $0.isNumber }), let fraction = Int64(nine) {
        return seconds * 1_000_000_000 + fraction
      }
    }
    throw DklabError(
      .invalid, id: "time.invalid",
      Text("invalid time: \(text)", ko: "잘못된 시각입니다: \(text)"),
      hint: Text(
        "write 2024-05-01T12:00:00Z, 2024-05-01, seconds since 1970, or 10m for ten minutes ago",
        ko: "2024-05-01T12:00:00Z, 2024-05-01, 1970년부터의 초, 또는 10분 전이면 10m으로 쓰세요"))
  }

  /// A date with or without a time, without a zone: this machine's.
  private static func localTime(_ text: String) -> Int64? {
    // Completed to `2024-05-01T12:00:00Z`, read as UTC, and its clock read once more as local time.
    let pattern = "0000-01-01T00:00:00"
    guard text.utf8.count >= 10, text.utf8.count <= pattern.utf8.count,
      let asUTC = RFC3339.nanoseconds(text + pattern.dropFirst(text.count) + "Z")
    else { return nil }
    var seconds = time_t(asUTC / 1_000_000_000)
    var fields = tm()
    guard gmtime_r(&seconds, &fields) != nil else { return nil }
    fields.tm_isdst = -1
    return Int64(mktime(&fields)) * 1_000_000_000
  }
}
