import Support

extension UnmetHistory {
  /// The pattern in words a student understands.
  static func describe(_ pattern: EventPattern) -> Text {
    let object = pattern.name.map { "`\($0)`" }
    let conditions = pattern.conditions.map(describe)
    let action = verb(pattern)
    return Text(
      ([action.en] + [object].compactMap { $0 } + conditions.map(\.en)).joined(separator: " "),
      ko: ([object, action.ko].compactMap { $0 }.joined(separator: " "))
        + (conditions.isEmpty ? "" : " (\(conditions.map(\.ko).joined(separator: ", ")))"))
  }

  private static func describe(_ condition: EventPattern.Condition) -> Text {
    let value =
      condition.comparison == .matches ? Pattern.example(condition.value) : condition.value
    switch (condition.key, condition.comparison) {
    case ("exit", .equal): return Text("with status \(value)", ko: "상태 \(value)")
    case ("exit", .different):
      return Text("with a status other than \(value)", ko: "\(value) 아닌 상태")
    case ("out", _): return Text("printing `\(value)`", ko: "`\(value)` 출력")
    case ("argv", _): return Text("like `\(value)`", ko: "`\(value)` 형태")
    case ("image", _): return Text("of the image `\(value)`", ko: "`\(value)` 이미지")
    default: return Text("with \(condition.key) `\(value)`", ko: "\(condition.key) `\(value)`")
    }
  }

  private static func verb(_ pattern: EventPattern) -> Text {
    switch "\(pattern.type).\(pattern.action)" {
    case "container.create": Text("creating a container", ko: "컨테이너 생성")
    case "container.start": Text("starting a container", ko: "컨테이너 시작")
    case "container.stop": Text("stopping a container", ko: "컨테이너 정지")
    case "container.kill": Text("killing a container", ko: "컨테이너 강제 종료")
    case "container.die": Text("a container ending", ko: "컨테이너 종료")
    case "container.restart": Text("restarting a container", ko: "컨테이너 재시작")
    case "container.pause": Text("pausing a container", ko: "컨테이너 일시 정지")
    case "container.unpause": Text("letting a paused container go on", ko: "일시 정지 해제")
    case "container.rename": Text("renaming a container", ko: "컨테이너 이름 변경")
    case "container.remove": Text("removing a container", ko: "컨테이너 삭제")
    case "container.healthy": Text("a container becoming healthy", ko: "컨테이너가 정상(healthy)이 됨")
    case "container.unhealthy":
      Text("a container becoming unhealthy", ko: "컨테이너가 비정상(unhealthy)이 됨")
    case "exec.start", "exec.die": Text("a command run by `docker exec`", ko: "`docker exec` 명령 실행")
    case "image.pull": Text("pulling an image", ko: "이미지 내려받기")
    case "image.tag": Text("giving an image a name", ko: "이미지 이름 붙이기")
    case "image.untag": Text("taking a name from an image", ko: "이미지 이름 떼기")
    case "image.remove": Text("removing an image", ko: "이미지 삭제")
    case "image.import": Text("importing an image", ko: "이미지 가져오기(import)")
    case "image.load": Text("loading an image", ko: "이미지 불러오기(load)")
    case "image.save": Text("saving an image", ko: "이미지 저장")
    case "network.create": Text("making a network", ko: "네트워크 생성")
    case "network.remove": Text("removing a network", ko: "네트워크 삭제")
    case "network.connect": Text("connecting a container to a network", ko: "네트워크 연결")
    case "network.disconnect":
      Text("taking a container from a network", ko: "네트워크 연결 해제")
    case "volume.create": Text("making a volume", ko: "볼륨 생성")
    case "volume.remove": Text("removing a volume", ko: "볼륨 삭제")
    default: Text("a command", ko: "명령 입력")
    }
  }
}

extension Pattern {
  /// A text that `source` matches, to show instead of the expression: the first of alternatives,
  /// nothing for what may be left out, dots for anything.
  static func example(_ source: String) -> String {
    var rest = source[...]
    return alternatives(&rest).replacing("  ", with: " ").trimmed
  }

  private static func alternatives(_ rest: inout Substring) -> String {
    var text = ""
    var first: String?
    while let character = rest.popFirst() {
      var piece: String
      switch character {
      case "|":
        first = first ?? text
        text = ""
        continue
      case ")": return first ?? text
      case "(":
        if rest.hasPrefix("?:") { rest = rest.dropFirst(2) }
        piece = alternatives(&rest)
      case "[":
        let inside = rest.prefix { $0 != "]" }
        rest = rest.dropFirst(inside.count + 1)
        piece = inside.hasPrefix("^") ? "…" : String(inside.prefix(1))
      case "^", "$": continue
      case "\\":
        let next = rest.popFirst().map(String.init) ?? ""
        piece =
          ["b", "B", "A", "z"].contains(next) ? "" : next == "s" ? " " : next == "d" ? "0" : next
      case ".": piece = "… "
      default: piece = String(character)
      }
      if let repeated = rest.first, "?*+".contains(repeated) {
        rest = rest.dropFirst()
        if repeated == "?" || (repeated == "*" && piece != "… ") { piece = "" }
      }
      text += piece
    }
    return first ?? text
  }
}
