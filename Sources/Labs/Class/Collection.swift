import Engine
import Glibc
import Linux
import Support

/// Submissions as they come in, from sticks and folders, put into one folder: each content once, under a
/// name that says whose it is. Nothing is graded here, and nothing is thrown away.
package enum Collection {
  /// One submission in the folder, or what came instead.
  package struct Item: Sendable, Hashable {
    package var file: String
    package var student: String
    package var name: String
    package var lab: String
    package var created: Int64
    /// Why it is no submission; nil when it is one.
    package var problem: Text?
  }

  /// Copies what is in `sources` into `folder`. Returns what is new there.
  package static func take(_ sources: [String], into folder: String) throws -> [Item] {
    try Directory.make(folder, mode: 0o700)
    var known = Set(try SubmissionFiles.all(in: folder).compactMap { try? digest($0) })
    var items: [Item] = []
    for source in try SubmissionFiles.find(sources) {
      let content: [UInt8]
      do {
        content = try File.read(source, limit: Int(SubmissionReader.sizeLimit))
      } catch {
        items.append(broken(source, Text("\(error)", ko: "\(error)")))
        continue
      }
      let digest = try LabBundle.digest(content).hex
      guard known.insert(digest).inserted else { continue }
      do {
        items.append(try keep(content, source, in: folder))
      } catch let error as DklabError {
        // Kept all the same: somebody has handed in something.
        let name = "unreadable-\(digest.prefix(8))\(Submission.ending)"
        try File.replace("\(folder)/\(name)", content, mode: 0o600)
        items.append(broken(name, error.message))
      }
    }
    return items
  }

  /// Puts one submission into `folder`, where it is found by its content: handing in the same again
  /// changes nothing. Throws `submission.…` for what is none, and then keeps nothing.
  package static func keep(
    _ content: [UInt8], _ source: String, in folder: String
  ) throws -> Item {
    let digest = try LabBundle.digest(content).hex
    let manifest = try SubmissionReader.read(content, source).manifest
    let name =
      "\(manifest.lab)-\(plain(manifest.student.id))-\(digest.prefix(8))\(Submission.ending)"
    try File.replace("\(folder)/\(name)", content, mode: 0o600)
    return item(name, manifest)
  }

  /// What is in `folder`.
  package static func items(in folder: String) throws -> [Item] {
    try SubmissionFiles.all(in: folder).map { path in
      let name = path.split(separator: "/").last.map(String.init) ?? path
      do {
        return item(name, try SubmissionReader.read(path).manifest)
      } catch {
        return broken(name, (error as? DklabError)?.message ?? Text("\(error)", ko: "\(error)"))
      }
    }
  }

  private static func item(_ file: String, _ manifest: Submission.Manifest) -> Item {
    Item(
      file: file, student: manifest.student.id.oneLine, name: manifest.student.name.oneLine,
      lab: manifest.lab, created: manifest.created)
  }

  private static func broken(_ file: String, _ reason: Text) -> Item {
    Item(file: file.oneLine, student: "", name: "", lab: "", created: 0, problem: reason)
  }

  private static func digest(_ path: String) throws -> String {
    try LabBundle.digest(try File.read(path, limit: Int(SubmissionReader.sizeLimit))).hex
  }

  /// An id as a part of a file's name.
  private static func plain(_ id: String) -> String {
    let text = id.filter { character in
      character.isASCII && (character.isLetter || character.isNumber || "-_.@".contains(character))
    }.drop { $0 == "." || $0 == "-" }
    return text.isEmpty ? "nobody" : String(text.prefix(64))
  }
}
