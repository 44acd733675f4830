// What the student's files were, and when. A command such as `docker build .` can only be done again
// with the Dockerfile of that moment, and an editor leaves no command behind. So each look notes which
// files have changed since the one before: their digests go into the journal, their contents into a
// folder beside the record, each content once.
//
// It has to be cheap, for the shell's prompt looks: a file whose size and times are as they were is not
// read. And it has bounds: somebody may unpack a kernel in there.

import Engine
import Glibc
import Images
import Linux
import SQLite
import Support

/// The versions of the files in a student's folder.
struct FileVersions {
  /// Bytes of one file, bytes of all versions, and how many files.
  static let sizeLimit = 1 << 20
  static let totalLimit: Int64 = 16 << 20
  static let countLimit = 500
  static let depthLimit = 8

  let folder: String
  let directory: String
  let progress: Progress
  let journal: Journal

  /// One file as it is now.
  struct Found: Equatable {
    var path: String
    var mode: UInt32
    var size: Int64
    /// Tells one state from the next without reading it.
    var stamp: String
  }

  /// Notes what has changed.
  func keep() throws {
    let known = try progress.fileStamps()
    let found = Self.files(in: folder)
    for file in found where known[file.path]?.stamp != file.stamp {
      try keep(file, known[file.path]?.digest)
    }
    let present = Set(found.map(\.path))
    // A folder that is too full to be told in full says nothing about what is gone.
    guard found.count < Self.countLimit else { return }
    for path in known.keys.sorted() where !present.contains(path) {
      try journal.append("file", "remove", actor: "", name: path)
      try progress.forget(file: path)
    }
  }

  private func keep(_ file: Found, _ before: String?) throws {
    var attributes = ["mode": String(file.mode, radix: 8), "size": String(file.size)]
    var digest = ""
    if file.size <= Self.sizeLimit,
      let content = try? File.read("\(folder)/\(file.path)", limit: Self.sizeLimit)
    {
      digest = try LabBundle.digest(content).hex
      attributes["digest"] = digest
      try store(content, digest)
    }
    try progress.set(file: file.path, digest: digest, stamp: file.stamp)
    guard digest.isEmpty || digest != before else { return }
    try journal.append("file", "change", actor: "", name: file.path, attributes)
  }

  private func store(_ content: [UInt8], _ digest: String) throws {
    let path = "\(directory)/\(digest)"
    guard !File.exists(path) else { return }
    try Directory.make(directory)
    let total = try Directory.list(directory).reduce(Int64(0)) { sum, name in
      var info = stat()
      return stat("\(directory)/\(name)", &info) == 0 ? sum + Int64(info.st_size) : sum
    }
    guard total + Int64(content.count) <= Self.totalLimit else { return }
    try File.replace(path, content, durable: false)
  }

  /// The regular files below `folder`, sorted; links are not followed.
  static func files(in folder: String) -> [Found] {
    var found: [Found] = []
    var open: [(path: String, depth: Int)] = [("", 0)]
    while let (path, depth) = open.popLast(), found.count < countLimit {
      for name in ((try? Directory.list("\(folder)/\(path)")) ?? []).sorted() {
        let below = path.isEmpty ? name : "\(path)/\(name)"
        var info = stat()
        guard lstat("\(folder)/\(below)", &info) == 0 else { continue }
        switch info.st_mode & S_IFMT {
        case S_IFDIR where depth < depthLimit: open.append((below, depth + 1))
        case S_IFREG:
          found.append(
            Found(
              path: below, mode: UInt32(info.st_mode & 0o777), size: Int64(info.st_size),
              stamp: "\(info.st_ino) \(info.st_size) \(info.st_mtim.tv_sec)."
                + "\(info.st_mtim.tv_nsec) \(info.st_mode & 0o777)"))
        default: break
        }
        if found.count >= countLimit { break }
      }
    }
    return found.sorted { $0.path < $1.path }
  }
}

extension Progress {
  /// What is known of each file: the digest of its last version, empty when it was too large.
  func fileStamps() throws -> [String: (digest: String, stamp: String)] {
    var known: [String: (digest: String, stamp: String)] = [:]
    for row in try database.query("SELECT * FROM files") {
      known[row["path"].text ?? ""] = (row["digest"].text ?? "", row["stamp"].text ?? "")
    }
    return known
  }

  func set(file path: String, digest: String, stamp: String) throws {
    try database.execute(
      "INSERT OR REPLACE INTO files VALUES (?, ?, ?)", .text(path), .text(digest), .text(stamp))
  }

  func forget(file path: String) throws {
    try database.execute("DELETE FROM files WHERE path = ?", .text(path))
  }
}
