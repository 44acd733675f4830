import Documents
import Support

/// `container.mount: {name: db, destination: /data, type: volume}`
struct ContainerMount: CheckType {
  static let type = "container.mount"

  enum Kind: String, CaseIterable { case bind, volume, tmpfs }

  let name: String
  let destination: String
  let kind: Kind?
  let source: String?
  let readonly: Bool?

  init(_ fields: inout Fields) {
    name = fields.subjectString("name")
    destination = fields.subjectString("destination")
    kind = fields.choice("type")
    source = fields.string("source")
    readonly = fields.bool("readonly")
  }

  var subjects: [String] { [name] }
  var sentence: Text {
    Text(
      "container `\(name)` has \(kind.map { "a \($0.rawValue)" } ?? "something") at `\(destination)`",
      ko: "`\(name)` 컨테이너의 `\(destination)`에 \(kind.map { "\($0.rawValue) " } ?? "")마운트가 있습니다")
  }

  func judge(_ snapshot: Snapshot) -> Finding {
    guard let container = snapshot.container(name) else {
      return .fail(MissingContainer.failure(name, expected: sentence, in: snapshot))
    }
    let mounts = container.inspect["Mounts"]?.array ?? []
    let list = mounts.map { mount in
      "\(mount["Type"]?.string ?? "?") \(mount["Destination"]?.string ?? "?")"
    }.joined(separator: ", ")
    let found =
      list.isEmpty ? Text("no mounts", ko: "마운트 없음") : Text("`\(list)`", ko: "`\(list)`")
    guard !mounts.contains(where: matches) else { return .pass(found: found) }
    return .fail(
      Failure(
        expected: sentence, found: found,
        causes: DecidingOption.causes("Mounts", of: name, in: snapshot),
        look: "docker inspect \(name)"))
  }

  private func matches(_ mount: JSONValue) -> Bool {
    guard mount["Destination"]?.string == destination else { return false }
    if let kind, mount["Type"]?.string != kind.rawValue { return false }
    if let source, mount["Source"]?.string != source, mount["Name"]?.string != source {
      return false
    }
    if let readonly, mount["RW"]?.bool == readonly { return false }
    return true
  }
}
