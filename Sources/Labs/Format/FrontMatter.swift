import Documents
import Support

/// The YAML between the two `---` lines at the head of a file.
struct FrontMatter {
  var yaml: String
  /// What follows it, and the line it begins on.
  var rest: String
  var restLine: Int

  /// Splits `text`; nil when it does not begin with front matter.
  init?(_ text: String) {
    var lines = text.lines
    guard lines.first?.trimmed == "---",
      let end = lines.dropFirst().firstIndex(where: { $0.trimmed == "---" })
    else { return nil }
    restLine = end + 2
    rest = lines[(end + 1)...].joined(separator: "\n")
    lines[0] = ""
    yaml = lines[..<end].joined(separator: "\n")
  }

  /// That there is none, as a diagnostic.
  static func missing(_ file: String, in text: String = "") -> Diagnostic {
    if text.split(separator: "\n", maxSplits: 1).first?.trimmed == "---" {
      return Diagnostic(
        "lab.no-front-matter",
        Text("the front matter is never closed", ko: "머리말이 닫히지 않았습니다"),
        hint: Text("a second line `---` closes it", ko: "`---` 줄을 하나 더 써서 닫습니다"),
        at: SourceLocation(file: file, line: 1, column: 1))
    }
    return Diagnostic(
      "lab.no-front-matter",
      Text(
        "a lab begins with front matter between two `---` lines", ko: "실습은 `---` 두 줄 사이의 머리말로 시작합니다"
      ),
      at: SourceLocation(file: file, line: 1, column: 1))
  }
}
