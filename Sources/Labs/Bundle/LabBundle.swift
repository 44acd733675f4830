// A bundle is labs in one file, to be handed on by a link, a share or a USB stick: a plain tar
// archive with a manifest in front.
//
//     manifest.json            format version, and for each lab its files with size and digest
//     day44/lab.md             the labs by their ids
//     day44/lab.ko.md
//
// The same labs give the same bytes: no times, no owners, no order of a directory. There is no
// compression, because whoever passes files on does that anyway.
//
// Next: LabBundle+Open.swift, which trusts nothing of this.

import Documents
import Glibc
import Images
import Linux
import Support

/// Labs in one file.
package enum LabBundle {
  /// The ending of a bundle's name.
  package static let ending = ".dklab"
  static let manifestName = "manifest.json"
  /// A bundle above these is none.
  static let sizeLimit = 256 << 20
  static let labLimit = 1000

  /// The files a lab may consist of.
  static let files = ["lab.md", "lab.ko.md"]

  /// What the manifest says.
  struct Manifest: Codable {
    /// The version of the bundle's own layout.
    var bundle: Int
    /// The version of the lab format.
    var format: Int
    var labs: [Entry]

    struct Entry: Codable {
      var id: String
      var files: [Content]
    }

    struct Content: Codable {
      var name: String
      var size: Int
      var digest: Digest
    }
  }

  /// The version of the layout that is written and read.
  static let version = 1

  /// Writes the labs in `folders`, which must be without errors, to the file `path`. Returns their
  /// ids.
  package static func write(_ folders: [String], to path: String) throws -> [String] {
    var members: [(name: String, content: [UInt8])] = []
    var entries: [Manifest.Entry] = []
    for folder in folders {
      let lab = try readable(folder)
      if entries.contains(where: { $0.id == lab.id }) {
        throw DklabError(
          .conflict, id: "lab.duplicate-id",
          Text("two labs with the id `\(lab.id)`", ko: "id가 `\(lab.id)`인 실습이 둘입니다"))
      }
      var entry = Manifest.Entry(id: lab.id, files: [])
      for name in files where File.exists("\(folder)/\(name)") {
        let content = try File.read("\(folder)/\(name)", limit: SourceText.limit)
        members.append(("\(lab.id)/\(name)", content))
        entry.files.append(
          Manifest.Content(name: name, size: content.count, digest: try digest(content)))
      }
      entries.append(entry)
    }
    entries.sort { $0.id < $1.id }
    members.sort { $0.name < $1.name }
    let manifest = Manifest(bundle: version, format: FormatVersion.current, labs: entries)
    let text = try JSONValue(encoding: manifest).text(pretty: true) + "\n"
    members.insert((manifestName, Array(text.utf8)), at: 0)
    try File.replace(path, try archive(members))
    return entries.map(\.id)
  }

  private static func readable(_ folder: String) throws -> Lab {
    let result = try Linter.lint(folder: folder)
    if let lab = result.lab, result.isClean { return lab }
    throw result.diagnostics.first { $0.severity == .error }?.error
      ?? DklabError(
        .invalid, id: "lab.unreadable",
        Text("\(folder) holds no lab", ko: "\(folder)에 실습이 없습니다"))
  }

  private static func archive(_ members: [(name: String, content: [UInt8])]) throws -> [UInt8] {
    let memory = FileDescriptor(owning: try createMemoryFile("bundle"))
    let writer = TarWriter(FileSink(memory.number))
    for member in members {
      try writer.add(TarEntry(member.name, .file, mode: 0o644), content: member.content)
    }
    try writer.finish()
    lseek(memory.number, 0, SEEK_SET)
    return try readAll(memory.number, limit: sizeLimit)
  }

  static func digest(_ bytes: [UInt8]) throws -> Digest {
    try HashingSource(MemorySource(bytes)).finish()
  }
}
