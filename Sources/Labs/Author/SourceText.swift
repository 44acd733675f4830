import Glibc
import Linux
import Support

/// A lab's file as text, as editors of all kinds leave it: with or without a byte order mark, with
/// lines ended in the way of Unix or of Windows.
package enum SourceText {
  /// The size over which a file is no lab.
  static let limit = 4 << 20

  /// The text of `path`, with plain line ends. Throws `lab.too-long` and `lab.not-text`.
  package static func read(_ path: String) throws -> String {
    let bytes: [UInt8]
    do {
      bytes = try File.read(path, limit: limit)
    } catch let error as SyscallError where error.errno == EFBIG {
      throw DklabError(
        .invalid, id: "lab.too-long",
        Text("longer than \(limit >> 20) MiB", ko: "\(limit >> 20) MiB보다 깁니다"),
        at: SourceLocation(file: path))
    }
    if let place = firstInvalid(bytes) {
      let before = bytes[..<place]
      let line = before.count { $0 == UInt8(ascii: "\n") } + 1
      let column = before.reversed().prefix { $0 != UInt8(ascii: "\n") }.count { $0 & 0xC0 != 0x80 }
      throw DklabError(
        .invalid, id: "lab.not-text", Text("not UTF-8 text", ko: "UTF-8 글이 아닙니다"),
        hint: Text("save it as UTF-8", ko: "UTF-8로 저장합니다"),
        at: SourceLocation(file: path, line: line, column: column + 1))
    }
    return plain(String(decoding: bytes, as: UTF8.self))
  }

  /// `text` without a byte order mark, with every line ended by a line feed.
  static func plain(_ text: String) -> String {
    var scalars = String.UnicodeScalarView()
    var previous: Unicode.Scalar?
    for scalar in text.unicodeScalars {
      if scalar == "\n", previous == "\r" { scalars.removeLast() }
      if previous != nil || scalar != "\u{FEFF}" { scalars.append(scalar) }
      previous = scalar
    }
    return String(scalars)
  }

  private static func firstInvalid(_ bytes: [UInt8]) -> Int? {
    guard !bytes.isEmpty, String(validating: bytes, as: UTF8.self) == nil else { return nil }
    var low = 0
    var high = bytes.count
    // The longest beginning that is valid ends before the first bad byte.
    while low < high {
      let middle = (low + high) / 2
      var end = middle + 1
      while end > 0, end < bytes.count, bytes[end] & 0xC0 == 0x80 { end += 1 }
      if String(validating: bytes[..<end], as: UTF8.self) == nil {
        high = middle
      } else {
        low = end
      }
    }
    return min(low, bytes.count - 1)
  }
}
