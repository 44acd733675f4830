import Documents
import Support

/// A value of a running container's first process.
protocol ProcessValueCheck: ContainerValueCheck {
  func value(_ facts: ProcessFacts) -> JSONValue
}

extension ProcessValueCheck {
  var probes: [Probe] { [.process(name)] }

  func read(_ container: ContainerView, _ snapshot: Snapshot) -> Reading {
    running(container, snapshot) {
      switch ProcessUnknown.facts(.process(name), in: snapshot) {
      case .success(let facts): .value(value(facts))
      case .failure(.error(let reason)): .error(reason)
      case .failure(.notRunning(let name)):
        .missing(
          found: MissingContainer.found(name), causes: MissingContainer.causes(name, in: snapshot))
      }
    }
  }
}

/// `proc.user: {name: app, is: 1000}`: the user id of the first process, as the container sees it.
struct ProcUser: ProcessValueCheck {
  static let type = "proc.user"
  let name: String
  let comparison: Comparison

  init(_ fields: inout Fields) {
    name = fields.subjectString("name")
    comparison = Comparison.required(&fields)
  }

  var sentence: Text {
    Text(
      "the process of `\(name)` runs as user \(comparison.text.en)",
      ko: "`\(name)` 프로세스의 사용자 ID는 \(comparison.text.ko)입니다")
  }

  var look: String { "docker exec \(name) id" }

  func value(_ facts: ProcessFacts) -> JSONValue { .integer(Int64(facts.user)) }

  func shown(_ value: JSONValue) -> Text {
    Text("user \(value.plain)", ko: "사용자 \(value.plain)")
  }

  func causes(of value: JSONValue, _ snapshot: Snapshot) -> [Cause] {
    DecidingOption.causes("Config.User", of: name, in: snapshot)
  }
}

/// `proc.command: {name: web, is: nginx -g daemon off;}`: what process 1 of the container really is,
/// whatever was asked for: a shell in front of the program shows here.
struct ProcCommand: ProcessValueCheck {
  static let type = "proc.command"
  let name: String
  let comparison: Comparison

  init(_ fields: inout Fields) {
    name = fields.subjectString("name")
    comparison = Comparison.required(&fields)
  }

  var sentence: Text {
    Text(
      "process 1 of container `\(name)` is \(comparison.text.en)",
      ko: "`\(name)` 컨테이너의 1번 프로세스는 \(comparison.text.ko)입니다")
  }

  var look: String { "docker top \(name)" }

  func value(_ facts: ProcessFacts) -> JSONValue {
    .string(facts.command.joined(separator: " "))
  }

  func causes(of value: JSONValue, _ snapshot: Snapshot) -> [Cause] {
    DecidingOption.causes("Args", of: name, in: snapshot)
  }
}

/// `proc.uidmap: {name: app, is: "0 0 4294967295"}`: the meaning of user numbers inside
/// (user_namespaces(7)), a line for each range.
struct ProcUserMap: ProcessValueCheck {
  static let type = "proc.uidmap"
  let name: String
  let comparison: Comparison

  init(_ fields: inout Fields) {
    name = fields.subjectString("name")
    comparison = Comparison.required(&fields)
  }

  var sentence: Text {
    Text(
      "the user numbers of `\(name)` are mapped as \(comparison.text.en)",
      ko: "`\(name)`의 사용자 번호 대응은 \(comparison.text.ko)입니다")
  }

  var look: String { "docker exec \(name) cat /proc/1/uid_map" }

  func value(_ facts: ProcessFacts) -> JSONValue {
    .string(facts.userMap.joined(separator: "\n"))
  }

  func causes(of value: JSONValue, _ snapshot: Snapshot) -> [Cause] {
    [
      Cause(
        "value.differs",
        "the engine decides it: run by root, containers share the host's numbers; run by others, "
          + "they have their own",
        ko: "엔진이 정합니다. root가 실행하면 호스트의 번호를 함께 쓰고, 일반 사용자가 실행하면 따로 씁니다")
    ]
  }
}
