import Support

/// The students of a course, as its learning platform has exported them.
package struct Roster: Sendable {
  package struct Student: Sendable, Hashable {
    package var id: String
    package var name: String
    /// The whole row, by column.
    package var fields: [String: String]
    /// Where it stands in its file.
    package var line = 0
  }

  package private(set) var columns: [String] = []
  package private(set) var students: [Student] = []
  private var withoutID: [Int] = []
  private var path = ""

  /// Columns in which an id or a name may stand, in the words of the platforms: first those that say whose
  /// id it is, for `ID` in an export of Canvas is a number of its own.
  private static let idColumns = [
    "sis user id", "id number", "학번", "student id", "student number", "sis login id", "username",
    "아이디", "id", "student",
  ]
  private static let nameColumns = ["name", "full name", "student name", "이름", "성명", "student"]

  package init() {}

  /// Reads the file `path`: separated by commas, semicolons or tabs, with a header.
  ///
  /// - Throws: `roster.no-id` without a column of ids, `roster.duplicate` for an id that stands twice,
  ///   `csv.encoding`; each with its place.
  package init(_ path: String) throws {
    var rows = CSV.numbered(try CSV.text(of: path))
    guard !rows.isEmpty else { throw Self.noIDs(path, []) }
    columns = rows.removeFirst().fields.map(\.trimmed)
    let plain = columns.map { $0.lowercased() }
    // A platform has columns that a school does not fill.
    let known = Self.idColumns.compactMap(plain.firstIndex)
    let filled = known.first { place in
      rows.contains { $0.fields.indices.contains(place) && !$0.fields[place].trimmed.isEmpty }
    }
    guard let id = filled ?? known.first else { throw Self.noIDs(path, columns) }
    let name = Self.nameColumns.lazy.compactMap(plain.firstIndex).first { $0 != id }
    let given = ["first name", "last name"].compactMap(plain.firstIndex)
    var places: [String: Int] = [:]
    for row in rows {
      func field(_ place: Int?) -> String {
        place.flatMap { row.fields.indices.contains($0) ? row.fields[$0].trimmed : nil } ?? ""
      }
      guard !field(id).isEmpty else {
        // Canvas has a row below the header that is nobody's.
        if !field(0).hasPrefix("Points Possible") { withoutID.append(row.line) }
        continue
      }
      if let first = places.updateValue(row.line, forKey: field(id).lowercased()) {
        throw Self.twice(path, field(id).oneLine, first, row.line)
      }
      let fields = Dictionary(columns.indices.map { (columns[$0], field($0)) }) { first, _ in first
      }
      let full = name.map { field($0) } ?? given.map { field($0) }.joined(separator: " ")
      students.append(
        Student(id: field(id), name: full.trimmed, fields: fields, line: row.line))
    }
    self.path = path
  }

  /// Throws `submit.student`, with its place, for an id under which nobody can join.
  package func validate() throws {
    for student in students {
      do {
        try StudentIdentity.validate(student.id)
      } catch var error as DklabError {
        error.location = SourceLocation(file: path, line: student.line, column: 1)
        throw error
      }
    }
  }

  /// Rows that name nobody, for people.
  package var remark: Text? {
    guard !withoutID.isEmpty else { return nil }
    let list = withoutID.prefix(8).map(String.init).joined(separator: ", ")
    return Text(
      "\(path): no id in line \(list); left out", ko: "\(path): \(list)번째 줄에는 id가 없어서 뺐습니다")
  }

  /// The student with `id`; letters' case does not matter.
  package func student(_ id: String) -> Student? {
    students.first { $0.id.lowercased() == id.lowercased() }
  }

  private static func noIDs(_ path: String, _ columns: [String]) -> DklabError {
    let list = columns.map(\.oneLine).joined(separator: ", ")
    return DklabError(
      .invalid, id: "roster.no-id",
      columns.isEmpty
        ? Text("the file is empty", ko: "파일이 비어 있습니다")
        : Text("no column of student ids among: \(list)", ko: "학생 id 열이 없습니다. 있는 열: \(list)"),
      hint: Text(
        "one of the columns is called: \(idColumns.joined(separator: ", "))",
        ko: "다음 가운데 하나의 이름을 가진 열이 있어야 합니다: \(idColumns.joined(separator: ", "))"),
      at: SourceLocation(file: path, line: 1, column: 1))
  }

  private static func twice(
    _ path: String, _ id: String, _ first: Int, _ second: Int
  ) -> DklabError {
    DklabError(
      .conflict, id: "roster.duplicate",
      Text(
        "the student `\(id)` stands twice, first in line \(first)",
        ko: "`\(id)` 학생이 두 번 나옵니다. 처음은 \(first)번째 줄입니다"),
      hint: Text(
        "large and small letters are the same", ko: "대문자와 소문자는 구별하지 않습니다"),
      at: SourceLocation(file: path, line: second, column: 1))
  }
}
