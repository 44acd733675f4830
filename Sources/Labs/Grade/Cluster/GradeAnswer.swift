// An outcome as lines of a log: a head with the digest, the outcome as JSON in Base64 (logs are for text, and
// some cut long lines), an end. What is incomplete or altered is no outcome.

import Documents
import Support

/// Writes and reads outcomes in logs.
enum GradeAnswer {
  private static let word = "dklab-grade-outcome"
  private static let width = 3000

  /// The lines for `result`.
  static func lines(_ result: GradedSubmission) throws -> [String] {
    let bytes = Array(try JSONValue(encoding: result).text().utf8)
    let letters = Array(Base64.text(bytes).utf8)
    let body = stride(from: 0, to: letters.count, by: width).map { start in
      String(decoding: letters[start..<min(start + width, letters.count)], as: UTF8.self)
    }
    return ["\(word) 1 \(try LabBundle.digest(bytes).hex)"] + body + ["\(word) end"]
  }

  /// The outcome in `log`, whatever else is in it; nil when there is no whole one.
  static func read(_ log: String) -> GradedSubmission? {
    let lines = log.split(separator: "\n")
    guard let head = lines.lastIndex(where: { $0.hasPrefix("\(word) 1 ") }),
      let end = lines[head...].firstIndex(of: "\(word) end")
    else { return nil }
    let bytes = Base64.bytes(lines[(head + 1)..<end].joined())
    guard let digest = try? LabBundle.digest(bytes).hex, lines[head] == "\(word) 1 \(digest)"
    else { return nil }
    return try? JSONValue.parse(String(decoding: bytes, as: UTF8.self))
      .decode(as: GradedSubmission.self)
  }
}
