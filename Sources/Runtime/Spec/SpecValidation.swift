// What a specification may not say, and what of it has no effect here.
//
// A value that cannot be honoured is an error, and names its field: a container that silently lacks
// what was asked for is worse than none. The specification makes an exception for fields that only
// some hosts can honour; those are warnings.
//
// Next: SpecValidation+Namespaces.swift.

import Glibc
import Linux
import Support

/// The judgement on a specification as a whole.
package struct SpecValidation {
  let spec: Spec
  /// What will have no effect.
  package private(set) var warnings: [Text] = []

  /// Judges `spec`. Throws `DklabError` for the first thing that cannot be done.
  package init(_ spec: Spec) throws {
    self.spec = spec
    try checkVersion()
    guard spec.linux != nil || spec.process != nil else {
      throw refusal("linux", "there is nothing to make a container of", "컨테이너를 만들 내용이 없습니다")
    }
    guard let root = spec.root, !root.path.isEmpty else {
      throw refusal("root.path", "is missing", "값이 없습니다")
    }
    guard File.isDirectory(root.path) else {
      throw refusal(
        "root.path", "\(root.path): no such directory", "\(root.path): 그런 디렉터리가 없습니다")
    }
    if let process = spec.process { try check(process) }
    for (index, mount) in (spec.mounts ?? []).enumerated() {
      try check(mount, "mounts[\(index)]")
    }
    try checkHooks()
    for key in (spec.annotations ?? [:]).keys where key.isEmpty {
      throw refusal("annotations", "a key must not be empty", "키는 비어 있으면 안 됩니다")
    }
    if let linux = spec.linux { try check(linux) }
    try checkNamespaces()
  }

  /// Judges a further process of a container with this specification.
  package init(process: SpecProcess, in spec: Spec) throws {
    self.spec = spec
    try check(process)
  }

  mutating func warn(_ en: String, _ ko: String) {
    warnings.append(Text(en, ko: ko))
  }

  func refusal(
    _ field: String, _ en: String, _ ko: String, code: ErrorCode = .invalid
  ) -> DklabError {
    DklabError(code, id: "spec.field", Text("\(field): \(en)", ko: "\(field): \(ko)"))
  }

  private func unsupported(_ field: String) -> DklabError {
    refusal(field, "is not supported", "지원하지 않습니다", code: .unsupported)
  }

  /// Any version 1: fields that a later one added are ignored or refused by themselves.
  private func checkVersion() throws {
    let parts = spec.ociVersion.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count >= 3, parts[0] == "1", Int(parts[1]) != nil else {
      throw refusal(
        "ociVersion", "unsupported version \"\(spec.ociVersion)\": 1.x.y is supported",
        "지원하지 않는 판 \"\(spec.ociVersion)\": 1.x.y를 지원합니다", code: .unsupported)
    }
  }

  private mutating func check(_ process: SpecProcess) throws {
    guard process.cwd.hasPrefix("/") else {
      throw refusal("process.cwd", "must be an absolute path", "절대 경로여야 합니다")
    }
    guard let first = process.args?.first, !first.isEmpty else {
      throw refusal("process.args", "must not be empty", "비어 있으면 안 됩니다")
    }
    var seen: Set<String> = []
    for (index, limit) in (process.rlimits ?? []).enumerated() {
      let field = "process.rlimits[\(index)]"
      guard ResourceLimit(rawValue: limit.type) != nil else {
        throw refusal(
          "\(field).type", "unknown value \"\(limit.type)\"", "알 수 없는 값 \"\(limit.type)\"")
      }
      guard seen.insert(limit.type).inserted else {
        throw refusal("\(field).type", "\(limit.type) is there twice", "\(limit.type)이(가) 두 번 나옵니다")
      }
      guard limit.soft <= limit.hard else {
        throw refusal("\(field).soft", "is greater than hard", "hard보다 큽니다")
      }
    }
    if let score = process.oomScoreAdj, !(-1000...1000).contains(score) {
      throw refusal("process.oomScoreAdj", "must be from -1000 to 1000", "-1000에서 1000 사이여야 합니다")
    }
    try checkSchedule(process)
    try check(process.user)
    try need(.appArmor, "process.apparmorProfile", process.apparmorProfile)
    try need(.selinux, "process.selinuxLabel", process.selinuxLabel)
  }

  /// A container without the confinement that was asked for is none.
  private func need(_ module: SecurityModule, _ field: String, _ label: String?) throws {
    guard !(label ?? "").isEmpty, !module.isEnabled else { return }
    let name = module == .appArmor ? "AppArmor" : "SELinux"
    throw refusal(
      field, "\(name) is not enabled on this machine", "이 컴퓨터에는 \(name)가 켜져 있지 않습니다",
      code: .unsupported)
  }

  private func check(_ user: SpecUser) throws {
    let ids =
      [("uid", user.uid), ("gid", user.gid)]
      + (user.additionalGids ?? []).map { ("additionalGids", $0) }
    for (name, id) in ids where id == UInt32.max {
      throw refusal(
        "process.user.\(name)", "\(id) stands for nobody: the kernel would leave it root's",
        "\(id)번은 아무도 아닙니다. 커널이 root의 것을 그대로 둡니다")
    }
  }

  private mutating func checkSchedule(_ process: SpecProcess) throws {
    if let priority = process.ioPriority {
      guard InputOutputPriority(className: priority.class, level: priority.priority ?? 0) != nil
      else {
        throw refusal(
          "process.ioPriority", "\(priority.class) \(priority.priority ?? 0) is no such priority",
          "\(priority.class) \(priority.priority ?? 0)은(는) 없는 우선순위입니다")
      }
    }
    if let scheduler = process.scheduler, SchedulingPolicy(scheduler) == nil {
      throw refusal(
        "process.scheduler", "unknown policy or flag in \(scheduler.policy)",
        "알 수 없는 정책이나 플래그입니다: \(scheduler.policy)")
    }
    _ = try process.execCPUAffinity?.sets()
  }

  private mutating func check(_ mount: SpecMount, _ field: String) throws {
    guard !mount.destination.isEmpty else {
      throw refusal("\(field).destination", "must not be empty", "비어 있으면 안 됩니다")
    }
    if !mount.destination.hasPrefix("/") {
      warn(
        "\(field).destination: \(mount.destination) should be absolute; taken from /",
        "\(field).destination: \(mount.destination)은(는) 절대 경로여야 합니다. /부터 센 것으로 봅니다")
    }
    let options = Set(mount.options ?? [])
    let parts = mount.destination.split(separator: "/").filter { $0 != "." }
    if parts.isEmpty && !options.contains("remount") {
      throw refusal("\(field).destination", "/ is the rootfs", "/는 rootfs입니다")
    }
    try checkOwnerMap(mount, options, field)
    if options.contains("tmpcopyup") && mount.type != "tmpfs" {
      throw refusal("\(field).options", "tmpcopyup is for tmpfs", "tmpcopyup은 tmpfs에만 씁니다")
    }
  }

  private func checkOwnerMap(
    _ mount: SpecMount, _ options: Set<String>, _ field: String
  ) throws {
    let own = [mount.uidMappings, mount.gidMappings].compactMap(\.self)
    guard !own.isEmpty || options.contains("idmap") || options.contains("ridmap") else { return }
    guard mount.type == "bind" || options.contains("bind") || options.contains("rbind") else {
      throw unsupported("\(field): mapping the owners of a \(mount.type ?? "new file system")")
    }
    let hasUser = spec.linux?.namespaces?.contains { $0.type == "user" } ?? false
    guard own.count == 2 || (own.isEmpty && hasUser) else {
      throw refusal(
        field, "idmap needs uidMappings and gidMappings, or a user namespace of the container",
        "idmap에는 uidMappings와 gidMappings가 모두 있거나 컨테이너의 user 네임스페이스가 있어야 합니다")
    }
    for range in own.joined() where range.size == 0 {
      throw refusal("\(field): a mapping's size", "must be greater than 0", "0보다 커야 합니다")
    }
  }

  private func checkHooks() throws {
    guard let hooks = spec.hooks else { return }
    for moment in HookMoment.allCases {
      for (index, hook) in hooks[moment].enumerated() {
        let field = "hooks.\(moment.rawValue)[\(index)]"
        guard hook.path.hasPrefix("/") else {
          throw refusal("\(field).path", "must be an absolute path", "절대 경로여야 합니다")
        }
        if let timeout = hook.timeout, timeout <= 0 {
          throw refusal("\(field).timeout", "must be greater than 0", "0보다 커야 합니다")
        }
      }
    }
  }

  private mutating func check(_ linux: SpecLinux) throws {
    if linux.intelRdt != nil { throw unsupported("linux.intelRdt") }
    if !(linux.netDevices ?? [:]).isEmpty { throw unsupported("linux.netDevices") }
    if let name = linux.rootfsPropagation, !name.isEmpty,
      MountFlags.propagationNames[name] == nil
    {
      throw refusal(
        "linux.rootfsPropagation", "unknown value \"\(name)\"", "알 수 없는 값 \"\(name)\"")
    }
    if let personality = linux.personality, Personality(personality) == nil {
      throw refusal(
        "linux.personality", "domain must be LINUX or LINUX32, and flags are not supported",
        "domain은 LINUX나 LINUX32여야 하고 flags는 지원하지 않습니다")
    }
    for (index, device) in (linux.devices ?? []).enumerated() {
      guard ["c", "b", "u", "p"].contains(device.type) else {
        throw refusal(
          "linux.devices[\(index)].type", "unknown value \"\(device.type)\": one of c, b, u, p",
          "알 수 없는 값 \"\(device.type)\": c, b, u, p 중 하나여야 합니다")
      }
      guard device.type == "p" || (device.major != nil && device.minor != nil) else {
        throw refusal("linux.devices[\(index)].major", "is missing", "값이 없습니다")
      }
    }
    for (field, paths) in [
      ("linux.maskedPaths", linux.maskedPaths), ("linux.readonlyPaths", linux.readonlyPaths),
    ] {
      for path in paths ?? [] where !path.hasPrefix("/") {
        throw refusal(field, "\(path) must be absolute", "\(path)은(는) 절대 경로여야 합니다")
      }
    }
    try need(.selinux, "linux.mountLabel", linux.mountLabel)
    if let resources = linux.resources { try check(resources) }
    if let seccomp = linux.seccomp { try check(seccomp) }
  }

  /// Limits that no kernel of today has, and those that a machine with cgroup v2 has not.
  private mutating func check(_ resources: SpecResources) throws {
    // Everybody reads over this one, which the specification recommends to nobody.
    if resources.memory?.kernel != nil {
      warn(
        "linux.resources.memory.kernel: gone from the kernel: no effect",
        "linux.resources.memory.kernel: 커널에서 없어진 기능이라 효과가 없습니다")
    }
    let devices = resources.blockIO?.weightDevice ?? []
    for (field, isAsked) in [
      ("blockIO.leafWeight", resources.blockIO?.leafWeight != nil),
      ("blockIO.weightDevice.leafWeight", devices.contains { $0.leafWeight != nil }),
    ] where isAsked {
      throw refusal(
        "linux.resources.\(field)", "gone from the kernel", "커널에서 없어진 기능입니다",
        code: .unsupported)
    }
    let onlyLegacy = [
      ("network.classID", resources.network?.classID != nil),
      ("network.priorities", !(resources.network?.priorities ?? []).isEmpty),
      ("cpu.realtimeRuntime", (resources.cpu?.realtimeRuntime ?? 0) != 0),
      ("cpu.realtimePeriod", (resources.cpu?.realtimePeriod ?? 0) != 0),
      ("memory.kernelTCP", (resources.memory?.kernelTCP ?? 0) != 0),
    ].filter(\.1).map(\.0)
    guard !onlyLegacy.isEmpty, CgroupLayout.observe().kind == .v2 else { return }
    for field in onlyLegacy {
      throw refusal(
        "linux.resources.\(field)", "cgroup v2 has none", "cgroup v2에는 없는 기능입니다",
        code: .unsupported)
    }
  }
}
