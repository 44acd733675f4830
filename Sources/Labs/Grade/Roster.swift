import Linux
import Support

/// Rows of comma-separated values (RFC 4180).
enum CSV {
  /// Reads `text`: quoted fields may hold commas, quotes (doubled) and line ends.
  static func rows(_ text: String) -> [[String]] {
    var rows: [[String]] = []
    var row: [String] = []
    var field = ""
    var isQuoted = false
    var rest = text[...]
    if rest.first == "\u{FEFF}" { rest.removeFirst() }
    while let character = rest.popFirst() {
      switch character {
      case "\"" where isQuoted && rest.first == "\"":
        field.append("\"")
        rest.removeFirst()
      case "\"" where isQuoted: isQuoted = false
      case "\"" where field.isEmpty: isQuoted = true
      case "," where !isQuoted:
        row.append(field)
        field = ""
      case let end where end.isNewline && !isQuoted:
        rows.append(row + [field])
        (row, field) = ([], "")
      default: field.append(character)
      }
    }
    if !field.isEmpty || !row.isEmpty { rows.append(row + [field]) }
    return rows.filter { $0.contains { !$0.isEmpty } }
  }

  /// One row. Spreadsheets take what begins with `=`, `+`, `-` or `@` for a formula, so a text that does
  /// gets a quote in front; numbers stay.
  static func line(_ fields: [String]) -> String {
    fields.map { field in
      var text = field.oneLine
      if let first = text.first, "=+-@".contains(first), Double(text) == nil { text = "'" + text }
      let isPlain = !text.contains { ",\"\n\r".contains($0) }
      return isPlain ? text : "\"" + text.replacing("\"", with: "\"\"") + "\""
    }.joined(separator: ",") + "\n"
  }
}

/// The students of a course, as its learning platform has exported them.
package struct Roster: Sendable {
  package struct Student: Sendable, Hashable {
    package var id: String
    package var name: String
    /// The whole row, by column.
    package var fields: [String: String]
  }

  package private(set) var columns: [String] = []
  package private(set) var students: [Student] = []

  /// Columns in which an id or a name may stand, in the words of the platforms.
  private static let idColumns = [
    "id", "student", "student id", "sis user id", "id number", "sis login id", "username", "학번",
    "아이디",
  ]
  private static let nameColumns = ["name", "full name", "student name", "이름", "성명"]

  package init() {}

  /// Reads the file `path`: comma-separated, with a header.
  package init(_ path: String) throws {
    var rows = CSV.rows(try File.text(path, limit: 16 << 20))
    guard !rows.isEmpty else { throw Self.noIDs(path, []) }
    columns = rows.removeFirst().map(\.trimmed)
    let plain = columns.map { $0.lowercased() }
    guard let id = Self.idColumns.lazy.compactMap(plain.firstIndex).first else {
      throw Self.noIDs(path, columns)
    }
    let name = Self.nameColumns.lazy.compactMap(plain.firstIndex).first
    for row in rows {
      func field(_ place: Int?) -> String {
        place.flatMap { row.indices.contains($0) ? row[$0].trimmed : nil } ?? ""
      }
      guard !field(id).isEmpty else { continue }
      let fields = Dictionary(columns.indices.map { (columns[$0], field($0)) }) { first, _ in first
      }
      students.append(Student(id: field(id), name: field(name), fields: fields))
    }
  }

  /// The student with `id`; letters' case does not matter.
  package func student(_ id: String) -> Student? {
    students.first { $0.id.lowercased() == id.lowercased() }
  }

  private static func noIDs(_ path: String, _ columns: [String]) -> DklabError {
    DklabError(
      .invalid, id: "roster.no-id",
      Text("\(path) has no column of student ids", ko: "\(path)에 학생 id 열이 없습니다"),
      hint: .list(of: idColumns))
  }
}
