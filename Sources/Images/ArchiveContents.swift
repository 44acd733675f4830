import Glibc
import Linux
import Support

/// The members of an archive of images, each file kept as a blob of the store under its own digest
/// while it streams past: manifests may come after what they name.
///
/// Blobs that no image comes to need are left to `ContentStore.collect`.
struct ArchiveContents {
  /// What messages call the archive.
  let name: String
  private let content: ContentStore
  private var files: [String: (digest: Digest, size: Int64)] = [:]
  private var links: [String: String] = [:]

  private static let entryLimit = 20_000
  private static let byteLimit: Int64 = 256 << 30

  /// Reads the open file, pipe or socket `archive` to its end.
  init(
    _ archive: Int32, name: String, into content: ContentStore,
    progress: (ImageProgress) -> Void
  ) throws {
    self.name = name
    self.content = content
    let file = try content.seekable(archive, name: name)
    let reader = TarReader(try ArchiveSource(file.number, name: name), archive: name)
    var bytes: Int64 = 0
    while let entry = try reader.next() {
      bytes += entry.size
      guard files.count + links.count < Self.entryLimit, bytes < Self.byteLimit else {
        throw problem(entry.name, "the archive is too large", "아카이브가 너무 큽니다")
      }
      let path = Self.normalized(entry.name)
      switch entry.kind {
      case .file:
        let blob = try BlobWriter(content)
        try blob.write(contentsOf: reader)
        files[path] = try blob.commit(
          expected: Self.digest(inPath: path), name: "\(name): \(entry.name)")
        progress(ImageProgress("Reading archive", done: bytes, total: nil))
      case .symbolicLink(let target):
        let directory = path.split(separator: "/").dropLast().joined(separator: "/")
        links[path] = Self.normalized(target.hasPrefix("/") ? target : "\(directory)/\(target)")
      case .hardLink(let target):
        links[path] = Self.normalized(target)
      case .directory, .characterDevice, .blockDevice, .fifo: break
      }
    }
  }

  /// Whether the archive has a file `path`.
  func contains(_ path: String) -> Bool {
    file(path) != nil
  }

  /// The file `path` as a blob; `from` is the document that names it.
  func blob(_ path: String, namedBy document: String) throws -> Descriptor {
    guard let (digest, size) = file(path) else {
      throw problem(
        path, "is missing, though \(document) names it", "\(document)에 적혀 있지만 아카이브에 없습니다")
    }
    let opened = try FileDescriptor.open(content.blobPath(digest), O_RDONLY)
    let type =
      MediaType.ociLayer(try Compression(of: opened.number, name: path))
      ?? MediaType.ociLayer
    return Descriptor(mediaType: type, digest: digest, size: size)
  }

  /// The bytes of the small file `path`.
  func bytes(_ path: String, namedBy document: String) throws -> [UInt8] {
    try content.readBlob(try blob(path, namedBy: document).digest)
  }

  /// The document `path` as a `Value`; errors name archive and path.
  func document<Value: Decodable>(_ type: Value.Type, _ path: String, namedBy document: String)
    throws -> Value
  {
    try ImageJSON.decode(
      type, from: bytes(path, namedBy: document), what: "\(name): \(path)")
  }

  func problem(_ path: String, _ english: String, _ korean: String) -> DklabError {
    DklabError(
      .invalid, id: "archive.broken",
      Text("\(name): \(path): \(english)", ko: "\(name): \(path): \(korean)"))
  }

  private func file(_ path: String) -> (digest: Digest, size: Int64)? {
    var path = Self.normalized(path)
    for _ in 0..<16 {
      if let file = files[path] { return file }
      guard let target = links[path] else { return nil }
      path = target
    }
    return nil
  }

  /// The digest that the name of a file in an OCI layout promises.
  private static func digest(inPath path: String) -> Digest? {
    let prefix = "blobs/sha256/"
    return path.hasPrefix(prefix) ? Digest(hex: path.dropFirst(prefix.count)) : nil
  }

  /// `path` without `.`, `..` and slashes at the ends.
  private static func normalized(_ path: String) -> String {
    var parts: [Substring] = []
    for part in path.split(separator: "/") where part != "." {
      if part == ".." {
        _ = parts.popLast()
      } else {
        parts.append(part)
      }
    }
    return parts.joined(separator: "/")
  }
}

extension ContentStore {
  /// `file` itself when it can be read from any place, else a copy of the rest of it that can.
  ///
  /// Simplification: a pipe is first copied as a whole, where docker decompresses it on the way.
  package func seekable(_ file: Int32, name: String) throws -> FileDescriptor {
    if lseek(file, 0, SEEK_CUR) >= 0 {
      return FileDescriptor(
        owning: try check(fcntl(file, F_DUPFD_CLOEXEC, 3), "fcntl", name))
    }
    let path = try temporaryPath("spool")
    let copy = try FileDescriptor.open(path, O_RDWR | O_CREAT | O_EXCL, mode: 0o600)
    unlink(path)
    try FileSink(copy.number).write(contentsOf: FileSource(file, name: name))
    try check(lseek(copy.number, 0, SEEK_SET), "lseek", name)
    return copy
  }
}
