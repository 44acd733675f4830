import FoundationEssentials
import Images
import Linux
import Runtime
import SQLite
import Support

// Reading and writing container records.

extension Engine {
  /// All containers, newest first.
  package func containers() throws -> [ContainerRecord] {
    try database.query("SELECT * FROM containers ORDER BY created DESC").map(record)
  }

  /// The container called `reference`: a name, an id, or the unambiguous beginning of an id.
  ///
  /// Throws `DklabError` `container.not-found` or `container.ambiguous`.
  package func container(_ reference: String) throws -> ContainerRecord {
    let name = reference.hasPrefix("/") ? String(reference.dropFirst()) : reference
    if let row = try database.query(
      "SELECT * FROM containers WHERE id = ? OR name = ?", .text(name), .text(name)
    ).first {
      return try record(row)
    }
    let isHexadecimal = !name.isEmpty && name.allSatisfy { $0.isHexDigit && !$0.isUppercase }
    let matches =
      isHexadecimal
      ? try database.query(
        "SELECT * FROM containers WHERE id >= ? AND id < ?", .text(name), .text(name + "g"))
      : []
    if matches.count > 1 {
      throw DklabError(
        .invalid, id: "container.ambiguous",
        Text(
          "multiple containers found with provided prefix: \(name)",
          ko: "여러 컨테이너의 ID가 이 글자들로 시작합니다: \(name)"),
        hint: Text("give more digits of the id", ko: "ID를 더 길게 쓰세요"))
    }
    guard let row = matches.first else { throw noSuchContainer(reference) }
    return try record(row)
  }

  /// The container with this whole id; nil when there is none.
  package func existing(_ id: String) throws -> ContainerRecord? {
    try database.query("SELECT * FROM containers WHERE id = ?", .text(id)).first.map {
      try record($0)
    }
  }

  private func noSuchContainer(_ reference: String) -> DklabError {
    var hint: Text?
    if let last = try? database.query(
      "SELECT action, time FROM journal WHERE type = 'container' AND name = ? ORDER BY id DESC "
        + "LIMIT 1", .text(reference)
    ).first, last["action"].text == "destroy" {
      hint = Text(
        "a container of this name was removed; `dklab ps -a` lists what there is",
        ko: "이 이름의 컨테이너는 삭제되었습니다. `dklab ps -a`로 있는 것을 볼 수 있습니다")
    }
    return DklabError(
      .notFound, id: "container.not-found",
      Text("No such container: \(reference)", ko: "그런 컨테이너가 없습니다: \(reference)"), hint: hint
    ).about(reference)
  }

  /// The record in `row`. A verb looks at one container several times: what has not changed since the
  /// last look is taken over.
  func record(_ row: Row) throws -> ContainerRecord {
    let id = row["id"].text
    let record = try record(row, knowing: lastRead.flatMap { $0.record.id == id ? $0 : nil })
    lastRead = KnownRecord(row, record)
    return record
  }

  /// The record in `row`. Of one that was read before, `known`, what is still the same is taken over:
  /// decoding costs far more than comparing.
  func record(_ row: Row, knowing known: KnownRecord?) throws -> ContainerRecord {
    func decode<Value>(
      _ column: String, _ text: KeyPath<KnownRecord, String?>,
      _ part: KeyPath<ContainerRecord, Value>, _ read: (String) throws -> Value
    ) throws -> Value {
      let now = row[column].text
      if let known, known[keyPath: text] == now { return known.record[keyPath: part] }
      do {
        return try read(now ?? "")
      } catch {
        throw DklabError(
          .internal, id: "record.unreadable",
          Text(
            "the record of container \(row["name"].text ?? "?") cannot be read (\(column)): \(error)",
            ko: "컨테이너 \(row["name"].text ?? "?")의 기록을 읽을 수 없습니다(\(column)): \(error)"))
      }
    }
    guard let imageID = Digest(row["image"].text ?? "") else {
      throw DklabError(
        .internal, id: "record.unreadable",
        Text("a container's record has no image", ko: "컨테이너 기록에 이미지가 없습니다"))
    }
    return ContainerRecord(
      id: row["id"].text ?? "", name: row["name"].text ?? "", created: row["created"].integer ?? 0,
      imageID: imageID,
      spec: try decode("spec", \.spec, \.spec) { try ContainerSpec(record: $0) },
      mounts: try decode("mounts", \.mounts, \.mounts) { try [MountPoint](record: $0) },
      state: try decode("state", \.state, \.state) { try ContainerState(record: $0) })
  }

  func json(_ value: some Encodable) throws -> String {
    String(decoding: try JSONEncoder().encode(value), as: UTF8.self)
  }

  func insert(_ record: ContainerRecord) throws {
    try database.execute(
      "INSERT INTO containers (id, name, created, image, status, spec, mounts, state) "
        + "VALUES (?,?,?,?,?,?,?,?)",
      .text(record.id), .text(record.name), .integer(record.created),
      .text("\(record.imageID)"), .text(record.state.status.rawValue),
      .text(try record.spec.recordText()), .text(try record.mounts.recordText()),
      .text(try record.state.recordText()))
  }

  /// Reads the state of `id`, lets `change` act on it, and writes it, as one transaction. Entries
  /// that `change` appends to the journal belong to it. Nothing happens when the record is gone.
  @discardableResult
  package func update(
    _ id: String, _ durability: Database.Durability = .now,
    _ change: (inout ContainerState, ContainerRecord) throws -> Void
  ) throws -> ContainerRecord? {
    try database.transaction(durability) {
      guard
        let row = try database.query("SELECT * FROM containers WHERE id = ?", .text(id)).first
      else { return nil }
      var record = try record(row)
      var state = record.state
      try change(&state, record)
      record.state = state
      let text = try state.recordText()
      try database.execute(
        "UPDATE containers SET state = ?, status = ? WHERE id = ?", .text(text),
        .text(state.status.rawValue), .text(id))
      lastRead = KnownRecord(
        spec: row["spec"].text, mounts: row["mounts"].text, state: text, record: record)
      return record
    }
  }

  /// The attributes every journal entry about a container carries.
  package func attributes(_ record: ContainerRecord, _ more: [String: String] = [:]) -> [String:
    String]
  {
    var result = ["image": record.spec.image]
    for (key, value) in record.spec.config.labels ?? [:] { result["label." + key] = value }
    return result.merging(more) { $1 }
  }

  /// Enters into the journal that `action` was done to `record`.
  package func tell(
    _ action: String, _ record: ContainerRecord, _ more: [String: String] = [:]
  ) throws {
    try journal.append(
      "container", action, actor: record.id, name: record.name, attributes(record, more))
  }
}

/// A record beside the texts it was read from.
struct KnownRecord {
  let spec: String?
  let mounts: String?
  let state: String?
  let record: ContainerRecord
}

extension KnownRecord {
  init(_ row: Row, _ record: ContainerRecord) {
    self.init(
      spec: row["spec"].text, mounts: row["mounts"].text, state: row["state"].text, record: record)
  }
}
