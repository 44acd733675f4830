import Documents
import Support

/// `container.diff: {name: sh1, path: /usr/bin/figlet, kind: A}`
struct ContainerDiff: CheckType {
  static let type = "container.diff"

  enum Kind: String, CaseIterable {
    case added = "A"
    case changed = "C"
    case deleted = "D"
    case none
  }

  let name: String
  let path: String
  let kind: Kind

  init(_ fields: inout Fields) {
    name = fields.subjectString("name")
    path = fields.subjectString("path")
    kind = fields.choice("kind") ?? .added
  }

  var subjects: [String] { [name] }
  var sentence: Text {
    switch kind {
    case .added:
      Text(
        "container `\(name)` has added `\(path)` to its image",
        ko: "`\(name)` 컨테이너가 이미지에 없던 `\(path)`을(를) 추가했습니다")
    case .changed:
      Text("container `\(name)` has changed `\(path)`", ko: "`\(name)` 컨테이너가 `\(path)`을(를) 바꾸었습니다")
    case .deleted:
      Text("container `\(name)` has deleted `\(path)`", ko: "`\(name)` 컨테이너가 `\(path)`을(를) 지웠습니다")
    case .none:
      Text(
        "container `\(name)` has left `\(path)` alone",
        ko: "`\(name)` 컨테이너는 `\(path)`을(를) 건드리지 않았습니다")
    }
  }

  var probes: [Probe] { MissingFile.probes(path, of: name) }

  func judge(_ snapshot: Snapshot) -> Finding {
    guard snapshot.container(name) != nil else {
      return .fail(MissingContainer.failure(name, expected: sentence, in: snapshot))
    }
    guard case .lines(let lines) = snapshot.result(.containerDiff(name)) else {
      if case .failed(let reason) = snapshot.result(.containerDiff(name)) { return .error(reason) }
      return .error(Text("no difference could be read", ko: "차이를 읽을 수 없습니다"))
    }
    let line = lines.first { $0.dropFirst(2) == path }
    let found = line.map { Text("`\($0)`", ko: "`\($0)`") } ?? Text("unchanged", ko: "변경 없음")
    guard line.map({ String($0.prefix(1)) }) ?? "none" != kind.rawValue else {
      return .pass(found: found)
    }
    let causes =
      line == nil
      ? MissingFile.causes(path, of: name, in: snapshot)
        + FailedExec.causes(name, in: snapshot)
      : [
        Cause(
          "value.differs", "A is added, C changed, D deleted, compared with the image",
          ko: "이미지와 비교해 A는 추가, C는 변경, D는 삭제를 뜻합니다")
      ]
    return .fail(
      Failure(expected: sentence, found: found, causes: causes, look: "docker diff \(name)"))
  }
}
