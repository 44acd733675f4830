import Documents
import Support

/// `volume.exists: db_data`
struct VolumeExists: CheckType {
  static let type = "volume.exists"
  static let shorthand: String? = "name"
  let name: String

  init(_ fields: inout Fields) { name = fields.subjectString("name") }

  var sentence: Text { Text("there is a volume `\(name)`", ko: "`\(name)` 볼륨이 있습니다") }

  func judge(_ snapshot: Snapshot) -> Finding {
    guard snapshot.volumes.contains(name) else {
      return .fail(MissingVolume.failure(name, expected: sentence, in: snapshot))
    }
    return .pass(found: Text("there", ko: "있음"))
  }
}

/// `volume.absent: db_data`
struct VolumeAbsent: CheckType {
  static let type = "volume.absent"
  static let shorthand: String? = "name"
  let name: String

  init(_ fields: inout Fields) { name = fields.subjectString("name") }

  var sentence: Text { Text("there is no volume `\(name)`", ko: "`\(name)` 볼륨이 없습니다") }

  func judge(_ snapshot: Snapshot) -> Finding {
    guard snapshot.volumes.contains(name) else { return .pass(found: Text("none", ko: "없음")) }
    let users = snapshot.allContainers.filter { container in
      (container.inspect["Mounts"]?.array ?? []).contains { $0["Name"]?.string == name }
    }.map { "`\($0.name)`" }.joined(separator: ", ")
    let cause =
      users.isEmpty
      ? Cause(
        "value.differs", "nothing has removed it; a volume outlives its containers",
        ko: "아직 삭제하지 않았습니다. 볼륨은 컨테이너보다 오래 남습니다")
      : Cause(
        "value.differs", "containers still use it: \(users)", ko: "아직 사용하는 컨테이너가 있습니다: \(users)")
    return .fail(
      Failure(
        expected: sentence, found: Text("it is there", ko: "볼륨이 있음"), causes: [cause],
        look: "docker ps -a --filter volume=\(name)"))
  }
}

/// `volume.file: {name: db_data, path: post.txt, contains: hello}`
struct VolumeFile: CheckType {
  static let type = "volume.file"
  let name: String
  let path: String
  let comparison: Comparison?

  init(_ fields: inout Fields) {
    name = fields.subjectString("name")
    path = fields.subjectString("path")
    comparison = Comparison(&fields)
  }

  var sentence: Text {
    guard let comparison else {
      return Text("volume `\(name)` has a file `\(path)`", ko: "`\(name)` 볼륨에 `\(path)` 파일이 있습니다")
    }
    return Text(
      "`\(path)` in volume `\(name)` holds \(comparison.text.en)",
      ko: "`\(name)` 볼륨의 `\(path)` 내용은 \(comparison.text.ko)입니다")
  }

  private var probe: Probe { .volumeFile(volume: name, path: path) }
  var probes: [Probe] { [probe] }

  func judge(_ snapshot: Snapshot) -> Finding {
    guard snapshot.volumes.contains(name) else {
      return .fail(MissingVolume.failure(name, expected: sentence, in: snapshot))
    }
    switch snapshot.result(probe) {
    case .failed(let reason): return .error(reason)
    case .file(let text, _, _):
      let content = JSONValue.string(text)
      let found = Text(content.quoted, ko: content.quoted)
      guard comparison?.holds(for: content) == false else { return .pass(found: found) }
      return fail(
        found,
        Cause(
          "value.differs", "the file is there, with other content", ko: "파일은 있지만 내용이 다릅니다"))
    default:
      return fail(
        Text("no such file", ko: "파일 없음"),
        Cause(
          "file.missing",
          "nothing has written `\(path)` there: only what a container writes below the place where "
            + "the volume is mounted goes into it",
          ko: "`\(path)`을(를) 쓴 적이 없습니다. 볼륨이 마운트된 위치 아래에 쓴 것만 볼륨에 남습니다"))
    }
  }

  private func fail(_ found: Text, _ cause: Cause) -> Finding {
    .fail(
      Failure(
        expected: sentence, found: found, causes: [cause],
        look: "docker run --rm -v \(name):/v busybox ls -l /v"))
  }
}

/// Why there is no volume of a name.
enum MissingVolume {
  static func failure(_ name: String, expected: Text, in snapshot: Snapshot) -> Failure {
    Failure(
      expected: expected, found: Text("no volume `\(name)`", ko: "`\(name)` 볼륨이 없음"),
      causes: [cause(name, in: snapshot)], look: "docker ps -a")
  }

  private static func cause(_ name: String, in snapshot: Snapshot) -> Cause {
    let gone = snapshot.journal.last { $0.kind == "volume.remove" && $0.name == name }
    if let gone {
      let command = snapshot.story.command(behind: gone)
      return Cause(
        "volume.removed",
        "it was removed at \(clockTime(gone.time))" + (command.map { " by `\($0)`" } ?? ""),
        ko: "\(clockTime(gone.time))에 " + (command.map { "`\($0)` 명령으로 " } ?? "") + "삭제되었습니다")
    }
    if let near = Suggestion.nearest(to: name, in: snapshot.volumes.sorted()) {
      return Cause("volume.missing", "there is one named `\(near)`", ko: "`\(near)`이라는 볼륨은 있습니다")
    }
    return Cause(
      "volume.missing", "no container was run with `-v \(name):…`",
      ko: "`-v \(name):…` 옵션으로 실행한 컨테이너가 없습니다")
  }
}
