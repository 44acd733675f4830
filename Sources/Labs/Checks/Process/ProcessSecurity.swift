import Documents
import Support

/// `proc.caps: {name: app, lacks: [CAP_NET_RAW]}`
struct ProcCapabilities: CheckType {
  static let type = "proc.caps"
  let name: String
  let has: [String]
  let lacks: [String]

  init(_ fields: inout Fields) {
    name = fields.subjectString("name")
    has = (fields.strings("has") ?? []).map(Self.canonical)
    lacks = (fields.strings("lacks") ?? []).map(Self.canonical)
    if has.isEmpty && lacks.isEmpty {
      fields.report(
        "lab.missing-key",
        Text("`proc.caps` needs `has` or `lacks`", ko: "`proc.caps`에 `has`나 `lacks`가 필요합니다"))
    }
  }

  private static func canonical(_ capability: String) -> String {
    let upper = capability.uppercased()
    return upper.hasPrefix("CAP_") ? upper : "CAP_" + upper
  }

  var subjects: [String] { [name] }
  var sentence: Text {
    let wanted = (has.map { "+\($0)" } + lacks.map { "-\($0)" }).joined(separator: " ")
    return Text(
      "the capabilities of `\(name)` are right: \(wanted)",
      ko: "`\(name)`의 권한(capability): \(wanted)")
  }

  var probes: [Probe] { [.process(name)] }

  func judge(_ snapshot: Snapshot) -> Finding {
    switch ProcessUnknown.facts(.process(name), in: snapshot) {
    case .failure(let stop): return stop.finding(expected: sentence, in: snapshot)
    case .success(let facts):
      let held = Set(facts.capabilities)
      let absent = has.filter { !held.contains($0) }
      let extra = lacks.filter { held.contains($0) }
      let list = facts.capabilities.joined(separator: " ")
      if absent.isEmpty && extra.isEmpty { return .pass(found: Text(list, ko: list)) }
      return .fail(
        Failure(
          expected: sentence,
          found: Text(
            (absent.map { "no \($0)" } + extra.map { "has \($0)" }).joined(separator: ", "),
            ko: (absent.map { "\($0) 없음" } + extra.map { "\($0) 있음" }).joined(separator: ", ")),
          causes: DecidingOption.causes("HostConfig.CapAdd", of: name, in: snapshot),
          look: "docker exec \(name) grep Cap /proc/1/status"))
    }
  }
}

/// `proc.seccomp: {name: app, is: filter}`
struct ProcSeccomp: CheckType {
  static let type = "proc.seccomp"

  enum Mode: String, CaseIterable { case off, filter }

  let name: String
  let mode: Mode

  init(_ fields: inout Fields) {
    name = fields.subjectString("name")
    mode = fields.choice("is") ?? .filter
  }

  var subjects: [String] { [name] }
  var sentence: Text {
    Text("seccomp of `\(name)`: \(mode.rawValue)", ko: "`\(name)`의 seccomp: \(mode.rawValue)")
  }

  var probes: [Probe] { [.process(name)] }

  func judge(_ snapshot: Snapshot) -> Finding {
    switch ProcessUnknown.facts(.process(name), in: snapshot) {
    case .failure(let stop): return stop.finding(expected: sentence, in: snapshot)
    case .success(let facts):
      let found = facts.seccomp == 2 ? Mode.filter : .off
      let text = Text(found.rawValue, ko: found.rawValue)
      if found == mode { return .pass(found: text) }
      return .fail(
        Failure(
          expected: sentence, found: text,
          causes: DecidingOption.causes("HostConfig.Privileged", of: name, in: snapshot),
          look: "docker exec \(name) grep Seccomp /proc/1/status"))
    }
  }
}
