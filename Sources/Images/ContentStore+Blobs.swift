import Crypto
import Glibc
import Linux
import Support

extension ContentStore {
  /// Where the blob `digest` lies, or would lie.
  package func blobPath(_ digest: Digest) -> String {
    "\(root)/blobs/sha256/\(digest.hex)"
  }

  /// Whether the blob `digest` is here.
  package func hasBlob(_ digest: Digest) -> Bool {
    File.exists(blobPath(digest))
  }

  /// Makes the names of all blobs durable.
  func syncBlobNames() throws { try syncDirectory(root + "/blobs/sha256") }

  /// The bytes of a small blob (a manifest or a configuration).
  package func readBlob(_ digest: Digest) throws -> [UInt8] {
    try File.read(blobPath(digest), limit: 16 << 20)
  }

  /// Keeps `bytes`; returns their digest. Durable on return.
  @discardableResult
  package func addBlob(_ bytes: [UInt8]) throws -> Digest {
    let digest = Digest(bytes: SHA256.hash(data: bytes))
    if hasBlob(digest) { return digest }
    let writer = try BlobWriter(self)
    try bytes.withUnsafeBytes { try writer.write($0) }
    return try writer.commit().digest
  }
}

/// A blob being written: hashed on the way, and nowhere to be found until `commit`.
package final class BlobWriter {
  private let content: ContentStore
  private let file: FileDescriptor
  private let path: String
  private var hash = SHA256()
  private(set) var size: Int64 = 0
  private var digest: Digest?
  private var committed = false

  /// Starts an empty blob. The caller holds the store's lock.
  package init(_ content: ContentStore) throws {
    self.content = content
    path = try content.temporaryPath("blob")
    file = try FileDescriptor.open(path, O_RDWR | O_CREAT | O_EXCL, mode: 0o600)
  }

  deinit {
    if !committed { unlink(path) }
  }

  /// Appends `bytes`.
  package func write(_ bytes: UnsafeRawBufferPointer) throws {
    hash.update(bufferPointer: bytes)
    size += Int64(bytes.count)
    try writeAll(file.number, bytes)
  }

  /// Puts the blob in its place. With `expected`, refuses other content; `name` is what the
  /// archive calls it.
  package func commit(expected: Digest? = nil, name: String = "") throws
    -> (digest: Digest, size: Int64)
  {
    let digest = finish()
    if let expected, expected != digest {
      throw DklabError(
        .invalid, id: "image.wrong-digest",
        Text(
          "\(name.isEmpty ? expected.description : name): content does not match its digest: "
            + "expected \(expected), found \(digest)",
          ko: "\(name.isEmpty ? expected.description : name): 내용이 다이제스트와 다릅니다: "
            + "기대한 값 \(expected), 실제 값 \(digest)"))
    }
    try synchronize()
    try place()
    try content.syncBlobNames()
    return (digest, size)
  }

  /// Puts all that was written on the disk.
  func synchronize() throws { try check(fsync(file.number), "fsync", path) }

  /// Leaves the finished blob as the file `target`, without a name among the blobs.
  func leave(at target: String) throws {
    _ = finish()
    try check(rename(path, target), "rename", target)
    committed = true
  }

  /// The digest of all that was written. Nothing may be added afterwards.
  func finish() -> Digest {
    let digest = digest ?? Digest(bytes: hash.finalize())
    self.digest = digest
    return digest
  }

  /// Gives a finished blob, whose bytes are on the disk, its name; `syncBlobNames` makes that durable.
  func place() throws {
    let target = content.blobPath(finish())
    if rename(path, target) != 0 {
      guard errno == ENOENT else { throw SyscallError("rename", target) }
      try Directory.make(content.root + "/blobs/sha256", mode: 0o700)
      try check(rename(path, target), "rename", target)
    }
    committed = true
  }
}

/// Makes the names in the directory at `path` durable.
func syncDirectory(_ path: String) throws {
  let directory = try FileDescriptor.open(path, O_RDONLY | O_DIRECTORY)
  try check(fsync(directory.number), "fsync", path)
}
