import Documents
import Support

/// `container.log: {name: hello, contains: Hello from Docker!}`
struct ContainerLog: ContainerValueCheck {
  static let type = "container.log"
  let name: String
  let comparison: Comparison

  init(_ fields: inout Fields) {
    name = fields.subjectString("name")
    comparison = Comparison.required(&fields)
  }

  var sentence: Text {
    Text(
      "container `\(name)` has printed \(comparison.text.en)",
      ko: "`\(name)` 컨테이너의 출력은 \(comparison.text.ko)입니다")
  }

  var probes: [Probe] { [.containerLog(name)] }
  var patience: Duration { .seconds(2) }
  var look: String { "docker logs \(name)" }

  func read(_ container: ContainerView, _ snapshot: Snapshot) -> Reading {
    switch snapshot.result(.containerLog(name)) {
    case .failed(let reason): .error(reason)
    case .text(let log): .value(.string(log))
    default: .error(Text("no log could be read", ko: "로그를 읽을 수 없습니다"))
    }
  }

  func shown(_ value: JSONValue) -> Text {
    value.plain.trimmed.isEmpty
      ? Text("no output", ko: "출력 없음") : Text(value.quoted, ko: value.quoted)
  }

  func causes(of value: JSONValue, _ snapshot: Snapshot) -> [Cause] {
    guard let container = snapshot.container(name) else { return [] }
    let causes = StoppedContainer.causes(container, in: snapshot)
    return causes.isEmpty
      ? DecidingOption.causes("Args", of: name, in: snapshot) : causes
  }
}
