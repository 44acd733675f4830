import Documents
import FoundationEssentials
import Glibc
import Linux
import SQLite
import Support

// Volumes: directories that outlive containers.

extension Engine {
  static let volumeSchema = """
    ALTER TABLE volumes ADD COLUMN options TEXT NOT NULL DEFAULT '{}';
    """

  /// All volumes, by name.
  package func volumes() throws -> [VolumeRecord] {
    try database.query("SELECT * FROM volumes ORDER BY name").map(volumeRecord)
  }

  /// The volume called `name`; nil when there is none.
  package func findVolume(_ name: String) throws -> VolumeRecord? {
    try database.query("SELECT * FROM volumes WHERE name = ?", .text(name)).first
      .map(volumeRecord)
  }

  /// The volume called `name`. Throws `volume.not-found`.
  package func volume(_ name: String) throws -> VolumeRecord {
    if let volume = try findVolume(name) { return volume }
    let near = Suggestion.nearest(
      to: name, in: try volumes().filter { !$0.isAnonymous }.map(\.name))
    throw DklabError(
      .notFound, id: "volume.not-found",
      Text("get \(name): no such volume", ko: "그런 볼륨이 없습니다: \(name)"),
      hint: near.map { Text("did you mean \($0)?", ko: "\($0)을(를) 말씀하셨습니까?") }
    ).about(name)
  }

  /// Makes a volume (`docker volume create`); nil as name makes an anonymous one. One that is there
  /// already is returned as it is.
  ///
  /// Throws `volume.name-invalid`, `volume.driver`, `volume.option-invalid`, `volume.conflict`.
  @discardableResult
  package func createVolume(
    _ name: String?, driver: String = "local", labels: [String: String] = [:],
    options: [String: String] = [:]
  ) throws -> VolumeRecord {
    try checkVolume(name, driver: driver, options: options)
    let chosen = try name ?? randomIdentifier()
    return try database.transaction {
      if let existing = try findVolume(chosen) {
        guard options.isEmpty || existing.options == options else {
          throw DklabError(
            .conflict, id: "volume.conflict",
            Text(
              "create \(chosen): volume exists with other options",
              ko: "볼륨 \(chosen)이(가) 다른 옵션으로 이미 있습니다"),
            hint: Text("`dklab volume inspect \(chosen)`", ko: "`dklab volume inspect \(chosen)`"))
        }
        return existing
      }
      try Directory.make(volumeDirectory(chosen))
      var labels = labels
      if name == nil { labels["com.docker.volume.anonymous"] = "" }
      try insertVolume(chosen, isAnonymous: name == nil, labels: labels, options: options)
      return try volume(chosen)
    }
  }

  /// What can be said against a volume before it is made. Throws as `createVolume`.
  package func checkVolume(
    _ name: String?, driver: String, options: [String: String]
  ) throws {
    let prefix = name.map { "create \($0): " } ?? ""
    guard ["", "local"].contains(driver) else {
      throw DklabError(
        .notFound, id: "volume.driver",
        Text(
          "\(prefix)error looking up volume plugin \(driver): plugin \"\(driver)\" not found",
          ko: "볼륨 드라이버 \(driver)을(를) 찾을 수 없습니다"),
        hint: Text("the driver here is local", ko: "여기서 쓸 수 있는 드라이버는 local입니다"))
    }
    if let name { try Engine.checkVolumeName(name) }
    try checkOptions(options, prefix)
  }

  /// Called within a transaction. Nothing happens when there is one of this name.
  func insertVolume(
    _ name: String, isAnonymous: Bool, labels: [String: String] = [:],
    options: [String: String] = [:]
  ) throws {
    let added = try database.execute(
      "INSERT OR IGNORE INTO volumes (name, created, anonymous, labels, options) "
        + "VALUES (?,?,?,?,?)",
      .text(name), .integer(wallClockNanoseconds()), .integer(isAnonymous ? 1 : 0),
      .text(try json(labels)), .text(try json(options)))
    guard added > 0 else { return }
    try journal.append("volume", "create", actor: name, name: name, ["driver": "local"])
  }

  /// Docker's rule for a volume's name, in its words.
  package static func checkVolumeName(_ name: String) throws {
    func isWord(_ byte: UInt8) -> Bool {
      (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
    }
    if name.utf8.count == 1, name.utf8.allSatisfy(isWord) {
      throw DklabError(
        .invalid, id: "volume.name-short",
        Text(
          "create \(name): volume name is too short, names should be at least two alphanumeric "
            + "characters", ko: "볼륨 이름 \(name.with(.topic)) 너무 짧습니다. 두 글자 이상이어야 합니다"))
    }
    guard let first = name.utf8.first, isWord(first), name.utf8.count <= 255,
      name.utf8.allSatisfy({ isWord($0) || [45, 46, 95].contains($0) })
    else {
      throw DklabError(
        .invalid, id: "volume.name-invalid",
        Text(
          "create \(name): \"\(name)\" includes invalid characters for a local volume name, only "
            + "\"[a-zA-Z0-9][a-zA-Z0-9_.-]\" are allowed. If you intended to pass a host "
            + "directory, use absolute path",
          ko: "볼륨 이름 \"\(name)\"에 쓸 수 없는 글자가 있습니다. [a-zA-Z0-9][a-zA-Z0-9_.-]만 쓸 수 있습니다. "
            + "호스트 디렉터리라면 절대 경로로 쓰세요"))
    }
  }

  private func checkOptions(_ options: [String: String], _ prefix: String) throws {
    func refuse(_ english: String, _ korean: String) -> DklabError {
      DklabError(
        .invalid, id: "volume.option-invalid", Text(prefix + english, ko: korean),
        hint: Text("options are type, device and o", ko: "옵션은 type, device, o입니다"))
    }
    for key in options.keys.sorted() where !["type", "device", "o"].contains(key) {
      throw refuse("invalid option: \"\(key)\"", "잘못된 옵션입니다: \"\(key)\"")
    }
    guard !options.isEmpty else { return }
    for key in ["device", "type"] where options[key] == nil {
      throw refuse("missing required option: \"\(key)\"", "꼭 있어야 하는 옵션이 없습니다: \"\(key)\"")
    }
  }

  func volumeRecord(_ row: Row) throws -> VolumeRecord {
    func map(_ column: String) throws -> [String: String] {
      try JSONDecoder().decode(
        [String: String].self, from: Data((row[column].text ?? "{}").utf8))
    }
    return VolumeRecord(
      name: row["name"].text ?? "", created: row["created"].integer ?? 0,
      isAnonymous: row["anonymous"].integer == 1, labels: try map("labels"),
      options: try map("options"))
  }

  /// A volume as `docker volume inspect` shows it.
  package func inspect(_ volume: VolumeRecord) -> JSONValue {
    func object(_ map: [String: String]) -> JSONValue {
      map.isEmpty
        ? .null
        : .object(JSONObject(map.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }))
    }
    return .object(
      JSONObject([
        ("CreatedAt", .string(RFC3339.text(volume.created / 1_000_000_000 * 1_000_000_000))),
        ("Driver", .string("local")), ("Labels", object(volume.labels)),
        ("Mountpoint", .string(volumeDirectory(volume.name))), ("Name", .string(volume.name)),
        ("Options", object(volume.options)), ("Scope", .string("local")),
      ]))
  }
}
