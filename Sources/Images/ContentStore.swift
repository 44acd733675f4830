// Where images are kept, for all instances of one DKLAB_ROOT together.
//
//   content/blobs/sha256/HEX   manifests, configurations and layer archives, named by their digest
//   content/layers/HEX/diff    each layer unpacked once, named by the digest of its tar (diff id):
//                              a lower directory of every overlay mount that uses it
//   content/content.db         which images there are, and which scope calls them what
//   content/tmp                what is being written; nothing in it is ever read back
//   content/partial            beginnings of blobs that are being downloaded (PartialBlob.swift)
//   content/lock               shared by whoever adds, exclusive for the collector
//
// What the database names is complete: a blob is written, synced and renamed, a layer unpacked
// and renamed, before the row that mentions them is committed; but for layers of builds that run
// (ContentStore+Pending.swift). Names belong to a scope (an
// instance, or the library shelf); what no scope and no container needs any more is removed by
// `collect`.
//
// Next: ContentStore+Blobs.swift, LayerUnpack.swift, ImageStore.swift.

import Glibc
import Linux
import SQLite
import Support

/// The images of one DKLAB_ROOT. Opening costs one SQLite open and one read.
package final class ContentStore {
  /// `$DKLAB_ROOT/content`.
  package let root: String
  package let database: Database

  /// Opens the store at `root` and makes it when there is none.
  package init(root: String) throws {
    self.root = root
    do {
      database = try Database(path: root + "/content.db")
    } catch let error as DklabError where error.id == "database.cannot-open" {
      // Somebody else may just have made it.
      if !File.exists(root) {
        try Directory.make(root)
        chmod(root, 0o700)
      }
      database = try Database(path: root + "/content.db")
    }
    try database.migrate(ContentStore.schema)
  }

  private static let schema = [
    """
    CREATE TABLE images (
      id TEXT PRIMARY KEY,          -- digest of the configuration, hexadecimal
      config TEXT NOT NULL,         -- its JSON text
      manifest TEXT NOT NULL,       -- digest of the manifest, a blob
      created INTEGER NOT NULL,     -- nanoseconds since 1970
      size INTEGER NOT NULL,        -- bytes of all layers, unpacked
      layer_sizes TEXT NOT NULL     -- the same by layer, base first, separated by spaces
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE layers (
      diff_id TEXT PRIMARY KEY,
      size INTEGER NOT NULL,        -- bytes of its files
      blob TEXT NOT NULL,           -- digest of its archive
      blob_size INTEGER NOT NULL,
      media_type TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE scope_images (
      scope TEXT NOT NULL,
      image TEXT NOT NULL REFERENCES images (id),
      PRIMARY KEY (scope, image)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE refs (
      scope TEXT NOT NULL,
      name TEXT NOT NULL,           -- docker.io/library/ubuntu:latest, …/ubuntu@sha256:…
      image TEXT NOT NULL,
      PRIMARY KEY (scope, name),
      FOREIGN KEY (scope, image) REFERENCES scope_images (scope, image)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX refs_image ON refs (scope, image);
    CREATE INDEX scope_images_image ON scope_images (image);
    """, BuildCacheStore.schema, compressedSchema,
    pendingSchema,
  ]

  /// Runs `body` while the collector, or, `exclusive`, everybody else is held off.
  ///
  /// Whoever adds content, or creates a container of an image, does all of it in here: from before
  /// it looks until what it wrote protects the image. Must not be nested in an exclusive one.
  package func withLock<Result>(exclusive: Bool = false, _ body: () throws -> Result) throws
    -> Result
  {
    let path = root + "/lock"
    let file = try check(open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600), "open", path)
    defer { close(file) }
    try check(retryingInterrupts { flock(file, exclusive ? LOCK_EX : LOCK_SH) }, "flock", path)
    return try body()
  }

  /// A fresh path under `tmp`, on the same file system as everything else here.
  func temporaryPath(_ name: String) throws -> String {
    try Directory.make(root + "/tmp", mode: 0o700)
    return "\(root)/tmp/\(name).\(getpid()).\(UInt64.random(in: 0...(.max)))"
  }
}
