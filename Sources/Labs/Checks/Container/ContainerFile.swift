import Documents
import Support

/// `container.file: {name: sh1, path: /root/token, is: abc}`, `{name: s, path: /run/x, mode: 660}`
struct ContainerFile: CheckType {
  static let type = "container.file"
  let name: String
  let path: String
  let mode: String?
  let comparison: Comparison?

  init(_ fields: inout Fields) {
    name = fields.subjectString("name")
    path = fields.subjectString("path")
    mode = fields.string("mode")
    comparison = Comparison(&fields)
  }

  var subjects: [String] { [name] }
  var sentence: Text {
    if let mode, comparison == nil {
      return Text(
        "`\(path)` in container `\(name)` has the mode \(mode)",
        ko: "`\(name)` 컨테이너의 `\(path)` 권한은 \(mode)입니다")
    }
    guard let comparison else {
      return Text(
        "container `\(name)` has a file `\(path)`", ko: "`\(name)` 컨테이너에 `\(path)` 파일이 있습니다")
    }
    return Text(
      "`\(path)` in container `\(name)` holds \(comparison.text.en)",
      ko: "`\(name)` 컨테이너의 `\(path)` 내용은 \(comparison.text.ko)입니다")
  }

  var probes: [Probe] {
    [.containerFile(container: name, path: path)] + MissingFile.probes(path, of: name)
  }

  func judge(_ snapshot: Snapshot) -> Finding {
    guard snapshot.container(name) != nil else {
      return .fail(MissingContainer.failure(name, expected: sentence, in: snapshot))
    }
    let look = "docker cp \(name):\(path) -"
    switch snapshot.result(.containerFile(container: name, path: path)) {
    case .failed(let reason): return .error(reason)
    case .file(let text, let bits, _):
      let octal = String(bits, radix: 8)
      if let mode, mode != octal {
        return .fail(
          Failure(
            expected: sentence, found: Text("mode \(octal)", ko: "권한 \(octal)"),
            causes: [FileContent.mode(octal)], look: "docker exec \(name) ls -l \(path)"))
      }
      let content = JSONValue.string(text)
      let found = Text(content.quoted, ko: content.quoted)
      guard let comparison, !comparison.holds(for: content) else { return .pass(found: found) }
      return .fail(
        Failure(
          expected: sentence, found: found,
          causes: FileContent.causes(text, comparison, snapshot)
            + FailedExec.causes(name, in: snapshot),
          look: look))
    default:
      return .fail(
        Failure(
          expected: sentence, found: Text("no such file", ko: "파일 없음"),
          causes: MissingFile.causes(path, of: name, in: snapshot)
            + FailedExec.causes(name, in: snapshot), look: "docker diff \(name)"))
    }
  }
}

/// `container.no-file: {name: sh1, path: /root/token}`
struct ContainerNoFile: CheckType {
  static let type = "container.no-file"
  let name: String
  let path: String

  init(_ fields: inout Fields) {
    name = fields.subjectString("name")
    path = fields.subjectString("path")
  }

  var subjects: [String] { [name] }
  var sentence: Text {
    Text(
      "container `\(name)` has no file `\(path)`", ko: "`\(name)` 컨테이너에 `\(path)` 파일이 없습니다")
  }

  var probes: [Probe] { [.containerFile(container: name, path: path)] }

  func judge(_ snapshot: Snapshot) -> Finding {
    guard snapshot.container(name) != nil else {
      return .fail(MissingContainer.failure(name, expected: sentence, in: snapshot))
    }
    switch snapshot.result(.containerFile(container: name, path: path)) {
    case .failed(let reason): return .error(reason)
    case .file:
      return .fail(
        Failure(
          expected: sentence, found: Text("it is there", ko: "파일이 있음"),
          causes: [
            Cause(
              "value.differs", "the container's own layer or its image has it",
              ko: "컨테이너의 쓰기 레이어나 이미지에 들어 있습니다")
          ], look: "docker diff \(name)"))
    default: return .pass(found: Text("none", ko: "없음"))
    }
  }
}
