// A course is a folder with two halves. `share/` is given away: the labs in one bundle, their images in
// one archive, and everybody's seeds under a hash of their ids, so that the list of students is not in
// it. `secret` stays: from it and an id come a student's values, and with it they are checked.
//
// Nothing here needs a network: the folder can lie on a share, or travel on a stick.
//
// Next: CourseMembership.swift for the students' side, Collection.swift for what comes back.

import Documents
import Engine
import Glibc
import Images
import Linux
import Support

/// What `share/course.json` says.
package struct Course: Sendable, Codable, Hashable {
  package var course: Int
  /// The course's own name.
  package var id: String
  /// Ids of its labs.
  package var labs: [String]
  /// Seeds by lab, by the hash of a student's id.
  package var seeds: [String: [String: String]]

  static let version = 1
  package static let file = "course.json"
  package static let bundle = "labs\(LabBundle.ending)"
  package static let images = "images.tar"

  /// The name under which a student's seeds stand.
  static func key(course: String, student: String) throws -> String {
    let text = "dklab course\u{0}\(course)\u{0}\(student.lowercased())"
    return String(try LabBundle.digest(Array(text.utf8)).hex.prefix(32))
  }

  /// What is made of a course.
  package struct Wish: Sendable {
    package var id: String
    package var folders: [String]
    package var students: [String]
    package var output: String
    package var hasImages = true

    package init(id: String, folders: [String], students: [String], output: String) {
      (self.id, self.folders, self.students, self.output) = (id, folders, students, output)
    }
  }

  /// Makes the folder of a course, or brings it up to date: a secret that is there stays, and with it
  /// everybody's values. Returns what was written.
  package static func make(_ wish: Wish, root: DataRoot) throws -> Course {
    try StudentIdentity.validate(wish.id)
    let share = wish.output + "/share"
    try Directory.make(share)
    let secret = try secret(wish.output + "/secret")
    let ids = try LabBundle.write(wish.folders, to: "\(share)/\(bundle)")
    var seeds: [String: [String: String]] = [:]
    for student in wish.students {
      var own: [String: String] = [:]
      for lab in ids {
        own[lab] = String(CourseSeed.seed(secret: secret, student: student, lab: lab))
      }
      seeds[try key(course: wish.id, student: student)] = own
    }
    let course = Course(course: version, id: wish.id, labs: ids, seeds: seeds)
    try File.replace(
      "\(share)/\(file)", try JSONValue(encoding: course).text(pretty: true) + "\n")
    if wish.hasImages { try saveImages(wish.folders, to: "\(share)/\(images)", root: root) }
    return course
  }

  /// The secret in `path`, made when there is none.
  private static func secret(_ path: String) throws -> String {
    if File.exists(path) { return try CourseSeed.secret(in: path) }
    let random = try FileDescriptor.open("/dev/urandom", O_RDONLY)
    var bytes = [UInt8](repeating: 0, count: 24)
    try check(read(random.number, &bytes, bytes.count), "read", "/dev/urandom")
    let text = bytes.map { byte in
      let digits = String(byte, radix: 16)
      return digits.count == 1 ? "0" + digits : digits
    }.joined()
    try File.replace(path, text + "\n", mode: 0o600)
    return text
  }

  private static func saveImages(_ folders: [String], to path: String, root: DataRoot) throws {
    let names = try Set(folders.flatMap { try LabCatalog.lab($0).images }).sorted()
    guard !names.isEmpty else { return }
    let shelf = ImageStore(content: try ContentStore(root: root.content), scope: ImageStore.library)
    let temporary = path + ".tmp"
    let file = try FileDescriptor.open(temporary, O_RDWR | O_CREAT | O_TRUNC, mode: 0o644)
    try shelf.save(names, to: file.number)
    try check(rename(temporary, path), "rename", path)
  }
}
