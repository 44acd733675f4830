// A blob on its way in, which an interruption does not undo.
//
//   content/partial/HEX   the beginning of the blob HEX, however far it came
//
// The next attempt, of this process or of another one days later, hashes what is there and asks for
// the rest. Two processes never write the same file: whoever has it open holds a lock on it. It
// becomes a blob only when all of it has the digest that was promised; `ContentStore.collect` takes
// what nobody came back for.
//
// Man pages: flock(2), ftruncate(2), rename(2). Next: Registry's BlobDownload.swift.

import Crypto
import Glibc
import Linux
import Support

/// The beginning of a blob. Safe to be used from one task at a time.
package final class PartialBlob {
  package let digest: Digest
  private let directory: String
  private let target: String
  private let file: FileDescriptor
  private var hash = SHA256()
  /// How many bytes are there.
  package private(set) var size: Int64 = 0
  /// What the digest turned out to be, after a `finish` that failed.
  package private(set) var foundDigest: Digest?

  /// Where the blobs of a content store are, for who may not share the store itself between threads.
  package struct Place: Sendable {
    let root: String

    package init(_ content: ContentStore) { root = content.root }

    /// Of any directory with `blobs/sha256` and `partial`.
    package init(root: String) { self.root = root }

    /// Whether the whole blob is here.
    package func hasBlob(_ digest: Digest) -> Bool { File.exists(blobPath(digest)) }

    /// Opens the blob `digest`, or as much of it as has arrived.
    package func open(_ digest: Digest) throws -> FileDescriptor {
      do {
        return try FileDescriptor.open("\(root)/partial/\(digest.hex)", O_RDONLY)
      } catch let error as SyscallError where error.errno == ENOENT {
        return try FileDescriptor.open(blobPath(digest), O_RDONLY)
      }
    }

    /// Where the blob lies, or would lie.
    package func blobPath(_ digest: Digest) -> String { "\(root)/blobs/sha256/\(digest.hex)" }
  }

  /// Opens what is there of `digest`; nil while another process has it open. A caller that gets it
  /// looks again whether the blob has become whole meanwhile.
  package init?(_ digest: Digest, in place: Place) throws {
    self.digest = digest
    directory = place.root + "/partial"
    target = place.blobPath(digest)
    try Directory.make(directory, mode: 0o700)
    let path = "\(directory)/\(digest.hex)"
    let opened = try FileDescriptor.open(path, O_RDWR | O_CREAT, mode: 0o600)
    let number = opened.number
    file = consume opened
    if retryingInterrupts({ flock(number, LOCK_EX | LOCK_NB) }) != 0 {
      guard errno == EWOULDBLOCK else { throw SyscallError("flock", path) }
      return nil
    }
    // The file may have been renamed between open and lock: then it is somebody's blob.
    var here = stat()
    var there = stat()
    guard fstat(number, &here) == 0, stat(path, &there) == 0, here.st_ino == there.st_ino else {
      return nil
    }
    try hashWhatIsThere()
  }

  private var path: String { "\(directory)/\(digest.hex)" }

  private func hashWhatIsThere() throws {
    let source = FileSource(file.number, name: path)
    try withUnsafeTemporaryAllocation(byteCount: 256 << 10, alignment: 16) { buffer in
      while true {
        let count = try source.read(into: buffer)
        if count == 0 { break }
        hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        size += Int64(count)
      }
    }
  }

  /// Appends `bytes`.
  package func write(_ bytes: UnsafeRawBufferPointer) throws {
    try writeAll(file.number, bytes)
    hash.update(bufferPointer: bytes)
    size += Int64(bytes.count)
  }

  /// Forgets what is there.
  package func restart() throws {
    try check(ftruncate(file.number, 0), "ftruncate", path)
    try check(lseek(file.number, 0, SEEK_SET), "lseek", path)
    hash = SHA256()
    size = 0
  }

  /// Makes it a blob, durably; false when it has another digest, and then it is gone.
  package func finish() throws -> Bool {
    let found = Digest(bytes: hash.finalize())
    guard found == digest else {
      foundDigest = found
      unlink(path)
      return false
    }
    try check(fsync(file.number), "fsync", path)
    if rename(path, target) != 0 {
      guard errno == ENOENT else { throw SyscallError("rename", target) }
      try Directory.make(String(target.dropLast(65)), mode: 0o700)
      try check(rename(path, target), "rename", target)
    }
    try syncDirectory(String(target.dropLast(65)))
    return true
  }
}
