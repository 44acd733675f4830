import Linux
import Networks
import Support

extension Engine {
  /// Removes a network (`docker network rm`). Throws `network.predefined`, `network.in-use` while a
  /// container that runs belongs to it.
  package func removeNetwork(_ network: NetworkRecord) throws {
    if network.isPredefined {
      throw DklabError(
        .denied, id: "network.predefined",
        Text(
          "\(network.name) is a pre-defined network and cannot be removed",
          ko: "\(network.name)은(는) 미리 정해진 네트워크라 지울 수 없습니다"))
    }
    try database.transaction {
      let users = try containers(on: network).filter { record in
        record.state.networks.contains { $0.networkID == network.id && $0.endpoint != nil }
      }
      guard users.isEmpty else { throw inUse(network, by: users) }
      let removed = try database.execute(
        "DELETE FROM networks WHERE id = ?", .text(network.id))
      guard removed > 0 else { throw noSuchNetwork(network.name) }
      try journal.append(
        "network", "destroy", actor: network.id, name: network.name, networkAttributes(network))
    }
    if let bridge = network.bridge { try self.network.removeBridge(bridge) }
  }

  private func inUse(_ network: NetworkRecord, by users: [ContainerRecord]) -> DklabError {
    let list = users.map { "name:\"\($0.name)\" id:\"\($0.shortID)\"" }.joined(separator: ", ")
    let names = users.map(\.name).joined(separator: " ")
    return DklabError(
      .conflict, id: "network.in-use",
      Text(
        "error while removing network: network \(network.name) has active endpoints (\(list))",
        ko: "네트워크 \(network.name)을(를) 지울 수 없습니다. 쓰고 있는 컨테이너가 있습니다 (\(list))"),
      hint: Text(
        "stop and remove them (`dklab rm -f \(names)`), or `dklab network disconnect` them",
        ko: "컨테이너를 지우거나(`dklab rm -f \(names)`) `dklab network disconnect`로 떼어 내세요")
    ).about(network.name)
  }

  /// Removes the networks that no container belongs to (`docker network prune`), of those `isWanted`
  /// selects; returns their names.
  package func pruneNetworks(where isWanted: (NetworkRecord) -> Bool = { _ in true }) throws
    -> [String]
  {
    var removed: [String] = []
    for network in try networks() where !network.isPredefined && isWanted(network) {
      guard try containers(on: network).isEmpty else { continue }
      try removeNetwork(network)
      removed.append(network.name)
    }
    try tellOfPrune("network", 0)
    return removed
  }
}
