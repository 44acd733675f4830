import Support

/// `script: {run: …}`: bash commands of the lab's author, the last resort.
struct ScriptCheck: CheckType {
  static let type = "script"
  static let shorthand: String? = "run"
  let run: String

  init(_ fields: inout Fields) { run = fields.requiredString("run") }

  var sentence: Text { Text("the lab's own script passes", ko: "실습 스크립트를 통과합니다") }
  var probes: [Probe] { [.script(run)] }

  func judge(_ snapshot: Snapshot) -> Finding {
    switch snapshot.result(.script(run)) {
    case .output(0, let text): return .pass(found: Text(text.trimmed, ko: text.trimmed))
    case .output(1, let text):
      let line = text.split(separator: "\n").first.map(String.init) ?? ""
      return .fail(
        Failure(
          expected: sentence, found: Text(line, ko: line),
          causes: [Cause("value.differs", line, ko: line)]))
    case .output(let status, let text):
      return .error(
        Text(
          "the lab's script ended with status \(status): \(text.trimmed)",
          ko: "실습 스크립트가 종료 코드 \(status)(으)로 끝났습니다: \(text.trimmed)"))
    case .failed(let reason): return .error(reason)
    default: return .error(Text("the lab's script did not run", ko: "실습 스크립트를 실행하지 못했습니다"))
    }
  }
}
