import Documents
import Support

/// `container.config: {name: sh1, path: Config.Tty, is: true}`: any field of `docker inspect`.
struct ContainerConfig: ContainerValueCheck {
  static let type = "container.config"
  let name: String
  let path: ValuePath
  let comparison: Comparison

  init(_ fields: inout Fields) {
    name = fields.subjectString("name")
    path = ValuePath.required("path", &fields)
    comparison = Comparison.required(&fields)
  }

  var sentence: Text {
    Text(
      "`\(path.source)` of container `\(name)` is \(comparison.text.en)",
      ko: "`\(name)` 컨테이너의 `\(path.source)`은(는) \(comparison.text.ko)입니다")
  }

  var look: String { "docker inspect \(name)" }

  func read(_ container: ContainerView, _ snapshot: Snapshot) -> Reading {
    .value(path.value(in: container.inspect) ?? .null)
  }

  func causes(of value: JSONValue, _ snapshot: Snapshot) -> [Cause] {
    DecidingOption.causes(path.source, of: name, in: snapshot)
  }
}

/// `container.command: {name: sleeper, is: sleep 1000}`
struct ContainerCommand: ContainerValueCheck {
  static let type = "container.command"
  let name: String
  let comparison: Comparison

  init(_ fields: inout Fields) {
    name = fields.subjectString("name")
    comparison = Comparison.required(&fields)
  }

  var sentence: Text {
    Text(
      "the command line of container `\(name)` is \(comparison.text.en)",
      ko: "`\(name)` 컨테이너의 명령행은 \(comparison.text.ko)입니다")
  }

  var look: String { "docker ps -a --no-trunc" }

  func read(_ container: ContainerView, _ snapshot: Snapshot) -> Reading {
    .value(.string(container.command.joined(separator: " ")))
  }

  func causes(of value: JSONValue, _ snapshot: Snapshot) -> [Cause] {
    DecidingOption.causes("Args", of: name, in: snapshot)
  }
}

/// `container.env: {name: app, variable: GREETING, is: hello}`
struct ContainerEnv: ContainerValueCheck {
  static let type = "container.env"
  let name: String
  let variable: String
  let comparison: Comparison

  init(_ fields: inout Fields) {
    name = fields.subjectString("name")
    variable = fields.subjectString("variable")
    comparison = Comparison.required(&fields)
  }

  var sentence: Text {
    Text(
      "container `\(name)` has the environment variable `\(variable)`: \(comparison.text.en)",
      ko: "`\(name)` 컨테이너의 환경 변수 `\(variable)`은(는) \(comparison.text.ko)입니다")
  }

  var look: String { "docker exec \(name) printenv" }

  func read(_ container: ContainerView, _ snapshot: Snapshot) -> Reading {
    if let value = container.environment(variable) { return .value(.string(value)) }
    return .missing(
      found: Text("no variable `\(variable)`", ko: "`\(variable)` 변수가 없음"),
      causes: UnsetVariable.causes(variable, of: container, in: snapshot))
  }

  func causes(of value: JSONValue, _ snapshot: Snapshot) -> [Cause] {
    let decided = DecidingOption.causes("Config.Env", of: name, in: snapshot)
    guard value.plain.contains("$") || value.plain.isEmpty else { return decided }
    return [
      Cause(
        "env.unexpanded",
        value.plain.isEmpty
          ? "the variable of your own shell that was to fill it in is empty"
          : "it holds the name of a variable instead of its value: single quotes keep the shell from "
            + "filling it in",
        ko: value.plain.isEmpty
          ? "값을 채울 내 셸의 변수가 비어 있습니다"
          : "변수의 값이 아니라 이름이 들어 있습니다. 작은따옴표 안에서는 셸이 값을 채우지 않습니다")
    ] + decided
  }
}

/// `container.size: {name: one, under: 64k}`: the bytes of the writable layer.
struct ContainerSize: ContainerValueCheck {
  static let type = "container.size"
  let name: String
  let comparison: Comparison

  init(_ fields: inout Fields) {
    name = fields.subjectString("name")
    comparison = Comparison.required(&fields)
  }

  var sentence: Text {
    Text(
      "the writable layer of `\(name)` is \(comparison.text.en) bytes",
      ko: "`\(name)`의 쓰기 레이어 크기는 \(comparison.text.ko) 바이트입니다")
  }

  var probes: [Probe] { [.containerSize(name), .containerDiff(name)] }
  var look: String { "docker ps -s" }

  func read(_ container: ContainerView, _ snapshot: Snapshot) -> Reading {
    switch snapshot.result(.containerSize(name)) {
    case .number(let bytes): .value(.integer(Int64(bytes)))
    case .failed(let reason): .error(reason)
    default: .error(Text("no size could be read", ko: "크기를 읽을 수 없습니다"))
    }
  }

  func shown(_ value: JSONValue) -> Text {
    Text("\(value.plain) bytes", ko: "\(value.plain) 바이트")
  }

  func causes(of value: JSONValue, _ snapshot: Snapshot) -> [Cause] {
    var written: [String] = []
    if case .lines(let lines) = snapshot.result(.containerDiff(name)) {
      written = lines.filter { $0.hasPrefix("A ") }.map { String($0.dropFirst(2)) }
    }
    let list = written.prefix(3).map { "`\($0)`" }.joined(separator: ", ")
    guard !list.isEmpty else {
      return [
        Cause(
          "value.differs", "it holds every file the container wrote or changed",
          ko: "컨테이너가 쓰거나 바꾼 파일이 모두 들어 있습니다")
      ]
    }
    return [
      Cause(
        "value.differs", "it holds every file the container wrote or changed: \(list)",
        ko: "컨테이너가 쓰거나 바꾼 파일이 모두 들어 있습니다: \(list)")
    ]
  }
}
