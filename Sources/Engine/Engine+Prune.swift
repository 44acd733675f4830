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

  /// Docker's event for the end of a prune.
  package func tellOfPrune(_ type: String, _ bytes: Int64) throws {
    try journal.append(type, "prune", actor: "", name: "", ["reclaimed": "\(bytes)"])
  }
}
