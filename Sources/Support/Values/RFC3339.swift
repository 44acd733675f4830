import Glibc

/// Times as documents write them: `2024-05-01T12:30:00.123456789Z` (RFC 3339), in nanoseconds since
/// 1970.
package enum RFC3339 {
  /// The time docker shows where there is none.
  package static let zero = "0001-01-01T00:00:00Z"

  /// The time in `text`; nil when it is not one, or not between 1678 and 2262.
  package static func nanoseconds(_ text: String) -> Int64? {
    let bytes = Array(text.utf8)
    guard bytes.count >= 20, bytes[4] == 0x2d, bytes[7] == 0x2d, bytes[10] | 0x20 == 0x74,
      bytes[13] == 0x3a, bytes[16] == 0x3a,
      let year = number(bytes[0..<4]), let month = number(bytes[5..<7]),
      let day = number(bytes[8..<10]), let hour = number(bytes[11..<13]),
      let minute = number(bytes[14..<16]), let second = number(bytes[17..<19]),
      (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second <= 60
    else { return nil }
    var rest = bytes[19...]
    var fraction: Int64 = 0
    if rest.first == 0x2e {
      let digits = rest.dropFirst().prefix { (0x30...0x39).contains($0) }
      guard let value = number(digits.prefix(9)) else { return nil }
      fraction = (0..<max(0, 9 - digits.count)).reduce(value) { value, _ in value * 10 }
      rest = rest.dropFirst(1 + digits.count)
    }
    guard let offset = offsetSeconds(Array(rest)) else { return nil }
    let seconds =
      daysSince1970(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second - offset
    let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    guard !overflow else { return nil }
    let (result, isTooLate) = whole.addingReportingOverflow(fraction)
    return isTooLate ? nil : result
  }

  /// The time as text in UTC, to the second when that is exact; otherwise without the zeros at the
  /// end of the fraction, or with all nine digits when `fixed` (as `docker logs -t` prints them).
  package static func text(_ nanoseconds: Int64, fixed: Bool = false) -> String {
    let (seconds, fraction) = floorDivide(nanoseconds, 1_000_000_000)
    var text = dateAndTime(seconds, separator: "T")
    if fixed {
      text += "." + pad(fraction, 9)
    } else if fraction != 0 {
      var digits = pad(fraction, 9)
      while digits.hasSuffix("0") { digits.removeLast() }
      text += "." + digits
    }
    return text + "Z"
  }

  /// The time in this machine's time zone as docker's tables show it: `2024-05-01 21:30:00 +0900
  /// KST`.
  package static func local(_ nanoseconds: Int64) -> String {
    var seconds = time_t(floorDivide(nanoseconds, 1_000_000_000).quotient)
    var fields = tm()
    guard localtime_r(&seconds, &fields) != nil else { return text(nanoseconds) }
    let offset = Int64(fields.tm_gmtoff)
    let minutes = offset.magnitude / 60
    let sign = offset < 0 ? "-" : "+"
    let zone = fields.tm_zone.map { String(cString: $0) } ?? "UTC"
    return dateAndTime(Int64(seconds) + offset, separator: " ")
      + " \(sign)\(pad(Int64(minutes / 60)))\(pad(Int64(minutes % 60))) \(zone)"
  }

  /// The time in this machine's time zone to the nanosecond, as docker prints the time of an event:
  /// `2024-05-01T21:30:00.123456789+09:00`.
  package static func localNanoseconds(_ nanoseconds: Int64) -> String {
    let (whole, fraction) = floorDivide(nanoseconds, 1_000_000_000)
    var seconds = time_t(whole)
    var fields = tm()
    guard localtime_r(&seconds, &fields) != nil else { return text(nanoseconds, fixed: true) }
    let offset = Int64(fields.tm_gmtoff)
    let minutes = Int64(offset.magnitude / 60)
    let zone =
      offset == 0 ? "Z" : "\(offset < 0 ? "-" : "+")\(pad(minutes / 60)):\(pad(minutes % 60))"
    return dateAndTime(whole + offset, separator: "T") + ".\(pad(fraction, 9))" + zone
  }

  /// This moment.
  package static func now() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }

  private static func dateAndTime(_ seconds: Int64, separator: String) -> String {
    let (days, rest) = floorDivide(seconds, 86_400)
    let (year, month, day) = civil(days)
    return "\(pad(year, 4))-\(pad(month))-\(pad(day))\(separator)"
      + "\(pad(rest / 3_600)):\(pad(rest / 60 % 60)):\(pad(rest % 60))"
  }

  private static func number(_ digits: ArraySlice<UInt8>) -> Int64? {
    guard !digits.isEmpty, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return digits.reduce(0) { $0 * 10 + Int64($1 - 0x30) }
  }

  private static func offsetSeconds(_ zone: [UInt8]) -> Int64? {
    if zone.count == 1 && zone[0] | 0x20 == 0x7a { return 0 }
    guard zone.count == 6, zone[0] == 0x2b || zone[0] == 0x2d, zone[3] == 0x3a,
      let hours = number(zone[1..<3]), let minutes = number(zone[4..<6])
    else { return nil }
    return (zone[0] == 0x2d ? -1 : 1) * (hours * 3_600 + minutes * 60)
  }

  // Days of the proleptic Gregorian calendar, with years that start in March so that the leap day
  // is the last.
  private static func daysSince1970(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
    let year = month <= 2 ? year - 1 : year
    let era = floorDivide(year, 400).quotient
    let yearOfEra = year - era * 400
    let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  private static func civil(_ days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let (era, dayOfEra) = floorDivide(days + 719_468, 146_097)
    let yearOfEra =
      (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shifted = (5 * dayOfYear + 2) / 153
    let month = shifted < 10 ? shifted + 3 : shifted - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return (year, month, dayOfYear - (153 * shifted + 2) / 5 + 1)
  }

  private static func floorDivide(_ value: Int64, _ divisor: Int64)
    -> (quotient: Int64, remainder: Int64)
  {
    let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }

  private static func pad(_ value: Int64, _ width: Int = 2) -> String {
    let text = String(value)
    return String(repeating: "0", count: max(0, width - text.count)) + text
  }
}
