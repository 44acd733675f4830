// What a command leaves behind that was killed half-way. Each verb is ordered so that its last word
// is one transaction: before it nothing has happened that anybody was told of, after it everything
// has. What lies outside the database can then be early or late, and only in these ways:
//
//   a directory without a record     create was killed before its transaction was committed, or rm
//                                    between its transaction and the deletion of the files
//   a record with a dead monitor     start was killed before the container ran, or its monitor was
//   that does not run
//   a new record that nobody starts  run --rm was killed between create and start
//
// Looking costs one directory and one query; only what is found costs more.

import Glibc
import Linux
import Support

extension Engine {
  /// Deletes files that no record names any more.
  func clearLeftovers() throws {
    try clearDirectories("\(directory)/containers", "SELECT id FROM containers") { id in
      try network.release(owner: id)
      CgroupHandle.removeLeftovers(CgroupLayout.observe(), path: cgroupPath(id))
    }
    try clearDirectories("\(directory)/volumes", "SELECT name FROM volumes") { _ in }
  }

  private func clearDirectories(
    _ parent: String, _ query: String, _ alsoClear: (String) throws -> Void
  ) throws {
    let names = (try? Directory.list(parent)) ?? []
    guard !names.isEmpty else { return }
    func recorded() throws -> Set<String> {
      Set(try database.query(query).compactMap { $0[0].text })
    }
    var strange = Set(names).subtracting(try recorded())
    guard !strange.isEmpty else { return }
    // Who makes a directory holds the database's write lock until its record is in. Holding it too,
    // nobody is between the two.
    try database.transaction(.later) { strange.subtract(try recorded()) }
    for name in strange.sorted() {
      try alsoClear(name)
      try Directory.removeTree("\(parent)/\(name)")
    }
  }

  /// Containers that were about to start when everybody who knew of it was killed.
  func unfinishedStarts() throws -> [Repair] {
    let rows = try database.query(
      "SELECT * FROM containers WHERE status NOT IN ('running', 'paused', 'restarting') "
        + "AND (state LIKE '%\"monitor\":{%' OR state LIKE '%\"starter\":{%')")
    var repairs: [Repair] = []
    for row in rows {
      let record = try record(row)
      let isHeld = [record.state.monitor, record.state.starter].contains { $0?.isAlive ?? false }
      if !isHeld, let repair = try giveUp(record) { repairs.append(repair) }
    }
    return repairs
  }

  private func giveUp(_ record: ContainerRecord) throws -> Repair? {
    var isMine = false
    try update(record.id) { state, _ in
      guard !state.isActive,
        ![state.monitor, state.starter].contains(where: { $0?.isAlive ?? false })
      else { return }
      isMine = true
      state.monitor = nil
      state.starter = nil
      state.leaveNetworks()
    }
    guard isMine else { return nil }
    CgroupHandle.removeLeftovers(CgroupLayout.observe(), path: cgroupPath(record.id))
    try network.release(owner: record.id)
    unlink(socketPath(record.id))
    // With --rm it would have been removed at its end, and nobody has seen its name.
    let wasStarted = record.state.startedAt != 0
    guard record.spec.host.autoRemove, !wasStarted || record.state.starter != nil else {
      return nil
    }
    try remove(record, volumes: true)
    return Repair(
      container: record.name,
      message: Text(
        "container \(record.name) was \(wasStarted ? "not started again" : "never started"), "
          + "its command was killed: removed (--rm)",
        ko: "컨테이너 \(record.name)은(는) 명령이 강제 종료되어 "
          + "\(wasStarted ? "다시 " : "")시작하지 못했습니다. 삭제했습니다(--rm)"))
  }
}
