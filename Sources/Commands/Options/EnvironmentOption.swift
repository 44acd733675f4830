import Glibc
import Support

/// `-e`, `--env-file`, `--label` and `--label-file`.
package enum EnvironmentOption {
  /// One `-e`: `NAME=VALUE`, or `NAME` alone, which takes the caller's value. When the caller has
  /// none, the bare name stays: it takes the variable away that the image sets.
  package static func variable(
    _ text: String, inherited: (String) -> String? = environmentVariable
  ) throws -> String {
    guard !text.isEmpty, !text.hasPrefix("=") else {
      throw GoValue.invalid("invalid environment variable: \(text)")
    }
    if text.contains("=") { return text }
    return inherited(text).map { "\(text)=\($0)" } ?? text
  }

  /// The lines of an `--env-file`: comments and blank lines skipped, spaces before a name cut off,
  /// values taken as they stand, quotes included. Errors name the line.
  package static func variables(
    ofFile path: String, inherited: (String) -> String? = environmentVariable
  ) throws -> [String] {
    try lines(ofFile: path).compactMap { number, line in
      let name = line.prefix { $0 != "=" }
      try checkName(String(name), path: path, line: number, text: line)
      if line.contains("=") { return line }
      return inherited(line).map { "\(line)=\($0)" }
    }
  }

  /// One `--label`: `KEY=VALUE`, or `KEY` with an empty value.
  package static func label(_ text: String) throws -> (key: String, value: String) {
    let key = text.prefix { $0 != "=" }
    guard !key.isEmpty else {
      throw GoValue.invalid("invalid label '\(text)': empty name")
    }
    return (String(key), String(text.dropFirst(key.count + 1)))
  }

  /// The labels of a `--label-file`.
  package static func labels(ofFile path: String) throws -> [(key: String, value: String)] {
    try lines(ofFile: path).map { number, line in
      try checkName(String(line.prefix { $0 != "=" }), path: path, line: number, text: line)
      return try label(line)
    }
  }

  /// The value of a variable of this process.
  package static func environmentVariable(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }
  }

  private static func checkName(
    _ name: String, path: String, line: Int, text: String
  ) throws {
    let place = SourceLocation(file: path, line: line, column: 1)
    if name.isEmpty {
      throw DklabError(
        .invalid, id: "env-file.no-name",
        Text("no variable name on line '\(text)'", ko: "'\(text)' 줄에 변수 이름이 없습니다"), at: place)
    }
    if name.contains(where: \.isWhitespace) {
      throw DklabError(
        .invalid, id: "env-file.space",
        Text("variable '\(name)' contains whitespaces", ko: "변수 이름 '\(name)'에 빈칸이 있습니다"),
        hint: Text("write NAME=value, without `export`", ko: "`export` 없이 NAME=값으로 쓰세요"),
        at: place)
    }
  }

  /// The lines that count, with their numbers.
  private static func lines(ofFile path: String) throws -> [(number: Int, text: String)] {
    let bytes = try readFile(path)
    var result: [(number: Int, text: String)] = []
    for (index, raw) in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated()
    {
      var line = raw[...]
      if index == 0, line.starts(with: [0xEF, 0xBB, 0xBF]) { line = line.dropFirst(3) }
      if line.last == 0x0D { line = line.dropLast() }
      guard let text = String(validating: line, as: UTF8.self) else {
        throw DklabError(
          .invalid, id: "env-file.utf8",
          Text("invalid utf8 bytes in the line", ko: "이 줄에 UTF-8이 아닌 바이트가 있습니다"),
          at: SourceLocation(file: path, line: index + 1, column: 1))
      }
      let trimmed = text.drop(while: \.isWhitespace)
      if !trimmed.isEmpty, !trimmed.hasPrefix("#") { result.append((index + 1, String(trimmed))) }
    }
    return result
  }

  static func readFile(_ path: String) throws -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      let reason = String(cString: strerror(errno)).lowercased()
      throw DklabError(
        .notFound, id: "file.cannot-open",
        Text("open \(path): \(reason)", ko: "파일 \(path)을(를) 열 수 없습니다: \(reason)"))
    }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = read(descriptor, &buffer, buffer.count)
      guard count >= 0 else { throw SyscallError("read", path) }
      if count == 0 { return bytes }
      bytes += buffer[..<count]
      guard bytes.count <= 16 << 20 else {
        throw DklabError(
          .invalid, id: "file.too-large",
          Text("\(path) is larger than 16 MiB", ko: "\(path) 파일이 16 MiB보다 큽니다"))
      }
    }
  }
}
