// Layers of builds that run: whole, and not yet sure to outlive a power failure.
//
// Waiting for the disk after each step takes several times as long as the step. So a step's layer is
// used at once, and its row has the start of the machine (`boot_id`) in which it was written. Whoever
// makes an image of it waits once for all of them: first every byte is on the disk, then the names, then
// the rows say so, and only then there is an image. A killed build loses nothing of this. After a power
// failure a row of another start is as good as none, and its step runs again.
//
// The archive of such a layer lies beside it and gets its name among the blobs when it is settled: what
// has a digest as its name is what the digest says.
//
// Man pages: syncfs(2), random(4).

import CLinux
import Glibc
import Linux
import SQLite
import Support

extension ContentStore {
  /// This start of the machine.
  static let bootID: String = {
    let text = (try? File.text("/proc/sys/kernel/random/boot_id", limit: 64)) ?? ""
    return String(text.prefix { !$0.isNewline })
  }()

  static let pendingSchema = """
    ALTER TABLE layers ADD COLUMN pending TEXT; -- boot_id until it is known to be on the disk
    """

  func pendingArchive(_ diffID: String) -> String { "\(root)/layers/\(diffID)/archive" }

  /// Puts the layer unpacked in `temporary`, with its `archive`, in its place, without waiting for the
  /// disk. The caller holds the layer's lock.
  func installPending(
    _ temporary: String, as diffID: Digest, bytes: Int64, from blob: Descriptor,
    with archive: BlobWriter
  ) throws -> Layer {
    try archive.leave(at: temporary + "/archive")
    try putLayer(temporary, diffID)
    _ = try database.transaction(.later) {
      try database.execute(
        "INSERT OR REPLACE INTO layers VALUES (?, ?, ?, ?, ?, ?)", .text(diffID.hex),
        .integer(bytes), .text(blob.digest.hex), .integer(blob.size), .text(blob.mediaType),
        .text(Self.bootID))
    }
    return Layer(diffID: diffID, size: bytes, directory: layerDirectory(diffID))
  }

  /// Gives the directory `temporary` the name of the layer, when that is not there yet. What has that
  /// name and no row is of a process that ended in between, and perhaps not whole: it takes the place of
  /// `temporary`.
  func putLayer(_ temporary: String, _ diffID: Digest) throws {
    try Directory.make(root + "/layers", mode: 0o700)
    let target = "\(root)/layers/\(diffID.hex)"
    if rename(temporary, target) == 0 { return }
    guard errno == ENOTEMPTY || errno == EEXIST else { throw SyscallError("rename", target) }
    guard try layer(diffID) == nil else { return }
    // RENAME_EXCHANGE
    try check(
      dk_renameat2(AT_FDCWD, temporary, AT_FDCWD, target, 2), "renameat2", target)
  }

  /// Makes every finished layer durable. The caller holds the store's lock.
  package func settleLayers() throws { _ = try addBlobs([], .now) }

  /// Keeps each of `documents`, and makes them and every finished layer durable, in one wait for the
  /// disk; the rows of the layers with that durability. The caller holds the store's lock.
  func addBlobs(_ documents: [[UInt8]], _ durability: Database.Durability) throws {
    let layers = try pendingLayers()
    var blobs: [BlobWriter] = []
    for document in documents {
      let blob = try BlobWriter(self)
      try document.withUnsafeBytes { try blob.write($0) }
      if !hasBlob(blob.finish()) { blobs.append(blob) }
    }
    guard !layers.isEmpty || !blobs.isEmpty else { return }
    if layers.isEmpty {
      for blob in blobs { try blob.synchronize() }
    } else {
      let directory = try FileDescriptor.open(root, O_RDONLY | O_DIRECTORY)
      try check(dk_syncfs(directory.number), "syncfs", root)
    }
    for blob in blobs { try blob.place() }
    for layer in layers where try !nameArchive(layer) {
      // Its step runs again.
      try database.execute("DELETE FROM layers WHERE diff_id = ?", .text(layer.diffID))
    }
    try syncBlobNames()
    guard !layers.isEmpty else { return }
    try syncDirectory(root + "/layers")
    _ = try database.transaction(durability) {
      for layer in layers {
        try database.execute(
          "UPDATE layers SET pending = NULL WHERE diff_id = ?", .text(layer.diffID))
      }
    }
  }

  private func pendingLayers() throws -> [(diffID: String, blob: String)] {
    try database.query("SELECT diff_id, blob FROM layers WHERE pending = ?", .text(Self.bootID))
      .compactMap { row in
        guard let diffID = row[0].text, let blob = row[1].text else { return nil }
        return (diffID, blob)
      }
  }

  /// Returns false when the layer has lost its archive.
  private func nameArchive(_ layer: (diffID: String, blob: String)) throws -> Bool {
    try Directory.make(root + "/blobs/sha256", mode: 0o700)
    let target = "\(root)/blobs/sha256/\(layer.blob)"
    guard rename(pendingArchive(layer.diffID), target) != 0 else { return true }
    guard errno == ENOENT else { throw SyscallError("rename", target) }
    // Somebody else who settles was first.
    return File.exists(target)
  }

  /// Whether a row with this in `pending` can be relied on.
  func isValid(pending: SQLValue) -> Bool {
    pending.text.map { $0 == Self.bootID } ?? true
  }

  /// Forgets layers that were never settled before the machine's last start.
  func forgetUnsettled() throws {
    try database.execute(
      "DELETE FROM layers WHERE pending IS NOT NULL AND pending <> ?", .text(Self.bootID))
  }
}
