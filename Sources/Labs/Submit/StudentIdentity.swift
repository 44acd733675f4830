import Documents
import Engine
import Linux
import Support

/// Who works on this machine, as the course knows them: kept below the data root, so that it has to be
/// said only once.
package struct StudentIdentity: Sendable, Codable, Hashable {
  package var id: String
  package var name: String
  /// Empty in self-study.
  package var course: String

  package init(id: String, name: String, course: String) {
    (self.id, self.name, self.course) = (id, name, course)
  }

  private static func path(_ root: DataRoot) -> String { root.path + "/labs/student.json" }

  /// Who was named last; nil when nobody was.
  package static func stored(root: DataRoot) -> StudentIdentity? {
    guard let text = try? File.text(path(root), limit: 64 << 10) else { return nil }
    return try? JSONValue.parse(text).decode(as: StudentIdentity.self)
  }

  /// Remembers who works here.
  package func store(root: DataRoot) throws {
    try Directory.make(root.path + "/labs")
    try File.replace(
      Self.path(root), try JSONValue(encoding: self).text(pretty: true) + "\n", mode: 0o600)
  }

  /// Throws `submit.student` unless `id` may be somebody's: it becomes part of a file's name.
  package static func validate(_ id: String) throws {
    let isPlain = id.utf8.allSatisfy { byte in
      (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
        || "-_.@".utf8.contains(byte)
    }
    guard !id.isEmpty, id.utf8.count <= 64, isPlain, id.first != ".", id.first != "-" else {
      throw DklabError(
        .invalid, id: "submit.student",
        Text("`\(id.oneLine)` cannot be a student's id", ko: "`\(id.oneLine)`은(는) 학생 id로 쓸 수 없습니다"),
        hint: Text(
          "letters, digits, `-`, `_`, `.` and `@`, at most 64",
          ko: "영문자, 숫자, `-`, `_`, `.`, `@`를 64자까지 쓸 수 있습니다"), exitStatus: 64)
    }
  }
}
