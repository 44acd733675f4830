import Glibc
import Linux
import SQLite
import Support

extension ContentStore {
  /// Deletes what nobody needs: images without a scope that are not in use, then layers and blobs
  /// of no remaining image, then what an interrupted process left. Returns the bytes of the layers
  /// deleted. `inUse` gives the images of all containers of all instances; it is asked once nobody
  /// can add any more.
  ///
  /// Waits for everyone who holds the lock; must not be called within `withLock`.
  @discardableResult
  package func collect(inUse: () throws -> Set<Digest>) throws -> Int64 {
    try withLock(exclusive: true) {
      let freed = try forgetUnneeded(inUse())
      // Rows first: what a crash leaves now is without a row, and the next collection takes it.
      try sweep(root + "/tmp", keeping: [])
      try sweep(root + "/partial", keeping: [])
      try sweep(root + "/layers", keeping: keptLayers().union(["empty"]))
      try sweep(root + "/blobs/sha256", keeping: keptBlobs())
      return freed
    }
  }

  /// Forgets all names and images of `scope`, as when its instance is deleted.
  package func removeScope(_ scope: String) throws {
    try database.transaction {
      try database.execute("DELETE FROM refs WHERE scope = ?", .text(scope))
      try database.execute("DELETE FROM scope_images WHERE scope = ?", .text(scope))
      try database.execute("DELETE FROM build_cache WHERE scope = ?", .text(scope))
    }
  }

  private func forgetUnneeded(_ inUse: Set<Digest>) throws -> Int64 {
    try database.transaction {
      try forgetUnsettled()
      let unneeded = try database.query(
        "SELECT id FROM images WHERE id NOT IN (SELECT image FROM scope_images)"
      ).compactMap { $0[0].text }
      for id in unneeded where !inUse.contains(where: { $0.hex == id }) {
        try database.execute("DELETE FROM images WHERE id = ?", .text(id))
      }
      let needed = try neededLayers()
      var freed: Int64 = 0
      for row in try database.query("SELECT diff_id, size FROM layers") {
        guard let diffID = row[0].text, !needed.contains(diffID) else { continue }
        try database.execute("DELETE FROM layers WHERE diff_id = ?", .text(diffID))
        try database.execute("DELETE FROM compressed WHERE diff_id = ?", .text(diffID))
        freed += row[1].integer ?? 0
      }
      return freed
    }
  }

  private func neededLayers() throws -> Set<String> {
    var needed: Set<String> = []
    for row in try database.query("SELECT id, config FROM images") {
      let config = try ImageJSON.configuration(
        from: row[1].text ?? "", what: "image \(row[0].text ?? "")")
      needed.formUnion(config.rootFilesystem.diffIDs.map(\.hex))
    }
    for table in ["build_cache", "build_holds"] {
      needed.formUnion(try database.query("SELECT layer FROM \(table)").compactMap { $0[0].text })
    }
    return needed
  }

  private func keptLayers() throws -> Set<String> {
    Set(try database.query("SELECT diff_id FROM layers").compactMap { $0[0].text })
  }

  private func keptBlobs() throws -> Set<String> {
    var kept = Set(try database.query("SELECT blob FROM layers").compactMap { $0[0].text })
    for row in try database.query("SELECT id, manifest FROM images") {
      guard let id = row[0].text, let hex = row[1].text, let digest = Digest(hex: hex) else {
        continue
      }
      kept.formUnion([id, hex])
      let manifest = try ImageJSON.decode(
        Manifest.self, from: readBlob(digest), what: "manifest \(digest)")
      kept.formUnion(manifest.layers.map(\.digest.hex))
    }
    return kept
  }

  private func sweep(_ directory: String, keeping kept: Set<String>) throws {
    guard File.isDirectory(directory) else { return }
    for name in try Directory.list(directory) where !kept.contains(name) {
      try Directory.removeTree("\(directory)/\(name)")
    }
  }
}
