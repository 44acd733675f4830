import Support

/// `container.exists: web1`
struct ContainerExists: CheckType {
  static let type = "container.exists"
  static let shorthand: String? = "name"
  let name: String

  init(_ fields: inout Fields) { name = fields.subjectString("name") }

  var subjects: [String] { [name] }
  var sentence: Text { Text("there is a container `\(name)`", ko: "`\(name)` 컨테이너가 있습니다") }

  func judge(_ snapshot: Snapshot) -> Finding {
    guard let container = snapshot.container(name) else {
      return .fail(MissingContainer.failure(name, expected: sentence, in: snapshot))
    }
    return .pass(found: Text(container.status, ko: container.status))
  }
}

/// `container.absent: web1`
struct ContainerAbsent: CheckType {
  static let type = "container.absent"
  static let shorthand: String? = "name"
  let name: String

  init(_ fields: inout Fields) { name = fields.subjectString("name") }

  var sentence: Text { Text("there is no container `\(name)`", ko: "`\(name)` 컨테이너가 없습니다") }

  func judge(_ snapshot: Snapshot) -> Finding {
    guard let container = snapshot.container(name) else {
      return .pass(found: Text("none", ko: "없음"))
    }
    let command = container.isRunning ? "docker rm -f \(name)" : "docker rm \(name)"
    return .fail(
      Failure(
        expected: sentence,
        found: Text(
          "`\(name)` is there and \(container.status)",
          ko: "`\(name)`이(가) \(container.status) 상태로 있음"),
        causes: [
          Cause(
            "value.differs", "nothing has removed it yet; `\(command)` would",
            ko: "아직 삭제하지 않았습니다. `\(command)`(으)로 삭제합니다")
        ], look: "docker ps -a"))
  }
}
