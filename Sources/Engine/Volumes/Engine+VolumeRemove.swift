import Linux
import Support

extension Engine {
  /// The containers that use the volume `name`, running or not.
  package func users(ofVolume name: String) throws -> [ContainerRecord] {
    try containers().filter { record in record.mounts.contains { $0.name == name } }
  }

  /// Removes a volume and what is in it (`docker volume rm`). Throws `volume.in-use`; with `force`, one
  /// that does not exist is fine.
  package func removeVolume(_ name: String, force: Bool = false) throws {
    if try findVolume(name) == nil {
      if force { return }
      _ = try volume(name)
    }
    try database.transaction {
      let users = try users(ofVolume: name)
      guard users.isEmpty else { throw volumeInUse(name, by: users) }
      try forgetVolume(name)
    }
    try Directory.removeTree("\(directory)/volumes/\(name)")
  }

  /// Called within a transaction; the directory goes afterwards.
  func forgetVolume(_ name: String) throws {
    let removed = try database.execute("DELETE FROM volumes WHERE name = ?", .text(name))
    guard removed > 0 else { return }
    try journal.append("volume", "destroy", actor: name, name: name, ["driver": "local"])
  }

  private func volumeInUse(_ name: String, by users: [ContainerRecord]) -> DklabError {
    let names = users.map(\.name).joined(separator: " ")
    return DklabError(
      .conflict, id: "volume.in-use",
      Text(
        "remove \(name): volume is in use - [\(users.map(\.id).joined(separator: ", "))]",
        ko: "볼륨 \(name)을(를) 지울 수 없습니다. 쓰고 있는 컨테이너가 있습니다 - \(names)"),
      hint: Text(
        "a stopped container uses its volumes too: `dklab rm \(names)` first",
        ko: "멈춘 컨테이너도 볼륨을 쓰고 있습니다. 먼저 `dklab rm \(names)`을(를) 실행하세요")
    ).about(name)
  }

  /// Removes volumes that no container uses (`docker volume prune`), of those `isWanted` selects;
  /// returns their names and how many bytes they held.
  package func pruneVolumes(where isWanted: (VolumeRecord) -> Bool) throws -> (
    names: [String], bytes: Int64
  ) {
    let used = Set(try containers().flatMap { $0.mounts.compactMap(\.name) })
    var names: [String] = []
    var bytes: Int64 = 0
    for volume in try volumes() where !used.contains(volume.name) && isWanted(volume) {
      let size = (try? Directory.size(volumeDirectory(volume.name))) ?? 0
      try removeVolume(volume.name)
      names.append(volume.name)
      bytes += size
    }
    try tellOfPrune("volume", bytes)
    return (names, bytes)
  }
}
