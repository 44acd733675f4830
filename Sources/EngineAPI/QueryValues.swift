import HTTP
import Support

extension QueryParameters {
  /// A truth value as Docker's daemon reads them: everything but these is true.
  func flag(_ name: String, default standard: Bool = false) -> Bool {
    guard let value = self[name] else { return standard }
    return !["", "0", "no", "false", "none"].contains(
      value.lowercased().trimmingPrefix(while: \.isWhitespace))
  }

  /// A whole number; nil when it was not given.
  func number(_ name: String) throws -> Int? {
    guard let value = self[name], !value.isEmpty else { return nil }
    guard let number = Int(value) else {
      throw APIError(
        .badRequest, "strconv.Atoi: parsing \"\(value)\": invalid syntax")
    }
    return number
  }

  /// Seconds since 1970 with a fraction, as clients write a time: in nanoseconds. nil when it was not
  /// given or is 0.
  func time(_ name: String) throws -> Int64? {
    guard let value = self[name], !value.isEmpty, value != "0" else { return nil }
    do { return try Self.moment(value) } catch {
      throw APIError(.badRequest, "invalid value for \"\(name)\": \"\(value)\"")
    }
  }

  /// A time as people write it too: `10m` is ten minutes ago.
  static func moment(_ text: String) throws -> Int64 {
    do { return try TimeOption.parse(text) } catch {
      throw APIError(.badRequest, "failed to parse value as time or duration: \"\(text)\"")
    }
  }
}

/// `ctrl-p,ctrl-q` and its like.
enum DetachKeyNames {
  /// The bytes of `text`; Docker's own sequence when it is empty.
  static func parse(_ text: String) throws -> [UInt8] {
    guard !text.isEmpty else { return [16, 17] }
    return try text.split(separator: ",", omittingEmptySubsequences: false).map { key in
      let special: [Character: UInt8] = ["@": 0, "[": 27, "\\": 28, "]": 29, "^": 30, "_": 31]
      if key.count == 1, let byte = key.utf8.first, key.utf8.count == 1 { return byte }
      if key.hasPrefix("ctrl-"), key.count == 6, let last = key.last {
        if let byte = special[last] { return byte }
        if let byte = last.asciiValue, (97...122).contains(byte) { return byte - 96 }
      }
      throw APIError(.badRequest, "Unknown character: '\(key)'")
    }
  }
}
