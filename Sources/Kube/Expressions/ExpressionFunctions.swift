import Documents
import Support

/// The functions of the language, and those that Kubernetes adds for strings and lists.
enum ExpressionFunctions {
  /// A call; of a method the target is the first value.
  static func call(_ name: String, _ values: [ExpressionValue], isMethod: Bool)
    throws(ExpressionError) -> ExpressionValue
  {
    if let result = try conversion(name, values) { return result }
    if !isMethod, let result = try library(name, values) { return result }
    guard let first = values.first else { throw unknown(name, values) }
    let rest = Array(values.dropFirst())
    if name == "size" { return try size(first) }
    if name == "matches", values.count == 2 { return try matches(first, rest[0]) }
    guard isMethod else { throw unknown(name, values) }
    switch first {
    case .string(let text):
      if let result = try string(name, text, rest) { return result }
    case .list(let elements):
      if let result = try list(name, elements, rest) { return result }
    case .timestamp, .duration:
      if let result = time(name, first) { return result }
    case .optional(let value):
      if let result = try optional(name, value, rest) { return result }
    case .opaque(let value):
      if let result = try opaque(name, value, rest) { return result }
    default: break
    }
    throw unknown(name, values)
  }

  private static func unknown(_ name: String, _ values: [ExpressionValue]) -> ExpressionError {
    let types = values.map(\.typeName).joined(separator: ", ")
    return ExpressionError("found no matching overload for '\(name)' applied to '(\(types))'")
  }

  private static func size(_ value: ExpressionValue) throws(ExpressionError) -> ExpressionValue {
    switch value {
    case .string(let text): return .int(Int64(text.unicodeScalars.count))
    case .bytes(let bytes): return .int(Int64(bytes.count))
    case .list(let elements): return .int(Int64(elements.count))
    case .map(let members): return .int(Int64(members.count))
    default: throw unknown("size", [value])
    }
  }

  private static func matches(_ value: ExpressionValue, _ pattern: ExpressionValue)
    throws(ExpressionError) -> ExpressionValue
  {
    guard case .string(let text) = value, case .string(let expression) = pattern else {
      throw unknown("matches", [value, pattern])
    }
    return .bool(try Self.pattern(expression).isIn(text))
  }

  private static func pattern(_ text: String) throws(ExpressionError) -> LinearPattern {
    guard let pattern = LinearPattern(text) else {
      throw ExpressionError("error parsing regexp: \(text)")
    }
    return pattern
  }

  // MARK: From one type to another

  private static func conversion(_ name: String, _ values: [ExpressionValue])
    throws(ExpressionError) -> ExpressionValue?
  {
    guard values.count == 1 else { return nil }
    let value = values[0]
    switch (name, value) {
    case ("dyn", _): return value
    case ("type", _): return .type(value.typeName)
    case ("string", _):
      guard let text = value.text else { throw unknown(name, values) }
      return .string(text)
    case ("int", .string(let text)): return try made(Int64(text).map { .int($0) }, name, text)
    case ("int", .timestamp(let time)): return .int(time / 1_000_000_000)
    case ("int", _):
      guard let number = value.number else { throw unknown(name, values) }
      if case .int = value { return value }
      return try made(
        Int64(exactly: number.rounded(.towardZero)).map { .int($0) }, name, "\(number)")
    case ("uint", .string(let text)): return try made(UInt64(text).map { .uint($0) }, name, text)
    case ("uint", _):
      guard let number = value.number else { throw unknown(name, values) }
      return try made(
        UInt64(exactly: number.rounded(.towardZero)).map { .uint($0) }, name, "\(number)")
    case ("double", .string(let text)):
      return try made(Double(text).map { .double($0) }, name, text)
    case ("double", _):
      guard let number = value.number else { throw unknown(name, values) }
      return .double(number)
    case ("bool", .bool): return value
    case ("bool", .string(let text)):
      return try made(["true": .bool(true), "false": .bool(false)][text], name, text)
    case ("bytes", .string(let text)): return .bytes(Array(text.utf8))
    case ("timestamp", .string(let text)):
      return try made(RFC3339.nanoseconds(text).map { .timestamp($0) }, name, text)
    case ("duration", .string(let text)):
      return try made(duration(text).map { .duration($0) }, name, text)
    default: return nil
    }
  }

