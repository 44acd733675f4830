import FoundationEssentials
import Linux
import Networks
import Support

extension Engine {
  /// Makes a network (`docker network create`): a record with every address decided. Its bridge
  /// comes with the first container.
  ///
  /// Throws `DklabError` `network.exists`, `network.subnet-invalid`, `network.overlap` …
  package func createNetwork(_ name: String, _ wish: NetworkWish) throws -> NetworkRecord {
    try checkWish(name, wish)
    var config = NetworkConfiguration()
    config.driver = wish.driver.isEmpty ? "bridge" : wish.driver
    config.isInternal = wish.isInternal
    config.isAttachable = wish.isAttachable
    config.hasIPv6 = wish.hasIPv6
    config.options = wish.options
    config.labels = wish.labels
    config.hasChosenSubnet = !wish.subnets.isEmpty
    return try database.transaction {
      let others = try networks()
      if others.contains(where: { $0.name == name }) {
        throw DklabError(
          .conflict, id: "network.exists",
          Text(
            "network with name \(name) already exists", ko: "이름이 \(name)인 네트워크가 이미 있습니다")
        ).about(name)
      }
      let plan = AddressPlan(wish: wish, others: others.flatMap(\.config.pools))
      config.pools = try plan.pools()
      let record = NetworkRecord(
        id: try randomIdentifier(), name: name, created: wallClockNanoseconds(), config: config)
      try checkBridgeName(record, others)
      try database.execute(
        "INSERT INTO networks (id, name, created, config) VALUES (?,?,?,?)", .text(record.id),
        .text(name), .integer(record.created), .text(try config.recordText()))
      try journal.append(
        "network", "create", actor: record.id, name: name, networkAttributes(record))
      return record
    }
  }

  /// What can be said against a network before it is made, but for other networks that come before it.
  package func checkNetwork(
    _ name: String, _ wish: NetworkWish, without removed: Set<String> = []
  ) throws {
    try checkWish(name, wish)
    let others = try networks().filter { !removed.contains($0.name) }
    _ = try AddressPlan(wish: wish, others: others.flatMap(\.config.pools)).pools()
  }

  private func checkWish(_ name: String, _ wish: NetworkWish) throws {
    try checkName(name)
    try checkDriver(wish)
    try checkOptions(wish.options)
  }

  func networkAttributes(
    _ network: NetworkRecord, _ more: [String: String] = [:]
  ) -> [String: String] {
    ["type": network.config.driver].merging(more) { $1 }
  }

  private func checkName(_ name: String) throws {
    let isValid =
      name.first.map { $0.isASCII && ($0.isLetter || $0.isNumber) } ?? false
      && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "_.-".contains($0)) }
    if ["bridge", "host", "none", "default"].contains(name) {
      throw DklabError(
        .denied, id: "network.predefined",
        Text(
          "operation is not permitted on predefined \(name) network",
          ko: "미리 정해진 네트워크 \(name)에는 할 수 없는 일입니다"))
    }
    guard isValid else {
      throw DklabError(
        .invalid, id: "network.name-invalid",
        Text(
          "invalid network name \"\(name)\": only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed",
          ko: "네트워크 이름 \"\(name)\"이(가) 잘못되었습니다. [a-zA-Z0-9][a-zA-Z0-9_.-]만 쓸 수 있습니다"))
    }
  }

  private func checkDriver(_ wish: NetworkWish) throws {
    switch wish.driver {
    case "", "bridge": return
    case "host", "null":
      throw DklabError(
        .denied, id: "network.one-instance",
        Text(
          "only one instance of \"\(wish.driver)\" network is allowed",
          ko: "\"\(wish.driver)\" 네트워크는 하나만 있을 수 있습니다"))
    default:
      throw DklabError(
        .notFound, id: "network.driver",
        Text(
          "could not find plugin \(wish.driver) in v2 plugin registry: plugin not found",
          ko: "네트워크 드라이버 \(wish.driver)을(를) 찾을 수 없습니다"),
        hint: Text("the driver here is bridge", ko: "여기서 쓸 수 있는 드라이버는 bridge입니다"))
    }
  }

  /// Options that would change something, and that nothing here acts upon, are refused.
  private func checkOptions(_ options: [String: String]) throws {
    let acts = ["com.docker.network.bridge.name", "com.docker.network.driver.mtu"]
    let defaults = [
      "com.docker.network.bridge.default_bridge": "false",
      "com.docker.network.bridge.enable_icc": "true",
      "com.docker.network.bridge.enable_ip_masquerade": "true",
      "com.docker.network.bridge.host_binding_ipv4": "0.0.0.0",
    ]
    for (key, value) in options.sorted(by: { $0.key < $1.key })
    where key.hasPrefix("com.docker.network.") && !acts.contains(key) && defaults[key] != value {
      throw DklabError(
        .unsupported, id: "network.option",
        Text(
          "network option \(key)=\(value) is not supported",
          ko: "네트워크 옵션 \(key)=\(value)은(는) 지원하지 않습니다"),
        hint: Text(
          "supported: \(acts.joined(separator: ", "))",
          ko: "지원하는 것: \(acts.joined(separator: ", "))")
      )
    }
    if let mtu = options["com.docker.network.driver.mtu"], UInt32(mtu).map({ $0 < 68 }) ?? true {
      throw DklabError(
        .invalid, id: "network.option",
        Text("invalid MTU: \(mtu)", ko: "잘못된 MTU입니다: \(mtu)"))
    }
  }

  private func checkBridgeName(_ record: NetworkRecord, _ others: [NetworkRecord]) throws {
    let name = record.bridgeName
    guard name.utf8.count <= 15, !name.contains("/"), !name.contains(" "), !name.isEmpty else {
      throw DklabError(
        .invalid, id: "network.bridge-name",
        Text(
          "invalid bridge name \"\(name)\": at most 15 characters, without / and spaces",
          ko: "잘못된 브리지 이름 \"\(name)\": 15자 이하이고 /와 공백이 없어야 합니다"))
    }
    guard let holder = others.first(where: { $0.bridgeName == name }) else { return }
    throw DklabError(
      .conflict, id: "network.bridge-exists",
      Text(
        "networks have same bridge name: \(name) belongs to network \(holder.name)",
        ko: "브리지 이름 \(name)은(는) 이미 네트워크 \(holder.name)의 것입니다"))
  }
}
