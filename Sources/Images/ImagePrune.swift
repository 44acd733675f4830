import SQLite
import Support

/// What a prune removed, and the bytes that the scope's images take less.
package struct ImagePruneReport: Sendable {
  package var removals: [ImageRemoval] = []
  package var reclaimed: Int64 = 0
}

extension ImageStore {
  /// Removes images that no container uses: the dangling ones, or with `all` every one of them.
  /// `matches` narrows it further (`--filter until=…`, `label=…`).
  package func prune(
    all: Bool = false, users: (Digest) throws -> [ImageUser],
    where matches: (Image) throws -> Bool = { _ in true }
  ) throws -> ImagePruneReport {
    var removed: [(Image, [ImageRemoval])] = []
    let report = try database.transaction {
      var report = ImagePruneReport()
      let before = try layerSizes()
      for image in try list() where all || image.isDangling {
        guard try users(image.id).isEmpty, try matches(image) else { continue }
        let removals = try remove(image)
        report.removals += removals
        removed.append((image, removals))
      }
      let after = try layerSizes()
      report.reclaimed = before.reduce(0) { after[$1.key] == nil ? $0 + $1.value : $0 }
      return report
    }
    for (image, removals) in removed { try tell(removals, of: image, askedFor: image.id.short) }
    return report
  }

  /// Within a transaction: all names of `image`, and the image.
  private func remove(_ image: Image) throws -> [ImageRemoval] {
    try database.execute(
      "DELETE FROM refs WHERE scope = ? AND image = ?", .text(scope), .text(image.id.hex))
    return try image.references.map { .untagged($0.familiar) } + delete(image)
  }

  private func layerSizes() throws -> [Digest: Int64] {
    Dictionary(
      try list().flatMap(\.layers).map { ($0.diffID, $0.size) }, uniquingKeysWith: { $1 })
  }
}