  private static func made(_ value: ExpressionValue?, _ name: String, _ text: String)
    throws(ExpressionError) -> ExpressionValue
  {
    guard let value else { throw ExpressionError("\(name)() conversion error: \"\(text)\"") }
    return value
  }

  /// `1h30m`, `2.5s`, in nanoseconds.
  static func duration(_ text: String) -> Int64? {
    let units: [String: Double] = [
      "ns": 1, "us": 1e3, "µs": 1e3, "ms": 1e6, "s": 1e9, "m": 60e9, "h": 3600e9,
    ]
    var rest = text.drop { $0 == "-" || $0 == "+" }
    guard !rest.isEmpty else { return nil }
    if rest == "0" { return 0 }
    var total = 0.0
    while !rest.isEmpty {
      let digits = rest.prefix { $0.isNumber || $0 == "." }
      rest = rest.dropFirst(digits.count)
      let unit = rest.prefix { !$0.isNumber && $0 != "." }
      rest = rest.dropFirst(unit.count)
      guard let number = Double(digits), let factor = units[String(unit)] else { return nil }
      total += number * factor
    }
    return Int64(exactly: (text.hasPrefix("-") ? -total : total).rounded())
  }

  private static func time(_ name: String, _ value: ExpressionValue) -> ExpressionValue? {
    if case .duration(let length) = value {
      let units: [String: Int64] = [
        "getHours": 3_600_000_000_000, "getMinutes": 60_000_000_000, "getSeconds": 1_000_000_000,
        "getMilliseconds": 1_000_000,
      ]
      return units[name].map { .int(length / $0) }
    }
    guard case .timestamp(let moment) = value else { return nil }
    let parts = RFC3339.text(moment).split { "-T:.Z".contains($0) }.compactMap { Int64($0) }
    guard parts.count >= 6 else { return nil }
    switch name {
    case "getFullYear": return .int(parts[0])
    case "getMonth": return .int(parts[1] - 1)
    case "getDate": return .int(parts[2])
    case "getDayOfMonth": return .int(parts[2] - 1)
    case "getHours": return .int(parts[3])
    case "getMinutes": return .int(parts[4])
    case "getSeconds": return .int(parts[5])
    case "getMilliseconds":
      return .int((moment % 1_000_000_000 + 1_000_000_000) % 1_000_000_000 / 1_000_000)
    case "getDayOfWeek":
      // The first of January 1970 was a Thursday.
      let days = moment / day - (moment % day < 0 ? 1 : 0)
      return .int(((days + 4) % 7 + 7) % 7)
    case "getDayOfYear":
      let (year, month) = (parts[0], Int(parts[1]))
      let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
      let lengths: [Int64] = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30]
      return .int(lengths.prefix(month - 1).reduce(parts[2] - 1, +))
    default: return nil
    }
  }

  private static let day: Int64 = 86_400_000_000_000

  // MARK: Strings

  private static func string(_ name: String, _ text: String, _ rest: [ExpressionValue])
    throws(ExpressionError) -> ExpressionValue?
  {
    let words = rest.compactMap { if case .string(let word) = $0 { word } else { nil as String? } }
    let numbers = rest.compactMap { if case .int(let number) = $0 { Int(number) } else { nil } }
    let letters = Array(text)
    if name == "format", rest.count == 1, case .list(let arguments) = rest[0] {
      return .string(try ExpressionTemplate.fill(text, arguments))
    }
    switch (name, words.count, numbers.count) {
    case ("startsWith", 1, 0): return .bool(text.hasPrefix(words[0]))
    case ("endsWith", 1, 0): return .bool(text.hasSuffix(words[0]))
    case ("contains", 1, 0): return .bool(words[0].isEmpty || text.contains(words[0]))
    case ("lowerAscii", 0, 0): return .string(text.lowercased())
    case ("upperAscii", 0, 0): return .string(text.uppercased())
    case ("trim", 0, 0):
      let rest = text.drop { $0.isWhitespace }
      return .string(String(rest.reversed().drop { $0.isWhitespace }.reversed()))
    case ("replace", 2, 0): return .string(text.replacing(words[0], with: words[1]))
    case ("replace", 2, 1):
      return .string(
        text.replacing(words[0], with: words[1], maxReplacements: max(0, numbers[0])))
    case ("split", 1, 1):
      let parts = split(text, words[0])
      guard numbers[0] >= 0, parts.count > numbers[0] else {
        return .list(parts.map { .string($0) })
      }
      if numbers[0] == 0 { return .list([]) }
      let last = parts[(numbers[0] - 1)...].joined(separator: words[0])
      return .list((parts[..<(numbers[0] - 1)] + [last]).map { .string($0) })
    case ("reverse", 0, 0): return .string(String(text.reversed()))
    case ("split", 1, 0): return .list(split(text, words[0]).map { .string($0) })
    case ("charAt", 0, 1) where letters.indices.contains(numbers[0]):
      return .string(String(letters[numbers[0]]))
    case ("charAt", 0, 1) where numbers[0] == letters.count: return .string("")
    case ("substring", 0, 1) where (0...letters.count).contains(numbers[0]):
      return .string(String(letters[numbers[0]...]))
    case ("substring", 0, 2)
    where 0 <= numbers[0] && numbers[0] <= numbers[1] && numbers[1] <= letters.count:
      return .string(String(letters[numbers[0]..<numbers[1]]))
    case ("charAt", _, _), ("substring", _, _): throw ExpressionError("index out of range")
    case ("indexOf", 1, 0):
      let found = text.firstRange(of: words[0])
      return .int(
        Int64(found.map { text.distance(from: text.startIndex, to: $0.lowerBound) } ?? -1))
    case ("lastIndexOf", 1, 0):
      let found = text.ranges(of: words[0]).last
      return .int(
        Int64(found.map { text.distance(from: text.startIndex, to: $0.lowerBound) } ?? -1))
    case ("find", 1, 0), ("findAll", 1, 0), ("findAll", 1, 1):
      let limit = numbers.first.map { $0 < 0 ? .max : $0 } ?? .max
      let all = try pattern(words[0]).all(in: text, most: name == "find" ? 1 : limit)
      return name == "find"
        ? .string(all.first ?? "") : .list(all.map { .string($0) })
    default: return nil
    }
  }

  private static func split(_ text: String, _ separator: String) -> [String] {
    guard !separator.isEmpty else { return text.map { String($0) } }
    var parts: [String] = []
    var start = text.startIndex
    for range in text.ranges(of: separator) {
      parts.append(String(text[start..<range.lowerBound]))
      start = range.upperBound
    }
    return parts + [String(text[start...])]
  }

  // MARK: Lists

  private static func list(_ name: String, _ elements: [ExpressionValue], _ rest: [ExpressionValue])
    throws(ExpressionError) -> ExpressionValue?
  {
    switch (name, rest.count) {
    case ("isSorted", 0):
      return .bool(
        zip(elements, elements.dropFirst()).allSatisfy { ($0.compared(to: $1) ?? 1) <= 0 })
    case ("sum", 0):
      var total = elements.first ?? .int(0)
      for element in elements.dropFirst() {
        total = try ExpressionOperators.binary("+", total, element)
      }
      return total
    case ("min", 0), ("max", 0):
      guard var best = elements.first else {
        throw ExpressionError("\(name) called on empty list")
      }
      for element in elements.dropFirst() {
        let order = element.compared(to: best) ?? 0
        if name == "min" ? order < 0 : order > 0 { best = element }
      }
      return best
    case ("indexOf", 1): return .int(Int64(elements.firstIndex { $0.equals(rest[0]) } ?? -1))
    case ("lastIndexOf", 1): return .int(Int64(elements.lastIndex { $0.equals(rest[0]) } ?? -1))
    case ("first", 0): return .optional(elements.first)
    case ("last", 0): return .optional(elements.last)
    case ("join", 0...1):
      let separator = rest.first?.text ?? ""
      return .string(elements.compactMap(\.text).joined(separator: separator))
    default: return nil
    }
  }
}
