import Documents
import Support

/// `container.exec: {name: box, command: [id, -nG, student], contains: docker}`
struct ContainerExec: CheckType {
  static let type = "container.exec"
  let name: String
  let command: [String]
  let status: Int
  let comparison: Comparison?

  init(_ fields: inout Fields) {
    name = fields.subjectString("name")
    command = fields.strings("command") ?? []
    if case .sequence(let words)? = fields.entry("command")?.kind {
      for word in words {
        for path in Self.paths(in: word.text ?? "") {
          fields.mention(path, word.location, inParts: true)
        }
      }
    }
    // A line of a shell would be looked for as a program of that name.
    if command.count == 1, command[0].trimmed.contains(where: \.isWhitespace) {
      let words = command[0].split(whereSeparator: \.isWhitespace).joined(separator: ", ")
      fields.report(
        "lab.wrong-kind",
        Text(
          "`command` takes a list of words, not a line", ko: "`command`에는 한 줄이 아니라 낱말의 목록이 옵니다"),
        hint: Text(
          "`[\(words)]`, or `[sh, -c, \"…\"]` for a line of the shell",
          ko: "`[\(words)]`처럼 쓰고, 셸 명령은 `[sh, -c, \"…\"]`(으)로 씁니다"),
        at: fields.location(of: "command"))
    }
    status = fields.integer("exit") ?? 0
    comparison = Comparison(&fields)
    if command.isEmpty || command[0].trimmed.isEmpty {
      fields.report(
        "lab.missing-key",
        Text("\(fields.subject) needs `command`", ko: "\(fields.subject)에 `command`가 필요합니다"))
    }
  }

  /// Where every system has the same, which no lab has to tell of.
  private static let known = ["/proc/", "/sys/", "/dev/", "/bin/", "/usr/bin/", "/sbin/"]

  /// The paths in a word of the command, which may be a line of a shell.
  private static func paths(in word: String) -> [String] {
    word.split { $0.isWhitespace || ";|&()<>'\"`=".contains($0) }.map(String.init).filter { path in
      path.hasPrefix("/") && path.count > 1 && !path.contains { "*?[$".contains($0) }
        && !known.contains(where: path.hasPrefix)
    }
  }

  private var line: String { command.joined(separator: " ") }

  var subjects: [String] { [name] }
  var sentence: Text {
    guard let comparison else {
      return Text(
        "`\(line)` in container `\(name)` ends with status \(status)",
        ko: "`\(name)` 컨테이너에서 `\(line)`의 종료 코드는 \(status)입니다")
    }
    return Text(
      "`\(line)` in container `\(name)` prints \(comparison.text.en)",
      ko: "`\(name)` 컨테이너에서 `\(line)`의 출력은 \(comparison.text.ko)입니다")
  }

  var probes: [Probe] { [.containerExec(container: name, command: command)] }
  var patience: Duration { .seconds(2) }

  func judge(_ snapshot: Snapshot) -> Finding {
    guard let container = snapshot.container(name) else {
      return .fail(MissingContainer.failure(name, expected: sentence, in: snapshot))
    }
    guard container.isRunning else {
      return .fail(
        Failure(
          expected: sentence,
          found: Text(
            "`\(name)` is \(container.status)", ko: "`\(name)`은(는) \(container.status) 상태"),
          causes: StoppedContainer.causes(container, in: snapshot), look: "docker ps -a"))
    }
    switch snapshot.result(.containerExec(container: name, command: command)) {
    case .failed(let reason): return .error(reason)
    case .output(let ended, let text):
      let output = JSONValue.string(text)
      let holds = ended == status && comparison?.holds(for: output) != false
      let found = Text(
        "status \(ended), \(output.quoted)", ko: "종료 코드 \(ended), \(output.quoted)")
      guard !holds else { return .pass(found: found) }
      return .fail(
        Failure(
          expected: sentence, found: found,
          causes: [
            Cause(
              "value.differs", "`\(line)` was run in the container just now",
              ko: "방금 컨테이너 안에서 `\(line)`을(를) 실행한 결과입니다")
          ], look: "docker exec \(name) \(line)"))
    default: return .error(Text("`\(line)` could not be run", ko: "`\(line)`을(를) 실행할 수 없습니다"))
    }
  }
}
