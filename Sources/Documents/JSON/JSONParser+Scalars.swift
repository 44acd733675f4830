import Glibc
import Support

extension JSONParser {
  /// A string; `position` is at its opening quote.
  mutating func string() throws -> String {
    position += 1
    let start = position
    while position < input.count {
      switch input[position] {
      case UInt8(ascii: "\""):
        defer { position += 1 }
        return String(
          decoding: UnsafeBufferPointer(rebasing: input[start..<position]), as: UTF8.self)
      case UInt8(ascii: "\\"):
        return try escapedString(from: start)
      case 0..<0x20:
        throw problem("control character in a string", "문자열 안의 제어 문자")
      default:
        position += 1
      }
    }
    throw problem("string without its closing quote", "닫는 따옴표가 없는 문자열")
  }

  /// The slow path once a backslash was seen.
  private mutating func escapedString(from start: Int) throws -> String {
    var bytes = Array(input[start..<position])
    while position < input.count {
      let byte = input[position]
      switch byte {
      case UInt8(ascii: "\""):
        position += 1
        return String(decoding: bytes, as: UTF8.self)
      case UInt8(ascii: "\\"):
        try escape(into: &bytes)
      case 0..<0x20:
        throw problem("control character in a string", "문자열 안의 제어 문자")
      default:
        bytes.append(byte)
        position += 1
      }
    }
    throw problem("string without its closing quote", "닫는 따옴표가 없는 문자열")
  }

  private mutating func escape(into bytes: inout [UInt8]) throws {
    position += 1
    let kind = next
    position += 1
    switch kind {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): bytes.append(kind)
    case UInt8(ascii: "b"): bytes.append(0x08)
    case UInt8(ascii: "f"): bytes.append(0x0C)
    case UInt8(ascii: "n"): bytes.append(0x0A)
    case UInt8(ascii: "r"): bytes.append(0x0D)
    case UInt8(ascii: "t"): bytes.append(0x09)
    case UInt8(ascii: "u"):
      bytes += Array(String(Character(try unicodeEscape())).utf8)
    default:
      position -= 1
      throw problem("unknown escape in a string: \(found)", "문자열의 알 수 없는 이스케이프: \(found)")
    }
  }

  /// `\uXXXX`, joined with a following low surrogate; a surrogate alone becomes U+FFFD.
  private mutating func unicodeEscape() throws -> Unicode.Scalar {
    let first = try fourHexDigits()
    if let scalar = Unicode.Scalar(first) { return scalar }
    let afterFirst = position
    if first < 0xDC00, take("\\u") {
      let second = try fourHexDigits()
      if (0xDC00..<0xE000).contains(second) {
        let joined = 0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)
        return Unicode.Scalar(joined) ?? "\u{FFFD}"
      }
      position = afterFirst
    }
    return "\u{FFFD}"
  }

  private mutating func fourHexDigits() throws -> UInt32 {
    var result: UInt32 = 0
    for _ in 0..<4 {
      guard position < input.count,
        let digit = Character(Unicode.Scalar(input[position])).hexDigitValue,
        input[position] < 0x80
      else { throw problem("expected four hexadecimal digits", "16진수 네 자리가 필요합니다") }
      result = result << 4 | UInt32(digit)
      position += 1
    }
    return result
  }

  /// A number: `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?`
  mutating func number() throws -> JSONValue {
    let start = position
    var isInteger = true
    _ = take("-")
    if !take("0") { try digits() }
    if next == UInt8(ascii: ".") {
      isInteger = false
      position += 1
      try digits()
    }
    if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
      isInteger = false
      position += 1
      if !take("+") { _ = take("-") }
      try digits()
    }
    if isInteger, let value = shortInteger(from: start) { return .integer(value) }
    let text = String(
      decoding: UnsafeBufferPointer(rebasing: input[start..<position]), as: UTF8.self)
    // There is no integer -0, and as 0 it would be written as something else than it was read.
    if isInteger, text != "-0", let value = Int64(text) { return .integer(value) }
    guard let value = Double(text), value.isFinite else {
      throw problem("number out of range: \(text)", "범위를 벗어난 수: \(text)")
    }
    return .number(value)
  }

  /// The integer of at most 18 digits that was just read, which nearly all are; nil for `-0`.
  private func shortInteger(from start: Int) -> Int64? {
    let isNegative = input[start] == UInt8(ascii: "-")
    guard position - start <= 18 else { return nil }
    var value: Int64 = 0
    for byte in input[(isNegative ? start + 1 : start)..<position] {
      value = value * 10 + Int64(byte - UInt8(ascii: "0"))
    }
    return isNegative ? (value == 0 ? nil : -value) : value
  }

  private mutating func digits() throws {
    let start = position
    while (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(next) { position += 1 }
    if position == start {
      throw problem("expected a digit, found \(found)", "숫자가 와야 할 곳에 \(found)")
    }
  }
}
