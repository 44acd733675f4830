import Documents
import Linux
import Networks
import SQLite
import Support

// Networks as records. The bridge of a network is made when the first container that belongs to it
// starts, and again after a restart of the machine; the record is what lasts.

extension Engine {
  /// Tables of networks, with the three that are always there.
  static let networkSchema = """
    CREATE TABLE networks (
      id TEXT PRIMARY KEY,
      name TEXT NOT NULL UNIQUE,
      created INTEGER NOT NULL,     -- nanoseconds since 1970
      config TEXT NOT NULL          -- NetworkConfiguration as JSON
    ) STRICT, WITHOUT ROWID;
    INSERT INTO networks
      SELECT lower(hex(randomblob(32))), name, CAST(strftime('%s', 'now') AS INTEGER) * 1000000000, config FROM (
        SELECT 'bridge' AS name,
          json_object('driver', 'bridge', 'isInternal', json('false'),
            'isAttachable', json('false'), 'hasIPv6', json('false'),
            'hasChosenSubnet', json('false'), 'labels', json('{}'),
            'options', json_object('com.docker.network.bridge.default_bridge', 'true',
              'com.docker.network.bridge.enable_icc', 'true',
              'com.docker.network.bridge.enable_ip_masquerade', 'true',
              'com.docker.network.bridge.host_binding_ipv4', '0.0.0.0',
              'com.docker.network.bridge.name', 'docker0',
              'com.docker.network.driver.mtu', '1500'),
            'pools', json_array(json_object('subnet', '172.17.0.0/16', 'gateway', '172.17.0.1',
              'auxiliary', json('{}')))) AS config
        UNION ALL SELECT driver_name, json_object('driver', driver, 'isInternal', json('false'),
            'isAttachable', json('false'), 'hasIPv6', json('false'),
            'hasChosenSubnet', json('false'), 'labels', json('{}'), 'options', json('{}'),
            'pools', json('[]'))
          FROM (SELECT 'host' AS driver_name, 'host' AS driver
            UNION ALL SELECT 'none', 'null'));
    UPDATE containers SET
      state = json_remove(json_set(state, '$.networks', json('[]')), '$.endpoint'),
      spec = json_set(spec, '$.networks', json('[]'));
    """

  /// All networks, oldest first.
  package func networks() throws -> [NetworkRecord] {
    try database.query("SELECT * FROM networks ORDER BY created, name").map(networkRecord)
  }

  /// The network called `reference`: a name, an id, or the unambiguous beginning of an id.
  ///
  /// Throws `DklabError` `network.not-found` or `network.ambiguous`.
  package func findNetwork(_ reference: String) throws -> NetworkRecord {
    if let row = try database.query(
      "SELECT * FROM networks WHERE name = ? OR id = ? ORDER BY name = ? DESC", .text(reference),
      .text(reference), .text(reference)
    ).first {
      return try networkRecord(row)
    }
    let isHexadecimal =
      !reference.isEmpty && reference.allSatisfy { $0.isHexDigit && !$0.isUppercase }
    let matches =
      isHexadecimal
      ? try database.query(
        "SELECT * FROM networks WHERE id >= ? AND id < ?", .text(reference),
        .text(reference + "g"))
      : []
    if matches.count > 1 {
      throw DklabError(
        .invalid, id: "network.ambiguous",
        Text(
          "network \(reference) is ambiguous (\(matches.count) matches found on ID prefix)",
          ko: "여러 네트워크의 ID가 이 글자들로 시작합니다: \(reference) (\(matches.count)개)"),
        hint: Text("give more digits of the id", ko: "ID를 더 길게 쓰세요"))
    }
    guard let row = matches.first else { throw noSuchNetwork(reference) }
    return try networkRecord(row)
  }

  /// The network with exactly this id; nil when it is gone.
  package func network(id: String) throws -> NetworkRecord? {
    try database.query("SELECT * FROM networks WHERE id = ?", .text(id)).first.map(networkRecord)
  }

  func noSuchNetwork(_ reference: String) -> DklabError {
    let near = Suggestion.nearest(to: reference, in: (try? networks().map(\.name)) ?? [])
    return DklabError(
      .notFound, id: "network.not-found",
      Text("network \(reference) not found", ko: "네트워크 \(reference.with(.object)) 찾을 수 없습니다"),
      hint: near.map { name in
        Text("did you mean \(name)?", ko: "\(name)을(를) 말씀하셨습니까?")
      }
        ?? Text(
          "`dklab network ls` lists what there is, `dklab network create \(reference)` makes it",
          ko: "`dklab network ls`로 볼 수 있고, `dklab network create \(reference)`로 만듭니다")
    ).about(reference)
  }

  func networkRecord(_ row: Row) throws -> NetworkRecord {
    do {
      return NetworkRecord(
        id: row["id"].text ?? "", name: row["name"].text ?? "",
        created: row["created"].integer ?? 0,
        config: try NetworkConfiguration(record: row["config"].text ?? ""))
    } catch {
      throw DklabError(
        .internal, id: "record.unreadable",
        Text(
          "the record of network \(row["name"].text ?? "?") cannot be read: \(error)",
          ko: "네트워크 \(row["name"].text ?? "?")의 기록을 읽을 수 없습니다: \(error)"))
    }
  }

  /// The containers that belong to `network`, whether they run or not.
  package func containers(on network: NetworkRecord) throws -> [ContainerRecord] {
    try containers().filter { record in
      record.state.networks.contains { $0.networkID == network.id }
    }
  }
}
