import Glibc
import Linux
import Support

extension SpecValidation {
  /// Namespaces, and everything that makes sense only in one of one's own.
  func checkNamespaces() throws {
    var kinds: Set<Namespace> = []
    for (index, entry) in (spec.linux?.namespaces ?? []).enumerated() {
      let field = "linux.namespaces[\(index)]"
      guard let kind = Namespace(rawValue: entry.type) else {
        let known = Namespace.allCases.map(\.rawValue).joined(separator: ", ")
        throw refusal(
          "\(field).type", "unknown value \"\(entry.type)\": one of \(known)",
          "알 수 없는 값 \"\(entry.type)\": \(known) 중 하나여야 합니다")
      }
      guard kinds.insert(kind).inserted else {
        throw refusal("\(field).type", "\(entry.type) is there twice", "\(entry.type)이(가) 두 번 나옵니다")
      }
      if let path = entry.joinedPath {
        guard path.hasPrefix("/") else {
          throw refusal("\(field).path", "must be an absolute path", "절대 경로여야 합니다")
        }
        guard File.exists(path) else {
          throw refusal("\(field).path", "\(path): no such file", "\(path): 그런 파일이 없습니다")
        }
      }
    }
    // Without one, everything below would be mounted on the host.
    guard kinds.contains(.mount) else {
      throw refusal(
        "linux.namespaces", "a container needs a mount namespace",
        "컨테이너에는 mount 네임스페이스가 있어야 합니다", code: .unsupported)
    }
    try checkMappings(kinds)
    try need(.uts, in: kinds, if: !(spec.hostname ?? "").isEmpty, "hostname")
    try need(.uts, in: kinds, if: !(spec.domainname ?? "").isEmpty, "domainname")
    try need(.time, in: kinds, if: !(spec.linux?.timeOffsets ?? [:]).isEmpty, "linux.timeOffsets")
    for clock in (spec.linux?.timeOffsets ?? [:]).keys
    where !["monotonic", "boottime"].contains(clock) {
      throw refusal(
        "linux.timeOffsets", "unknown clock \"\(clock)\": monotonic or boottime",
        "알 수 없는 시계 \"\(clock)\": monotonic이나 boottime이어야 합니다")
    }
    let time = spec.linux?.namespaces?.first { $0.type == "time" }
    if let path = time?.joinedPath, !(spec.linux?.timeOffsets ?? [:]).isEmpty {
      throw refusal(
        "linux.timeOffsets", "the clocks of the namespace at \(path) are set already",
        "\(path) 네임스페이스의 시계는 이미 정해져 있습니다")
    }
    try checkSysctls(kinds)
  }

  private func need(
    _ kind: Namespace, in kinds: Set<Namespace>, if isAsked: Bool, _ field: String
  ) throws {
    guard isAsked, !kinds.contains(kind) else { return }
    throw refusal(
      field, "needs a \(kind.rawValue) namespace in linux.namespaces",
      "linux.namespaces에 \(kind.rawValue) 네임스페이스가 있어야 합니다")
  }

  private func checkMappings(_ kinds: Set<Namespace>) throws {
    let user = spec.linux?.namespaces?.first { $0.type == "user" }
    for (field, map) in [
      ("linux.uidMappings", spec.linux?.uidMappings),
      ("linux.gidMappings", spec.linux?.gidMappings),
    ] {
      let isEmpty = (map ?? []).isEmpty
      try need(.user, in: kinds, if: !isEmpty, field)
      if let user, user.joinedPath == nil, isEmpty {
        throw refusal(
          field, "a new user namespace needs id mappings", "새 user 네임스페이스에는 ID 매핑이 필요합니다")
      }
      for (index, range) in (map ?? []).enumerated() where range.size == 0 {
        throw refusal("\(field)[\(index)].size", "must be greater than 0", "0보다 커야 합니다")
      }
    }
  }

  private func checkSysctls(_ kinds: Set<Namespace>) throws {
    for key in (spec.linux?.sysctl ?? [:]).keys.sorted() {
      let field = "linux.sysctl.\(key)"
      let (kind, entry) = try Sysctl.owner(of: key, among: spec.linux?.namespaces ?? [])
      // A path may lead to the host's own.
      if let path = entry.joinedPath, Self.isOwn(path, kind) {
        throw refusal(
          field, "the \(kind.rawValue) namespace at \(path) is the host's",
          "\(path)의 \(kind.rawValue) 네임스페이스는 호스트의 것입니다")
      }
    }
  }

  private static func isOwn(_ path: String, _ kind: Namespace) -> Bool {
    var info = stat()
    guard stat(path, &info) == 0, let own = try? kind.inode() else { return false }
    return UInt64(info.st_ino) == own
  }
}

extension SpecNamespace {
  /// The namespace to join; nil for a new one. An empty path says the same as none.
  package var joinedPath: String? {
    path.flatMap { $0.isEmpty ? nil : $0 }
  }
}

/// Kernel settings by name (sysctl(8)).
package enum Sysctl {
  /// `net/ipv4/conf/eth0.100/forwarding` in the spelling with dots, where a slash stands for a dot
  /// of a name.
  static func dotted(_ key: String) -> String {
    guard let first = key.first(where: { $0 == "." || $0 == "/" }), first == "/" else { return key }
    return String(key.map { $0 == "/" ? "." : $0 == "." ? "/" : $0 })
  }

  /// The file of a setting.
  package static func path(_ key: String) -> String {
    "/proc/sys/" + String(dotted(key).map { $0 == "." ? "/" : $0 == "/" ? "." : $0 })
  }

  /// The one of `namespaces` that the setting `key` belongs to. Throws `DklabError` when it would change
  /// the host.
  static func owner(
    of key: String, among namespaces: [SpecNamespace]
  ) throws -> (kind: Namespace, entry: SpecNamespace) {
    guard let kind = namespace(of: dotted(key)) else {
      throw DklabError(
        .unsupported, id: "spec.field",
        Text(
          "linux.sysctl.\(key): is not a setting of a namespace: it would change the host",
          ko: "linux.sysctl.\(key): 네임스페이스에 속한 설정이 아니라 호스트를 바꾸게 됩니다"))
    }
    guard let entry = namespaces.first(where: { $0.type == kind.rawValue }) else {
      throw DklabError(
        .invalid, id: "spec.field",
        Text(
          "linux.sysctl.\(key): needs a \(kind.rawValue) namespace in linux.namespaces: it would change "
            + "the host",
          ko: "linux.sysctl.\(key): linux.namespaces에 \(kind.rawValue) 네임스페이스가 없으면 호스트를 바꾸게 됩니다"))
    }
    return (kind, entry)
  }

  /// The kind of namespace a setting belongs to; nil when it is one of the whole machine. A name whose
  /// path would lead up (`net/../kernel/core_pattern`) is nobody's.
  static func namespace(of name: String) -> Namespace? {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    if parts.contains(where: { $0.allSatisfy { $0 == "/" } }) { return nil }
    if name.hasPrefix("net.") { return .network }
    if name.hasPrefix("fs.mqueue.") { return .ipc }
    let ipc = [
      "msgmax", "msgmnb", "msgmni", "sem", "shmall", "shmmax", "shmmni", "shm_rmid_forced",
    ]
    if ipc.contains(where: { name == "kernel.\($0)" }) { return .ipc }
    return ["kernel.domainname", "kernel.hostname"].contains(name) ? .uts : nil
  }
}
