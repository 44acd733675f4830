// A container's log in Docker's json-file format: one JSON object a line,
// {"log":"text\n","stream":"stdout","time":"2026-01-02T03:04:05.678901234Z"}. A line longer than
// 16 KiB is split; the pieces but the last lack the "\n". With a limit the file is put aside when it
// is full: `.1` is the youngest of the full ones, and of those only so many are kept.

import Glibc
import Linux

/// When a log is full, and what becomes of it.
package struct LogRotation: Sendable, Codable, Equatable {
  /// Bytes.
  package var maximumSize: Int64
  /// How many files are kept, the one that grows included.
  package var files: Int

  package init(maximumSize: Int64, files: Int) {
    self.maximumSize = maximumSize
    self.files = files
  }
}

/// The writing side: bytes of two streams in, lines out.
struct LogFile: ~Copyable {
  private var file: FileDescriptor
  private let path: String
  private let rotation: LogRotation?
  /// JSON text of an object that every line carries.
  private let attributes: String?
  private var size: Int64
  private var partial: [[UInt8]] = [[], []]
  static let longest = 16 << 10

  /// Which of the program's two streams bytes came from.
  enum Stream: Int {
    case output = 0
    case errorOutput = 1

    var name: StaticString { self == .output ? "stdout" : "stderr" }
  }

  /// Opens for appending.
  init(path: String, rotation: LogRotation? = nil, attributes: String? = nil) throws {
    let opened = try LogFile.open(path)
    size = try Int64(check(lseek(opened.number, 0, SEEK_END), "lseek", path))
    file = opened
    self.path = path
    self.rotation = rotation
    self.attributes = attributes
  }

  private static func open(_ path: String) throws -> FileDescriptor {
    try FileDescriptor.open(path, O_WRONLY | O_CREAT | O_APPEND, mode: 0o640)
  }

  /// Takes bytes as they come; whole lines are written at once.
  mutating func append(_ bytes: ArraySlice<UInt8>, _ stream: Stream) {
    var lines: [UInt8] = []
    for byte in bytes {
      partial[stream.rawValue].append(byte)
      if byte == 10 || partial[stream.rawValue].count >= LogFile.longest {
        encode(partial[stream.rawValue], stream, into: &lines)
        partial[stream.rawValue].removeAll(keepingCapacity: false)
        if let rotation, size + Int64(lines.count) >= rotation.maximumSize {
          write(lines)
          lines = []
        }
      }
    }
    write(lines)
  }

  /// Writes what stands without a line end: the program has closed its streams.
  mutating func finish() {
    var lines: [UInt8] = []
    for stream in [Stream.output, .errorOutput] where !partial[stream.rawValue].isEmpty {
      encode(partial[stream.rawValue], stream, into: &lines)
      partial[stream.rawValue] = []
    }
    write(lines)
  }

  private mutating func write(_ lines: [UInt8]) {
    if lines.isEmpty { return }
    if let rotation, size >= rotation.maximumSize { try? rotate(rotation.files) }
    // A full disk loses log lines, never the container.
    lines.withUnsafeBytes { try? writeAll(file.number, $0) }
    size += Int64(lines.count)
  }

  /// Puts the full file aside, always a new one in its place: who reads the old one can go on.
  private mutating func rotate(_ files: Int) throws {
    unlink("\(path).\(files - 1)")
    for number in stride(from: files - 2, through: 1, by: -1) {
      rename("\(path).\(number)", "\(path).\(number + 1)")
    }
    if files > 1 { rename(path, "\(path).1") } else { unlink(path) }
    file = try LogFile.open(path)
    size = 0
  }

  private func encode(_ line: [UInt8], _ stream: Stream, into out: inout [UInt8]) {
    out += "{\"log\":\"".utf8
    // Bytes that are not UTF-8 become U+FFFD, as in Docker: JSON has no other way.
    for scalar in String(decoding: line, as: UTF8.self).unicodeScalars {
      switch scalar {
      case "\"": out += "\\\"".utf8
      case "\\": out += "\\\\".utf8
      case "\n": out += "\\n".utf8
      case "\r": out += "\\r".utf8
      case "\t": out += "\\t".utf8
      case _ where scalar.value < 0x20 || scalar.value == 0x2028 || scalar.value == 0x2029:
        let hex = String(scalar.value, radix: 16)
        out += "\\u\(String(repeating: "0", count: 4 - hex.count))\(hex)".utf8
      default: out += UTF8.encode(scalar).map { Array($0) } ?? []
      }
    }
    out += "\",\"stream\":\"\(stream.name)\"".utf8
    if let attributes { out += ",\"attrs\":\(attributes)".utf8 }
    out += ",\"time\":\"\(LogFile.timestamp())\"}\n".utf8
  }

  /// RFC 3339 in UTC with nine digits of fraction.
  private static func timestamp() -> String {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    var parts = tm()
    gmtime_r(&now.tv_sec, &parts)
    func digits(_ value: Int, _ count: Int) -> String {
      let text = String(value)
      return String(repeating: "0", count: max(0, count - text.count)) + text
    }
    return "\(digits(Int(parts.tm_year) + 1900, 4))-\(digits(Int(parts.tm_mon) + 1, 2))-"
      + "\(digits(Int(parts.tm_mday), 2))T\(digits(Int(parts.tm_hour), 2)):"
      + "\(digits(Int(parts.tm_min), 2)):\(digits(Int(parts.tm_sec), 2))."
      + "\(digits(Int(now.tv_nsec), 9))Z"
  }
}
