import Documents
import Support

/// `container.state: {name: web1, is: running}`
struct ContainerState: ContainerValueCheck {
  static let type = "container.state"

  enum Status: String, CaseIterable {
    case created, running, paused, restarting, exited, dead, removing
  }

  let name: String
  let comparison: Comparison

  init(_ fields: inout Fields) {
    name = fields.subjectString("name")
    comparison = Comparison.required(&fields)
    for key in ["is", "not"] where fields.has(key) { _ = fields.choice(key, Status.self) }
  }

  var sentence: Text {
    Text(
      "container `\(name)` is \(comparison.text.en)",
      ko: "`\(name)` 컨테이너의 상태는 \(comparison.text.ko)입니다")
  }

  var look: String { "docker ps -a" }

  func read(_ container: ContainerView, _ snapshot: Snapshot) -> Reading {
    .value(.string(container.status))
  }

  func causes(of value: JSONValue, _ snapshot: Snapshot) -> [Cause] {
    guard let container = snapshot.container(name) else { return [] }
    return container.status == "running"
      ? [RunningContainer.cause(container)] : StoppedContainer.causes(container, in: snapshot)
  }
}

/// `container.exit: {name: hello, is: 0}`
struct ContainerExit: ContainerValueCheck {
  static let type = "container.exit"
  let name: String
  let comparison: Comparison

  init(_ fields: inout Fields) {
    name = fields.subjectString("name")
    comparison = Comparison.required(&fields)
  }

  var sentence: Text {
    Text(
      "container `\(name)` has ended with status \(comparison.text.en)",
      ko: "`\(name)` 컨테이너의 종료 코드는 \(comparison.text.ko)입니다")
  }

  var patience: Duration { .seconds(2) }
  var look: String { "docker logs \(name)" }

  func read(_ container: ContainerView, _ snapshot: Snapshot) -> Reading {
    if container.hasEnded { return .value(.integer(Int64(container.exitCode))) }
    return .missing(
      found: Text("it is `\(container.status)`", ko: "`\(container.status)` 상태"),
      causes: container.status == "running"
        ? [RunningContainer.cause(container)] : StoppedContainer.causes(container, in: snapshot))
  }

  func shown(_ value: JSONValue) -> Text {
    Text("status \(value.plain)", ko: "종료 코드 \(value.plain)")
  }

  func causes(of value: JSONValue, _ snapshot: Snapshot) -> [Cause] {
    snapshot.container(name).map { StoppedContainer.causes($0, in: snapshot) } ?? []
  }
}
