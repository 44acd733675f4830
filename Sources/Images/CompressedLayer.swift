// A layer's archive as registries have it: compressed.
//
// Layers that were made here lie in the store as plain tar archives. On the way to a registry the
// host's gzip packs them, without name and time (`-n`), so that the same layer has the same digest
// every time and in every repository. What came of it is not kept, only remembered by diff id: the next
// push asks the registry for that digest first, and packs again only where it is not known. Level 4 takes
// half of the default's time for two hundredths more bytes.
//
// RFC 1952. Next: Registry's BlobUpload.swift.

import struct Crypto.SHA256
import Glibc
import Linux
import SQLite
import Support

/// A plain archive that is to become a compressed one, for who may not share the store itself between
/// threads.
package struct LayerCompression: Sendable {
  /// The plain archive.
  let source: String
  let mediaType: String
  /// Where the compressed one goes; nobody but `run` makes it.
  package let target: String

  /// Writes the compressed archive to `target` and says what it is. Waits; `progress` is told how many
  /// bytes of the plain one are done.
  ///
  /// Errors: `archive.no-compressor`.
  package func run(progress: (Int64) -> Void) throws -> Descriptor {
    let input = try FileDescriptor.open(source, O_RDONLY)
    let output = try FileDescriptor.open(target, O_WRONLY | O_CREAT | O_TRUNC, mode: 0o600)
    let child = try start(input.number)
    let hashing = HashingSource(FileSource(child.output, name: target))
    let sink = FileSink(output.number)
    try withUnsafeTemporaryAllocation(byteCount: 256 << 10, alignment: 16) { buffer in
      while true {
        let count = try hashing.read(into: buffer)
        if count == 0 { break }
        try sink.write(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        // The child reads with the same offset.
        progress(Int64(lseek(input.number, 0, SEEK_CUR)))
      }
    }
    let (status, complaints) = try child.wait()
    guard status.code == 0 else { throw SyscallError("gzip", complaints, errno: EIO) }
    return Descriptor(mediaType: mediaType, digest: try hashing.finish(), size: hashing.count)
  }

  private func start(_ input: Int32) throws -> ChildProgram {
    do {
      return try ChildProgram(["gzip", "-n", "-4", "-c"], input: input)
    } catch let error as SyscallError where error.errno == ENOENT {
      throw DklabError(
        .unavailable, id: "archive.no-compressor",
        Text(
          "a registry wants compressed layers, and this machine has no `gzip`",
          ko: "레지스트리에는 압축한 레이어를 올리는데, 이 컴퓨터에 `gzip` 프로그램이 없습니다"),
        hint: Text("install gzip", ko: "gzip을(를) 설치하세요"))
    }
  }

  /// Removes the compressed archive.
  package func discard() { unlink(target) }
}

extension ContentStore {
  static let compressedSchema = """
    CREATE TABLE compressed (
      diff_id TEXT PRIMARY KEY,
      blob TEXT NOT NULL,           -- digest of its compressed archive, which is not kept
      blob_size INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    """

  /// How to compress the archive `blob`; nil when it is compressed.
  package func compression(of blob: Descriptor) throws -> LayerCompression? {
    guard let type = Self.compressedType(blob.mediaType) else { return nil }
    return LayerCompression(
      source: blobPath(blob.digest), mediaType: type, target: try temporaryPath("compressed"))
  }

  private static func compressedType(_ type: String) -> String? {
    switch type {
    case MediaType.ociLayer: MediaType.ociLayerGzip
    case MediaType.dockerLayer: MediaType.dockerLayerGzip
    default: nil
    }
  }

  /// What the archive `blob` of the layer `diffID` was compressed to before; `blob` itself when it is
  /// compressed, and nil when nobody knows yet.
  package func compressedForm(of blob: Descriptor, _ diffID: Digest) throws -> Descriptor? {
    guard let type = Self.compressedType(blob.mediaType) else { return blob }
    let rows = try database.query(
      "SELECT blob, blob_size FROM compressed WHERE diff_id = ?", .text(diffID.hex))
    return rows.first.flatMap { row in
      row[0].text.flatMap { Digest(hex: $0) }.map {
        Descriptor(mediaType: type, digest: $0, size: row[1].integer ?? 0)
      }
    }
  }

  /// Remembers what the layer `diffID` was compressed to.
  package func remember(_ compressed: Descriptor, of diffID: Digest) throws {
    try database.execute(
      "INSERT OR REPLACE INTO compressed VALUES (?, ?, ?)", .text(diffID.hex),
      .text(compressed.digest.hex), .integer(compressed.size))
  }
}
