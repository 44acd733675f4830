import Support

extension UnmetHistory {
  /// The pattern in words a student understands: something that can stand in a list.
  static func describe(_ pattern: EventPattern) -> Text {
    if let command = typed(pattern) { return command }
    let object = pattern.name.map { "`\($0)`" }
    let conditions = pattern.conditions.map(describe)
    let action = verb(pattern)
    return Text(
      ([action.en] + [object].compactMap { $0 } + conditions.map(\.en)).joined(separator: " "),
      ko: ([object, action.ko].compactMap { $0 }.joined(separator: " "))
        + (conditions.isEmpty ? "" : " (\(conditions.map(\.ko).joined(separator: ", ")))"))
  }

  /// That it has not happened, as a sentence.
  static func never(_ pattern: EventPattern) -> Text {
    let english = "it has not happened: \(describe(pattern).en)"
    if pattern.type == "command" {
      return Text(english, ko: "아직 없는 것: \(describe(pattern).ko)")
    }
    let conditions = pattern.conditions.map { describe($0).ko }.joined(separator: ", ")
    let object = pattern.name.map { "`\($0)` " } ?? ""
    return Text(
      english,
      ko: "아직 \(object)\(experience(pattern)) 적이 없습니다"
        + (conditions.isEmpty ? "" : " (\(conditions))"))
  }

  /// A line to type, and what is to come of it: "a refused `docker rmi web`".
  private static func typed(_ pattern: EventPattern) -> Text? {
    guard pattern.type == "command",
      let line = pattern.conditions.first(where: { $0.key == "argv" && $0.comparison != .different }
      )
    else { return nil }
    let shown =
      "`" + (line.comparison == .matches ? Pattern.example(line.value) : line.value) + "`"
    let others = pattern.conditions.filter { $0 != line }
    guard let exit = others.first, others.count == 1, exit.key == "exit", exit.value == "0" else {
      let list = others.map(describe)
      return Text(
        (["typing \(shown)"] + list.map(\.en)).joined(separator: " "),
        ko: "\(shown) 입력"
          + (list.isEmpty ? "" : " (\(list.map(\.ko).joined(separator: ", ")))"))
    }
    return exit.comparison == .different
      ? Text(
        "a refused \(shown) (a status other than 0)", ko: "거절당한 \(shown)(종료 코드가 0이 아님)")
      : Text("a \(shown) that worked (status 0)", ko: "성공한 \(shown)(종료 코드 0)")
  }

  private static func describe(_ condition: EventPattern.Condition) -> Text {
    let value =
      condition.comparison == .matches ? Pattern.example(condition.value) : condition.value
    switch (condition.key, condition.comparison) {
    case ("exit", .equal): return Text("with status \(value)", ko: "종료 코드 \(value)")
    case ("exit", .different):
      return Text("with a status other than \(value)", ko: "종료 코드가 \(value)이(가) 아님")
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
    case "image.push": Text("pushing an image", ko: "이미지 올리기")
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
    case "builder.build": Text("building an image", ko: "이미지 빌드")
    default: Text("a command", ko: "명령 입력")
    }
  }

  /// The same in Korean, as what one has done: "컨테이너를 멈춘".
  private static func experience(_ pattern: EventPattern) -> String {
    switch "\(pattern.type).\(pattern.action)" {
    case "container.create": "컨테이너를 만든"
    case "container.start": "컨테이너를 시작한"
    case "container.stop": "컨테이너를 멈춘"
    case "container.kill": "컨테이너를 강제 종료한"
    case "container.die": "컨테이너가 끝난"
    case "container.restart": "컨테이너를 재시작한"
    case "container.pause": "컨테이너를 일시 정지한"
    case "container.unpause": "컨테이너의 일시 정지를 푼"
    case "container.rename": "컨테이너의 이름을 바꾼"
    case "container.remove": "컨테이너를 삭제한"
    case "container.healthy": "컨테이너가 정상(healthy)이 된"
    case "container.unhealthy": "컨테이너가 비정상(unhealthy)이 된"
    case "exec.start", "exec.die": "컨테이너에서 `docker exec`로 명령을 실행한"
    case "image.pull": "이미지를 내려받은"
    case "image.push": "이미지를 올린"
    case "image.tag": "이미지에 이름을 붙인"
    case "image.untag": "이미지에서 이름을 뗀"
    case "image.remove": "이미지를 삭제한"
    case "image.import": "이미지를 가져온(import)"
    case "image.load": "이미지를 불러온(load)"
    case "image.save": "이미지를 저장한"
    case "network.create": "네트워크를 만든"
    case "network.remove": "네트워크를 삭제한"
    case "network.connect": "네트워크에 연결한"
    case "network.disconnect": "네트워크에서 연결을 끊은"
    case "volume.create": "볼륨을 만든"
    case "volume.remove": "볼륨을 삭제한"
    case "builder.build": "이미지를 빌드한"
    default: "일어난"
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
