/// Amounts of bytes, as docker prints and reads them.
package enum ByteSize {
  /// `1.23MB`: four significant digits, powers of 1000.
  package static func decimal(_ bytes: Double, digits: Int = 4) -> String {
    text(bytes, digits, 1000, ["B", "kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"])
  }

  /// `1.5GiB`: four significant digits, powers of 1024; for memory.
  package static func binary(_ bytes: Double, digits: Int = 4) -> String {
    text(bytes, digits, 1024, ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB"])
  }

  private static func text(
    _ bytes: Double, _ digits: Int, _ base: Double, _ units: [String]
  ) -> String {
    var size = bytes
    var unit = 0
    while size >= base, unit < units.count - 1 {
      size /= base
      unit += 1
    }
    return size.formatted("g", precision: digits) + units[unit]
  }

  /// Reads `512m`, `1.5g`, `64MiB`, `100b`, `1024`: powers of 1024 whether or not the `i` is there,
  /// as docker reads memory. Fractions of a byte are cut off.
  package static func parseBinary(_ text: String) throws -> Int64 {
    try parse(text, base: 1024)
  }

  /// Reads the same forms with powers of 1000.
  package static func parseDecimal(_ text: String) throws -> Int64 {
    try parse(text, base: 1000)
  }

  private static func parse(_ text: String, base: Double) throws -> Int64 {
    // A number, perhaps one space, a suffix of at most three letters.
    guard let last = text.lastIndex(where: { "0123456789. ".contains($0) }) else {
      throw invalidSize(text)
    }
    let number = text[last] == " " ? text[..<last] : text[...last]
    let suffix = text[text.index(after: last)...].lowercased()
    guard let size = Double(number), size.isFinite else {
      throw error(
        "strconv.ParseFloat: parsing \"\(number)\": invalid syntax", "크기가 수가 아닙니다: \"\(number)\"")
    }
    guard size >= 0 else { throw invalidSize(text) }
    let bytes = try size * factor(suffix, base)
    guard bytes < 9.223372036854775807e18 else { throw invalidSize(text) }
    return Int64(bytes)
  }

  private static func factor(_ suffix: String, _ base: Double) throws -> Double {
    guard let first = suffix.first, suffix != "b" else { return 1 }
    let rest = suffix.dropFirst()
    guard let power = Array("kmgtp").firstIndex(of: first), ["", "b", "ib"].contains(rest) else {
      throw error(
        "invalid suffix: '\(suffix)'", "알 수 없는 단위: '\(suffix)'",
        hint: Text("units are b, k, m, g, t and p", ko: "단위는 b, k, m, g, t, p입니다"))
    }
    return (0...power).reduce(1) { factor, _ in factor * base }
  }

  private static func invalidSize(_ text: String) -> DklabError {
    error(
      "invalid size: '\(text)'", "올바르지 않은 크기: '\(text)'",
      hint: Text("write a size as 512m or 1.5g", ko: "크기는 512m이나 1.5g처럼 쓰세요"))
  }

  private static func error(_ english: String, _ korean: String, hint: Text? = nil) -> DklabError {
    DklabError(.invalid, id: "size.invalid", Text(english, ko: korean), hint: hint)
  }
}
