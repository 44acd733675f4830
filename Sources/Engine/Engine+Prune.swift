import Images
import Linux
import Support

// Removing what nobody uses any more.

extension Engine {
  /// Removes the containers that do not run (`docker container prune`), of those `isWanted` selects.
  package func pruneContainers(
    where isWanted: (ContainerRecord) -> Bool = { _ in true }
  ) throws -> (ids: [String], bytes: Int64) {
    var ids: [String] = []
    var bytes: Int64 = 0
    for record in try containers() where !isAlive(record) && isWanted(record) {
      let size = (try? Directory.size(containerDirectory(record.id) + "/upper")) ?? 0
      do {
        try remove(record)
      } catch let error as DklabError
        where ["container.running", "container.not-found"].contains(error.id)
      {
        // Somebody was quicker.
        continue
      }
      ids.append(record.id)
      bytes += size
    }
    try tellOfPrune("container", bytes)
    return (ids, bytes)
  }

  /// Removes build cache (`docker builder prune`): what no image uses, or `all` of it; only entries
  /// that `isWanted` selects, the least recently used first as far as `keep` bytes may stay. Returns
  /// the entries and the bytes, those of cache mounts included.
  package func pruneBuildCache(
    all: Bool, keep: Int64? = nil, where isWanted: (BuildCacheEntry) throws -> Bool = { _ in true }
  ) throws -> (entries: [BuildCacheEntry], bytes: Int64) {
    let store = try images()
    let cache = BuildCacheStore(store)
    var entries = try cache.entries()
    if !all {
      let used = Set(try store.list().flatMap(\.layers).map(\.diffID))
      entries.removeAll { used.contains($0.layer) }
    }
    entries = try entries.filter(isWanted)
    if var rest = keep {
      entries.removeAll { entry in
        rest -= entry.size
        return rest >= 0
      }
    }
    try cache.remove(entries.map(\.key))
    var bytes = entries.reduce(0) { $0 + $1.size }
    if all && keep == nil { bytes += try removeCacheMounts() }
    try Engine.collectImages(root: root)
    try tellOfPrune("builder", bytes)
    return (entries, bytes)
  }

  /// Docker's event for the end of a prune.
  package func tellOfPrune(_ type: String, _ bytes: Int64) throws {
    try journal.append(type, "prune", actor: "", name: "", ["reclaimed": "\(bytes)"])
  }
}
