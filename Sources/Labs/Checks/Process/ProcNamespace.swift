import Documents
import Support

/// `proc.ns: {name: sleeper, kind: net, is: different}`: whether a container shares a namespace
/// with the host or with another container. Compared by inode number (namespaces(7)).
struct ProcNamespace: CheckType {
  static let type = "proc.ns"

  enum Kind: String, CaseIterable { case pid, mnt, uts, ipc, net, cgroup, user }
  enum Relation: String, CaseIterable { case same, different }

  let name: String
  let kind: Kind
  let relation: Relation
  let other: String?

  init(_ fields: inout Fields) {
    name = fields.subjectString("name")
    kind = fields.choice("kind") ?? .pid
    relation = fields.choice("is") ?? .different
    other = fields.string("as")
  }

  private var partner: Text {
    other.map { Text("container `\($0)`", ko: "`\($0)` 컨테이너") } ?? Text("the host", ko: "호스트")
  }

  var subjects: [String] { [name] }
  var sentence: Text {
    relation == .same
      ? Text(
        "`\(name)` shares the \(kind.rawValue) namespace with \(partner.en)",
        ko: "`\(name)`은(는) \(partner.ko)와 \(kind.rawValue) 네임스페이스를 함께 씁니다")
      : Text(
        "`\(name)` has another \(kind.rawValue) namespace than \(partner.en)",
        ko: "`\(name)`의 \(kind.rawValue) 네임스페이스는 \(partner.ko)와 다릅니다")
  }

  var probes: [Probe] { Self.probes(name, other) }

  static func probes(_ name: String, _ other: String?) -> [Probe] {
    [.process(name), other.map { .process($0) } ?? .host]
  }

  func judge(_ snapshot: Snapshot) -> Finding {
    switch Self.relation(name, kind, other, in: snapshot) {
    case .failure(let stop): return stop.finding(expected: sentence, in: snapshot)
    case .success(let found):
      let text = Text(found.rawValue, ko: found == .same ? "같음" : "다름")
      if found == relation { return .pass(found: text) }
      return .fail(
        Failure(
          expected: sentence, found: text,
          causes: DecidingOption.causes("HostConfig.NetworkMode", of: name, in: snapshot),
          look: "docker exec \(name) readlink /proc/1/ns/\(kind.rawValue)"))
    }
  }

  /// Whether the two share the namespace, or why that cannot be said.
  static func relation(
    _ name: String, _ kind: Kind, _ other: String?, in snapshot: Snapshot
  ) -> Result<Relation, ProcessUnknown> {
    var inodes: [UInt64] = []
    for probe in probes(name, other) {
      switch ProcessUnknown.facts(probe, in: snapshot) {
      case .failure(let reason): return .failure(reason)
      case .success(let facts):
        guard let inode = facts.namespaces[kind.rawValue] else {
          return .failure(.error(Text("no \(kind) namespace", ko: "\(kind) 네임스페이스가 없습니다")))
        }
        inodes.append(inode)
      }
    }
    return .success(inodes[0] == inodes[1] ? .same : .different)
  }
}
