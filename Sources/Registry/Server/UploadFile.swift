// A blob on its way in, seen from the server: a file that grows with every PATCH.
//
// The hash grows with it, so that the last request need not read it all again. After a restart of
// the server the hash is made anew from the file, and the upload goes on.

import struct Crypto.SHA256
import Glibc
import Images
import Linux
import Support
import Synchronization

/// What has arrived of one upload. One request at a time has it in hand (`Uploads`).
final class UploadFile: @unchecked Sendable {
  let path: String
  private let file: Int32
  private var hash = SHA256()
  /// How many bytes are there.
  private(set) var size: Int64 = 0

  /// Opens the upload at `path`; a new one with `isNew`. Nil when there is none.
  init?(path: String, isNew: Bool) throws {
    self.path = path
    let flags = isNew ? O_RDWR | O_CREAT | O_EXCL : O_RDWR
    file = open(path, flags | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard file >= 0 else {
      if !isNew, errno == ENOENT { return nil }
      throw SyscallError("open", path)
    }
    guard !isNew else { return }
    let source = FileSource(file, name: path)
    try withUnsafeTemporaryAllocation(byteCount: 256 << 10, alignment: 16) { buffer in
      while true {
        let count = try source.read(into: buffer)
        if count == 0 { break }
        hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        size += Int64(count)
      }
    }
  }

  deinit { if file >= 0 { close(file) } }

  func append(_ bytes: [UInt8]) throws {
    try bytes.withUnsafeBytes {
      try writeAll(file, $0)
      hash.update(bufferPointer: $0)
    }
    size += Int64(bytes.count)
  }

  /// Makes it the blob `digest` of `store`, durably; false when it has another digest, and then it
  /// is gone.
  func finish(as digest: Digest, in store: RegistryStore) throws -> Bool {
    guard Digest(bytes: hash.finalize()) == digest else {
      unlink(path)
      return false
    }
    try check(fsync(file), "fsync", path)
    try check(rename(path, store.blobPath(digest)), "rename", path)
    return true
  }
}

/// The uploads of one server.
final class Uploads: Sendable {
  private let root: String
  private let idle = Mutex<[String: UploadFile]>([:])
  private let busy = Mutex<Set<String>>([])

  init(_ store: RegistryStore) { root = store.root + "/uploads" }

  /// Opens a new one, which is the caller's until `put`.
  func make() throws -> (id: String, file: UploadFile) {
    var id = ""
    for _ in 0..<2 {
      let hex = String(UInt64.random(in: 0...(.max)), radix: 16)
      id += String(repeating: "0", count: 16 - hex.count) + hex
    }
    guard let file = try UploadFile(path: "\(root)/\(id)", isNew: true) else {
      throw RegistryProblem.uploadUnknown
    }
    busy.withLock { _ = $0.insert(id) }
    return (id, file)
  }

  /// Takes the upload `id` in hand.
  ///
  /// Throws `BLOB_UPLOAD_UNKNOWN`, and 409 while another request has it.
  func take(_ id: String) throws -> UploadFile {
    guard id.utf8.count == 32, id.utf8.allSatisfy({ Self.isHexadecimal($0) }) else {
      throw RegistryProblem.uploadUnknown
    }
    guard busy.withLock({ $0.insert(id).inserted }) else { throw RegistryProblem.uploadBusy }
    if let file = idle.withLock({ $0.removeValue(forKey: id) }) { return file }
    do {
      if let file = try UploadFile(path: "\(root)/\(id)", isNew: false) { return file }
    } catch {
      release(id)
      throw error
    }
    release(id)
    throw RegistryProblem.uploadUnknown
  }

  /// Gives it back, for the next request.
  func put(_ id: String, _ file: UploadFile) {
    idle.withLock { $0[id] = file }
    release(id)
  }

  /// It is over.
  func release(_ id: String) { busy.withLock { _ = $0.remove(id) } }

  /// Throws it away.
  func discard(_ id: String, _ file: UploadFile) {
    unlink(file.path)
    release(id)
  }

  private static func isHexadecimal(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte)
  }
}
