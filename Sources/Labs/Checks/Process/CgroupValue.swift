import Documents
import Support

/// `cgroup.value: {name: app, limit: memory, is: 64m}`: what the kernel enforces, whatever was
/// asked for; or any file of the group, `{name: app, file: memory.high, is: max}`.
struct CgroupValue: ContainerValueCheck {
  static let type = "cgroup.value"

  enum Limit: String, CaseIterable { case memory, pids, cpus }

  let name: String
  let limit: String
  let comparison: Comparison

  init(_ fields: inout Fields) {
    name = fields.subjectString("name")
    let file = fields.string("file")
    let kind: Limit? = fields.choice("limit")
    comparison = Comparison.required(&fields)
    limit = file ?? kind?.rawValue ?? Limit.memory.rawValue
    guard let file else { return }
    if kind != nil || !file.contains(".") || file.contains("/") {
      fields.report(
        "lab.wrong-kind",
        Text(
          "`file` is a file of the group such as `memory.high`, instead of `limit`",
          ko: "`file`에는 `limit` 대신 `memory.high` 같은 파일 이름을 씁니다"),
        at: fields.location(of: "file"))
    }
  }

  var sentence: Text {
    limit.contains(".")
      ? Text(
        "`\(limit)` of the control group of `\(name)` is \(comparison.text.en)",
        ko: "`\(name)` 컨트롤 그룹의 `\(limit)`은(는) \(comparison.text.ko)입니다")
      : Text(
        "the \(limit) limit of `\(name)` is \(comparison.text.en)",
        ko: "`\(name)`의 \(limit) 제한은 \(comparison.text.ko)입니다")
  }

  private var probe: Probe { .cgroup(container: name, limit: limit) }
  var probes: [Probe] { [probe] }
  var look: String { "docker inspect \(name)" }

  func read(_ container: ContainerView, _ snapshot: Snapshot) -> Reading {
    running(container, snapshot) {
      switch snapshot.result(probe) {
      case .failed(let reason): .error(reason)
      case .text(let text): .value(.string(text))
      default: .error(Text("no control group could be read", ko: "컨트롤 그룹을 읽을 수 없습니다"))
      }
    }
  }

  func causes(of value: JSONValue, _ snapshot: Snapshot) -> [Cause] {
    let path =
      switch limit.prefix(while: { $0 != "." }) {
      case "pids": "HostConfig.PidsLimit"
      case "cpus", "cpu": "HostConfig.NanoCpus"
      default: "HostConfig.Memory"
      }
    return DecidingOption.causes(path, of: name, in: snapshot)
  }
}
