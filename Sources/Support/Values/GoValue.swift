/// Values of flags as Go reads them, with Go's complaints, which docker passes on.
package enum GoValue {
  /// `1 t T TRUE true True` and their opposites (strconv.ParseBool).
  package static func bool(_ text: String) -> Bool? {
    switch text {
    case "1", "t", "T", "TRUE", "true", "True": true
    case "0", "f", "F", "FALSE", "false", "False": false
    default: nil
    }
  }

  /// A whole number, decimal or with a prefix `0x`, `0o`, `0b` (strconv.ParseInt with base 0).
  package static func int(_ text: String) throws -> Int64 {
    let negative = text.hasPrefix("-")
    let digits = negative || text.hasPrefix("+") ? text.dropFirst() : text[...]
    let sign = negative ? "-" : ""
    var value: Int64?
    if let first = digits.first, first.isNumber {
      let prefixes: [(String, Int)] = [("0x", 16), ("0o", 8), ("0b", 2)]
      if let (prefix, radix) = prefixes.first(where: { digits.lowercased().hasPrefix($0.0) }) {
        value = Int64(sign + digits.dropFirst(prefix.count), radix: radix)
      } else if digits.count > 1, first == "0" {
        value = Int64(sign + digits, radix: 8)
      } else {
        value = Int64(sign + digits)
      }
      if value == nil, digits.allSatisfy({ $0.isASCII && $0.isNumber }), first != "0" {
        throw invalid("strconv.ParseInt: parsing \"\(text)\": value out of range")
      }
    }
    guard let value else { throw invalid("strconv.ParseInt: parsing \"\(text)\": invalid syntax") }
    return value
  }

  /// A length of time: `1h30m`, `1.5s`, `300ms` (time.ParseDuration), in nanoseconds.
  package static func duration(_ text: String) throws -> Int64 {
    let complaint = invalid("time: invalid duration \"\(text)\"")
    if text == "0" { return 0 }
    var rest = text[...]
    let negative = rest.first == "-"
    if rest.first == "-" || rest.first == "+" { rest.removeFirst() }
    guard !rest.isEmpty else { throw complaint }
    var total = 0.0
    while !rest.isEmpty {
      let number = rest.prefix { $0.isASCII && $0.isNumber || $0 == "." }
      rest = rest.dropFirst(number.count)
      let unit = rest.prefix { !($0.isASCII && $0.isNumber) && $0 != "." }
      rest = rest.dropFirst(unit.count)
      guard let value = Double(number.hasPrefix(".") ? "0\(number)" : String(number)) else {
        throw complaint
      }
      guard !unit.isEmpty else {
        throw invalid("time: missing unit in duration \"\(text)\"")
      }
      guard let factor = units[String(unit)] else {
        throw invalid("time: unknown unit \"\(unit)\" in duration \"\(text)\"")
      }
      total += value * factor
    }
    guard total < 9.2e18 else { throw complaint }
    return Int64(negative ? -total : total)
  }

  private static let units: [String: Double] = [
    "ns": 1, "us": 1e3, "µs": 1e3, "ms": 1e6, "s": 1e9, "m": 60e9, "h": 3600e9,
  ]

  /// A complaint about a value, in Go's words.
  package static func invalid(_ message: String) -> DklabError {
    DklabError(.invalid, id: "flag.value-invalid", Text(message, ko: "잘못된 값입니다: \(message)"))
  }
}
