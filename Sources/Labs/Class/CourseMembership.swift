import Documents
import Engine
import Glibc
import Images
import Linux
import Support

/// A student's side of a course: its labs are here, and which values are theirs.
package struct CourseMembership: Sendable, Codable, Hashable {
  package var course: String
  package var student: String
  /// Seeds by lab.
  package var seeds: [String: String]

  /// Where what belongs to a joined course lies.
  package static func directory(_ root: DataRoot) -> String { root.path + "/labs/course" }

  /// The bundle of the course's labs; nil when no course was joined.
  static func bundle(root: DataRoot) -> String? {
    let path = "\(directory(root))/\(Course.bundle)"
    return File.exists(path) ? path : nil
  }

  /// The membership on this machine; nil when there is none.
  package static func stored(root: DataRoot) -> CourseMembership? {
    guard let text = try? File.text(directory(root) + "/membership.json", limit: 1 << 20) else {
      return nil
    }
    return try? JSONValue.parse(text).decode(as: CourseMembership.self)
  }

  /// The seed that the course has for `lab`; nil in self-study.
  static func seed(of lab: String, root: DataRoot) -> UInt64? {
    stored(root: root)?.seeds[lab].flatMap { UInt64($0) }
  }

  /// Joins the course in the folder `share`: copies its labs, loads its images, and remembers who works
  /// here. Joining again brings up to date.
  package static func join(
    _ share: String, as student: StudentIdentity, root: DataRoot,
    progress: (ImageProgress) -> Void = { _ in }
  ) throws -> CourseMembership {
    let course = try read(share)
    guard let seeds = course.seeds[try Course.key(course: course.id, student: student.id)] else {
      throw DklabError(
        .notFound, id: "course.no-student",
        Text(
          "the course `\(course.id)` does not know the student `\(student.id)`",
          ko: "`\(course.id)` 강좌에 `\(student.id)` 학생이 없습니다"),
        hint: Text(
          "is the id right? the instructor puts students in with `dklab class init --roster`",
          ko: "id가 맞습니까? 강사가 `dklab class init --roster`로 학생을 넣습니다"))
    }
    let directory = directory(root)
    try Directory.make(directory)
    let labs = try File.read("\(share)/\(Course.bundle)", limit: LabBundle.sizeLimit)
    try File.replace("\(directory)/\(Course.bundle)", labs)
    // A bundle that is none is told of here, and not at the first lab.
    let ids = try LabBundle.open("\(directory)/\(Course.bundle)", root: root).map(\.id)
    if File.exists("\(share)/\(Course.images)") {
      let archive = try FileDescriptor.open("\(share)/\(Course.images)", O_RDONLY)
      let shelf = ImageStore(
        content: try ContentStore(root: root.content), scope: ImageStore.library)
      _ = try shelf.load(archive.number, name: "\(share)/\(Course.images)", progress: progress)
    }
    let membership = CourseMembership(
      course: course.id, student: student.id, seeds: seeds.filter { ids.contains($0.key) })
    try File.replace(
      directory + "/membership.json", try JSONValue(encoding: membership).text(pretty: true) + "\n",
      mode: 0o600)
    try StudentIdentity(id: student.id, name: student.name, course: course.id).store(root: root)
    return membership
  }

  /// Leaves the course; the work in its labs stays.
  package static func leave(root: DataRoot) throws { try Directory.removeTree(directory(root)) }

  private static func read(_ share: String) throws -> Course {
    let path = "\(share)/\(Course.file)"
    guard File.exists(path) else {
      throw DklabError(
        .notFound, id: "course.none", Text("\(share) is no course", ko: "\(share)은(는) 강좌가 아닙니다"),
        hint: Text(
          "it is the folder `share` that `dklab class init` has made",
          ko: "`dklab class init`이 만든 `share` 폴더를 지정합니다"))
    }
    do {
      let course = try JSONValue.parse(try File.text(path, limit: 64 << 20)).decode(as: Course.self)
      guard course.course == Course.version else {
        throw DklabError(
          .unsupported, id: "course.version",
          Text("\(path) is of another version of dklab", ko: "\(path)은(는) 다른 버전의 dklab에서 만든 것입니다"))
      }
      return course
    } catch let error as DklabError where error.id == "course.version" {
      throw error
    } catch {
      throw DklabError(
        .invalid, id: "course.unreadable",
        Text("\(path) cannot be read: \(error)", ko: "\(path)을(를) 읽을 수 없습니다: \(error)"))
    }
  }
}
