import CLinux
import Crypto
import Glibc
import Linux
import SQLite
import Support

extension ContentStore {
  /// Makes the layer whose archive is `blob`, a blob of this store, and returns it; at once when
  /// it is there already. With `expected`, an archive of another diff id is refused. `name` is what
  /// messages call the archive.
  ///
  /// Safe to be done by several processes at once: the first unpacks, the others wait for it. A
  /// crash leaves nothing that looks like a layer. The caller holds the store's lock.
  package func addLayer(
    blob: Descriptor, expecting expected: Digest? = nil, name: String,
    limits: UnpackLimits = UnpackLimits()
  ) throws -> Layer {
    if let expected, let layer = try layer(expected) { return layer }
    return try withLayerLock(expected ?? blob.digest) {
      if let expected, let layer = try layer(expected) { return layer }
      return try unpackLayer(blob: blob, expecting: expected, name: name, limits: limits)
    }
  }

  /// Keeps others from making the same layer at the same time, and now and then another one: the locks
  /// are as many as two hexadecimal digits have values.
  func withLayerLock<Result>(_ digest: Digest, _ body: () throws -> Result) throws -> Result {
    try Directory.make(root + "/tmp", mode: 0o700)
    let lock = try FileDescriptor.open(
      "\(root)/tmp/\(digest.hex.prefix(2)).lock", O_RDWR | O_CREAT, mode: 0o600)
    let lockNumber = lock.number
    try check(retryingInterrupts { flock(lockNumber, LOCK_EX) }, "flock", "layer")
    return try body()
  }

  /// `addLayer(blob:)` for who holds the layer's lock.
  func unpackLayer(
    blob: Descriptor, expecting expected: Digest?, name: String, limits: UnpackLimits
  ) throws -> Layer {
    let temporary = try temporaryPath("layer")
    defer { try? Directory.removeTree(temporary) }
    try Directory.make(temporary + "/diff")
    let (diffID, report) = try unpack(blob, into: temporary + "/diff", name: name, expected, limits)
    return try install(temporary, as: diffID, bytes: report.bytes, from: blob)
  }

  /// Makes a layer of the archive that `write` writes. The caller holds the store's lock.
  package func addLayer(name: String, _ write: (TarWriter) throws -> Void) throws -> Layer {
    let blob = try BlobWriter(self)
    let writer = TarWriter(blob)
    try write(writer)
    try writer.finish()
    let (digest, size) = try blob.commit()
    return try addLayer(
      blob: Descriptor(mediaType: MediaType.ociLayer, digest: digest, size: size),
      expecting: digest, name: name)
  }

  /// Makes a layer of the open archive `file`, compressed or not, which must be seekable. The
  /// caller holds the store's lock.
  package func addLayer(
    archive file: Int32, expecting expected: Digest? = nil, name: String
  ) throws -> Layer {
    let writer = try BlobWriter(self)
    let mediaType: String
    if let type = MediaType.ociLayer(try Compression(of: file, name: name)) {
      mediaType = type
      try writer.write(contentsOf: FileSource(file, name: name))
    } else {
      // No manifest can name a layer packed with bzip2 or xz: it is kept unpacked.
      mediaType = MediaType.ociLayer
      try writer.write(contentsOf: ArchiveSource(file, name: name))
    }
    let (digest, size) = try writer.commit()
    return try addLayer(
      blob: Descriptor(mediaType: mediaType, digest: digest, size: size),
      expecting: expected, name: name)
  }

  private func unpack(
    _ blob: Descriptor, into directory: String, name: String, _ expected: Digest?,
    _ limits: UnpackLimits
  ) throws -> (Digest, UnpackReport) {
    let file = try FileDescriptor.open(blobPath(blob.digest), O_RDONLY)
    let hashing = HashingSource(try ArchiveSource(file.number, name: name))
    let reader = TarReader(hashing, archive: name, needsEndMark: expected == nil)
    let unpacker = try LayerUnpacker(into: directory, archive: name, limits: limits)
    let report = try unpacker.unpack(reader)
    let diffID = try hashing.finish()
    if let expected, expected != diffID {
      throw DklabError(
        .invalid, id: "image.wrong-digest",
        Text(
          "\(name): the layer does not match its diff id: expected \(expected), found \(diffID)",
          ko: "\(name): 레이어가 diff ID와 다릅니다: 기대한 값 \(expected), 실제 값 \(diffID)"))
    }
    return (diffID, report)
  }

  /// Puts the layer unpacked in `temporary` in its place: first all bytes are on the disk, then the
  /// name, then the record. The caller holds the layer's lock.
  func install(
    _ temporary: String, as diffID: Digest, bytes: Int64, from blob: Descriptor
  ) throws -> Layer {
    let directory = try FileDescriptor.open(temporary, O_RDONLY | O_DIRECTORY)
    try check(dk_syncfs(directory.number), "syncfs", temporary)
    try putLayer(temporary, diffID)
    try syncDirectory(root + "/layers")
    // What makes use of it, an image or an entry of the build cache, comes after it in the same log.
    _ = try database.transaction(.later) {
      try database.execute(
        "INSERT OR REPLACE INTO layers VALUES (?, ?, ?, ?, ?, NULL)", .text(diffID.hex),
        .integer(bytes), .text(blob.digest.hex), .integer(blob.size), .text(blob.mediaType))
    }
    return Layer(diffID: diffID, size: bytes, directory: layerDirectory(diffID))
  }

  /// The lower directory of an image without layers.
  func makeEmptyLayer() throws {
    try Directory.make(root + "/layers/empty")
  }
}
