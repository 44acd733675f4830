import Images
import Support

extension Engine {
  /// The build cache, most recently used first (`docker builder du`, `docker system df -v`).
  package func buildCache() throws -> [BuildCacheEntry] {
    let store = try images()
    let cache = BuildCacheStore(store)
    let held = try cache.heldLayers()
    let shared = Set(try store.list().flatMap(\.layers).map(\.diffID))
    return try cache.entries().map { entry in
      var entry = entry
      entry.isInUse = held.contains(entry.layer)
      entry.isShared = shared.contains(entry.layer)
      return entry
    }
  }

  /// Removes build cache (`docker builder prune`): what no image has, or `all` of it, and never what a
  /// build that runs needs; only entries that `isWanted` selects, the least recently used first as far
  /// as `keep` bytes may stay. Returns the entries and the bytes, those of cache mounts included.
  package func pruneBuildCache(
    all: Bool, keep: Int64? = nil, where isWanted: (BuildCacheEntry) throws -> Bool = { _ in true }
  ) throws -> (entries: [BuildCacheEntry], bytes: Int64) {
    var entries = try buildCache().filter { entry in
      try !entry.isInUse && (all || !entry.isShared) && isWanted(entry)
    }
    if var rest = keep {
      entries.removeAll { entry in
        rest -= entry.size
        return rest >= 0
      }
    }
    try BuildCacheStore(images()).remove(entries.map(\.key))
    var bytes = entries.reduce(0) { $0 + $1.size }
    if all && keep == nil { bytes += try removeCacheMounts() }
    try Engine.collectImages(root: root)
    try tellOfPrune("builder", bytes)
    return (entries, bytes)
  }
}

/// What `docker builder prune --filter` and the API's `filters` may select by.
package struct BuildCacheFilter: Sendable {
  package static let keys = ["description", "id", "inuse", "private", "shared", "type", "until"]

  private let values: [String: [String]]
  private let until: [Int64]

  /// The values for each key; `until` are the moments that those of that name stand for.
  package init(_ values: [String: [String]], until: [Int64] = []) {
    self.values = values
    self.until = until
  }

  /// Whether `entry` is one of those that were asked for.
  package func matches(_ entry: BuildCacheEntry) -> Bool {
    (until.isEmpty || until.contains { entry.used < $0 })
      && allows("id") { entry.key.hasPrefix($0) && !$0.isEmpty }
      && allows("type") { $0 == "regular" }
      && allows("description") { entry.operation.contains($0) }
      && allows("inuse") { Self.flag($0) == entry.isInUse }
      && allows("shared") { Self.flag($0) == entry.isShared }
      && allows("private") { Self.flag($0) != entry.isShared }
  }

  private func allows(_ key: String, _ test: (String) -> Bool) -> Bool {
    values[key].map { $0.contains(where: test) } ?? true
  }

  private static func flag(_ text: String) -> Bool { ["1", "true", ""].contains(text) }
}
