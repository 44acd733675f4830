import Support

/// When a CronJob runs: five fields (minute, hour, day of the month, month, day of the week), or one
/// of the names `@hourly`, `@daily`, `@weekly`, `@monthly`, `@yearly` (crontab(5)).
package struct CronSchedule: Sendable {
  /// Why a schedule cannot be read.
  package struct Problem: Error, Equatable {
    package let message: String
  }

  private var minutes: Set<Int>
  private var hours: Set<Int>
  private var days: Set<Int>
  private var months: Set<Int>
  private var weekdays: Set<Int>
  /// With both kinds of days restricted, either suffices.
  private var isAnyDay: Bool
  private var isAnyWeekday: Bool

  private static let names = [
    "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *", "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0", "@daily": "0 0 * * *", "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
  ]
  private static let monthNames = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
  ]
  private static let dayNames = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]

  package init(_ text: String) throws(Problem) {
    if text.hasPrefix("@"), Self.names[text] == nil {
      throw Problem(message: "unrecognized descriptor: \(text)")
    }
    let fields = (Self.names[text] ?? text).split(separator: " ").map(String.init)
    guard fields.count == 5 else {
      throw Problem(
        message: "expected exactly 5 fields, found \(fields.count): "
          + "[\(fields.joined(separator: " "))]")
    }
    minutes = try Self.field(fields[0], 0...59)
    hours = try Self.field(fields[1], 0...23)
    days = try Self.field(fields[2], 1...31)
    months = try Self.field(fields[3], 1...12, names: Self.monthNames, first: 1)
    weekdays = Set(
      try Self.field(fields[4], 0...7, names: Self.dayNames, first: 0).map { $0 % 7 })
    isAnyDay = fields[2].hasPrefix("*") || fields[2] == "?"
    isAnyWeekday = fields[4].hasPrefix("*") || fields[4] == "?"
  }

  private static func field(
    _ text: String, _ range: ClosedRange<Int>, names: [String] = [], first: Int = 0
  ) throws(Problem) -> Set<Int> {
    var result: Set<Int> = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let pieces = part.split(separator: "/", omittingEmptySubsequences: false)
      guard (1...2).contains(pieces.count) else {
        throw Problem(message: "too many slashes: \(part)")
      }
      let step = pieces.count == 2 ? Int(pieces[1]) ?? 0 : 1
      guard step > 0 else {
        throw Problem(message: "step of range should be a positive number: \(part)")
      }
      var bounds: ClosedRange<Int>
      if pieces[0] == "*" || pieces[0] == "?" {
        bounds = range
      } else {
        let ends = pieces[0].split(separator: "-", omittingEmptySubsequences: false)
        guard (1...2).contains(ends.count) else {
          throw Problem(message: "too many hyphens: \(part)")
        }
        let low = try number(ends[0], names, first)
        let high =
          ends.count == 2
          ? try number(ends[1], names, first)
          : pieces.count == 2 ? range.upperBound : low
        guard range.contains(low) else {
          throw Problem(
            message: "beginning of range (\(low)) below minimum (\(range.lowerBound)): \(part)")
        }
        guard range.contains(high) else {
          throw Problem(
            message: "end of range (\(high)) above maximum (\(range.upperBound)): \(part)")
        }
        guard low <= high else {
          throw Problem(
            message: "beginning of range (\(low)) beyond end of range (\(high)): \(part)")
        }
        bounds = low...high
      }
      result.formUnion(stride(from: bounds.lowerBound, through: bounds.upperBound, by: step))
    }
    return result
  }

  private static func number(_ text: Substring, _ names: [String], _ first: Int) throws(Problem)
    -> Int
  {
    if let index = names.firstIndex(of: text.lowercased()) { return index + first }
    guard let number = Int(text), number >= 0 else {
      throw Problem(
        message:
          "failed to parse int from \(text): strconv.Atoi: parsing \"\(text)\": invalid syntax")
    }
    return number
  }

  /// The next time after `seconds` since 1970, in a zone that is `offset` seconds east of UTC; nil
  /// when there is none within five years.
  package func next(after seconds: Int64, offset: Int64 = 0) -> Int64? {
    var minute = (seconds + offset) / 60 + 1
    let limit = minute + 5 * 366 * 24 * 60
    while minute < limit {
      let day = minute / 1440
      let date = CivilDate(daysSince1970: day)
      guard months.contains(date.month), matchesDay(date) else {
        minute = (day + 1) * 1440
        continue
      }
      guard hours.contains(Int(minute / 60 % 24)) else {
        minute = (minute / 60 + 1) * 60
        continue
      }
      if minutes.contains(Int(minute % 60)) { return minute * 60 - offset }
      minute += 1
    }
    return nil
  }

  private func matchesDay(_ date: CivilDate) -> Bool {
    let day = days.contains(date.day)
    let weekday = weekdays.contains(date.weekday)
    return isAnyDay || isAnyWeekday ? day && weekday : day || weekday
  }
}

/// A day of the calendar.
struct CivilDate {
  let year: Int
  let month: Int
  let day: Int
  /// 0 is Sunday.
  let weekday: Int

  init(daysSince1970 days: Int64) {
    // Years that begin in March, so that the leap day comes last (as in RFC3339.swift).
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let march = (5 * dayOfYear + 2) / 153
    day = Int(dayOfYear - (153 * march + 2) / 5 + 1)
    month = Int(march < 10 ? march + 3 : march - 9)
    year = Int(yearOfEra + era * 400 + (month <= 2 ? 1 : 0))
    weekday = Int(((days + 4) % 7 + 7) % 7)
  }
}
