import Images
import Linux
import Support

/// Which values a student has in a course: drawn from the course's secret and the student's id, so that
/// the instructor knows them and nobody else can.
package enum CourseSeed {
  /// The secret in the file `path`: its first line. Throws when that is too short to be one.
  package static func secret(in path: String) throws -> String {
    let text =
      try File.text(path, limit: 64 << 10).split(separator: "\n").first.map(String.init) ?? ""
    guard text.trimmed.count >= 16 else {
      throw DklabError(
        .invalid, id: "course.secret",
        Text("\(path): a secret has at least 16 letters", ko: "\(path): 비밀 값은 16자 이상이어야 합니다"),
        hint: Text("`dklab class init` makes one", ko: "`dklab class init`으로 만들 수 있습니다"))
    }
    return text.trimmed
  }

  /// The seed of `student` for `lab`: the first 63 bits of HMAC-SHA-256 (RFC 2104). How somebody writes
  /// the letters of an id does not matter.
  package static func seed(secret: String, student: String, lab: String) -> UInt64 {
    let mac =
      (try? code(key: Array(secret.utf8), Array("\(lab)\u{0}\(student.lowercased())".utf8))) ?? ""
    return (UInt64(mac.prefix(16), radix: 16) ?? 0) >> 1
  }

  /// HMAC by its definition, over the one hash there is here.
  private static func code(key: [UInt8], _ message: [UInt8]) throws -> String {
    var key = key
    if key.count > 64 { key = bytes(try LabBundle.digest(key).hex) }
    key += [UInt8](repeating: 0, count: 64 - key.count)
    let inner = try LabBundle.digest(key.map { $0 ^ 0x36 } + message).hex
    return try LabBundle.digest(key.map { $0 ^ 0x5C } + bytes(inner)).hex
  }

  private static func bytes(_ hex: String) -> [UInt8] {
    var rest = hex[...]
    var result: [UInt8] = []
    while let byte = UInt8(rest.prefix(2), radix: 16) {
      result.append(byte)
      rest = rest.dropFirst(2)
      if rest.isEmpty { break }
    }
    return result
  }
}
