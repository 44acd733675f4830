import Documents
import Support

/// The version of the lab format. It changes when a lab of before would be read differently; keys
/// and checks that are only added do not change it.
package enum FormatVersion {
  /// The version this reader knows.
  package static let current = 1

  /// Reads `format` of a front matter, and says what to do about another version.
  static func read(_ fields: inout Fields) {
    let format = fields.requiredInteger("format")
    fields.shape.note("format", .schema(["const": .integer(Int64(current))]))
    guard fields.has("format"), format != current, fields.diagnostics.isEmpty else { return }
    let problem = problem(format)
    fields.report(
      "lab.format", problem.message, hint: problem.hint, at: fields.location(of: "format"))
  }

  /// Why `format` cannot be read.
  package static func problem(_ format: Int) -> (message: Text, hint: Text) {
    guard format > current else {
      return (
        Text("there has never been a format \(format)", ko: "형식 \(format)은(는) 있었던 적이 없습니다"),
        Text(
          "`format: \(current)` is the first and the present one",
          ko: "처음이자 지금의 형식은 `format: \(current)`입니다")
      )
    }
    return (
      Text(
        "format \(format) is newer than this dklab, which reads format \(current)",
        ko: "형식 \(format)은(는) 이 dklab보다 새것입니다. 이 dklab은 형식 \(current)까지 읽습니다"),
      Text(
        "a newer dklab reads it; `dklab version` tells which one this is",
        ko: "새 버전의 dklab이 필요합니다. 지금 버전은 `dklab version`으로 볼 수 있습니다")
    )
  }
}
