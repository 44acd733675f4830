import Linux
import Support

/// Rows of comma-separated values (RFC 4180).
enum CSV {
  /// A row, and the line of the file on which it begins.
  struct Row: Equatable {
    var line: Int
    var fields: [String]
  }

  /// Reads `text`: quoted fields may hold separators, quotes (doubled) and line ends.
  static func rows(_ text: String) -> [[String]] { numbered(text).map(\.fields) }

  /// The same with the rows' lines. What separates is what the first line has most of: a comma, a
  /// semicolon (spreadsheets in much of Europe) or a tab (their "Unicode text").
  static func numbered(_ text: String) -> [Row] {
    var rows: [Row] = []
    var row = Row(line: 1, fields: [])
    var field = ""
    var isQuoted = false
    var line = 1
    var rest = text[...]
    if rest.first == "\u{FEFF}" { rest.removeFirst() }
    let separator = separator(of: rest)
    while let character = rest.popFirst() {
      if character.isNewline { line += 1 }
      switch character {
      case "\"" where isQuoted && rest.first == "\"":
        field.append("\"")
        rest.removeFirst()
      case "\"" where isQuoted: isQuoted = false
      case "\"" where field.isEmpty: isQuoted = true
      case separator where !isQuoted:
        row.fields.append(field)
        field = ""
      case let end where end.isNewline && !isQuoted:
        row.fields.append(field)
        rows.append(row)
        (row, field) = (Row(line: line, fields: []), "")
      default: field.append(character)
      }
    }
    if !field.isEmpty || !row.fields.isEmpty {
      row.fields.append(field)
      rows.append(row)
    }
    return rows.filter { $0.fields.contains { !$0.isEmpty } }
  }

  private static func separator(of text: Substring) -> Character {
    let head = text.prefix { !$0.isNewline }
    func count(_ character: Character) -> Int { head.filter { $0 == character }.count }
    return [";", "\t"].reduce(",") { count($1) > count($0) ? $1 : $0 }
  }

  /// The text of the file `path`: UTF-8, or UTF-16 with its mark in front.
  ///
  /// - Throws: `csv.encoding`, with the line, for anything else: guessing would make other names of
  ///   people's names.
  static func text(of path: String) throws -> String {
    let bytes = try File.read(path, limit: 16 << 20)
    for (mark, isBig) in [([0xFF, 0xFE] as [UInt8], false), ([0xFE, 0xFF], true)]
    where bytes.starts(with: mark) {
      let units = stride(from: 2, to: bytes.count - 1, by: 2).map { place in
        let (a, b) = (UInt16(bytes[place]), UInt16(bytes[place + 1]))
        return isBig ? a << 8 | b : b << 8 | a
      }
      return String(decoding: units, as: UTF16.self)
    }
    if let text = String(validating: bytes, as: UTF8.self) { return text }
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    let wrong = lines.firstIndex { String(validating: $0, as: UTF8.self) == nil } ?? 0
    throw DklabError(
      .invalid, id: "csv.encoding",
      Text("this line is not UTF-8", ko: "이 줄은 UTF-8이 아닙니다"),
      hint: Text(
        "save it as \"CSV UTF-8\", or convert it: iconv -f CP949 -t UTF-8",
        ko: "\"CSV UTF-8\" 형식으로 저장하거나 변환하십시오: iconv -f CP949 -t UTF-8"),
      at: SourceLocation(file: path, line: wrong + 1, column: 1))
  }

  /// The wide ones are the same to spreadsheets in Korea and Japan.
  private static let formulaMarks: Set<Character> = ["=", "+", "-", "@", "＝", "＋", "－", "＠"]

  /// One row. Spreadsheets take what begins with `=`, `+`, `-` or `@` for a formula, so a text that does
  /// gets a quote in front; numbers stay.
  static func line(_ fields: [String]) -> String {
    fields.map { field in
      var text = field.oneLine
      if let first = text.first(where: { $0 != " " }), formulaMarks.contains(first),
        Double(text) == nil
      {
        text = "'" + text
      }
      let isPlain = !text.contains { ",\"\n\r".contains($0) }
      return isPlain ? text : "\"" + text.replacing("\"", with: "\"\"") + "\""
    }.joined(separator: ",") + "\n"
  }
}
