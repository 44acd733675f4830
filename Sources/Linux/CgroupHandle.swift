// A container's control group, whatever the machine's layout.
//
// The group is made before the container's process, and the process enters it on its own account,
// as its first act. That is not a matter of taste: to move *another* process, the kernel must hold
// every fork on the machine, which begins with an RCU grace period of 10 to 15 milliseconds; a
// single-threaded process that moves *itself* (0 written to `tasks`, v1) or is born in the group
// (CLONE_INTO_CGROUP, v2) needs none of that and is done in a tenth of one.
//
//   parent: create, openForClone     child: enter(born: true), unshare(CLONE_NEWCGROUP), the rest
//
// The cgroup namespace comes after entering, because its root is the group one is in at that time.
//
// Next: Cgroup+V1.swift and Cgroup+V2.swift.

import CLinux
import Glibc
import Support

/// A container's control group: the directories that make it up, in one hierarchy or in several.
/// Codable, so that it can be kept in a container's record and used by a later process. Without
/// any directory, as for an ordinary user without delegation, every operation does nothing.
package struct CgroupHandle: Sendable, Hashable, Codable {
  /// `dklab/default/1f2e…`, without a leading slash.
  package let path: String
  /// The directory for each v1 controller; several may share one. Empty on v2.
  package var directories: [String: String] = [:]
  /// The directory in the unified hierarchy, if one is used.
  package var unified: String?
  /// Whether pausing holds the group now.
  package var isFrozen: Bool {
    if let unified { return Self.field("frozen", in: "\(unified)/cgroup.events") == 1 }
    guard let freezer = directories["freezer"] else { return false }
    let state = (try? File.text("\(freezer)/freezer.state", limit: 64)) ?? ""
    return state.hasPrefix("FROZEN") || state.hasPrefix("FREEZING")
  }

  /// The group in which nothing is limited: no directory at all.
  package static func unlimited(path: String) -> CgroupHandle { CgroupHandle(path: path) }

  private init(path: String) { self.path = path }

  /// The group that process `pid` is in, whoever made it.
  package static func of(process pid: pid_t) throws -> CgroupHandle {
    let layout = CgroupLayout.observe()
    let places = CgroupLayout.membershipPaths(try File.text("/proc/\(pid)/cgroup"))
    var group = CgroupHandle(path: places[""] ?? "/")
    for hierarchy in layout.hierarchies where !hierarchy.isUnified {
      for controller in hierarchy.controllers {
        group.directories[controller] = places[controller].map { hierarchy.base + $0 }
      }
    }
    group.unified = layout.unified.map { $0.base + group.path }
    return group
  }

  /// Makes the group and sets its limits. What this machine cannot do is in `warnings`; a value the
  /// kernel refuses is an error, and then nothing is left behind.
  package static func create(
    _ layout: CgroupLayout, path: String, resources: CgroupResources
  ) throws -> (cgroup: CgroupHandle, warnings: [Text]) {
    var group = CgroupHandle(path: path)
    guard !layout.hierarchies.isEmpty else {
      if let reason = layout.limitation, resources.isExact, !resources.limiting.isUnlimited {
        throw DklabError(.unsupported, id: "cgroup.unsupported", reason)
      }
      return (group, resources.isUnlimited ? [] : [layout.limitation].compactMap(\.self))
    }
    do {
      let warnings = try group.build(layout, resources)
      return (group, warnings)
    } catch {
      try? group.remove()
      throw error
    }
  }

  private mutating func build(_ layout: CgroupLayout, _ resources: CgroupResources) throws
    -> [Text]
  {
    var warnings: [Text] = []
    for controller in resources.legacyControllers {
      guard let hierarchy = layout.hierarchy(of: controller) else { continue }
      if hierarchy.isUnified { continue }
      let directory = "\(hierarchy.base)/\(path)"
      if controller == "cpuset" || !directories.values.contains(directory) {
        try Self.makeLegacy(directory, controller: controller, base: hierarchy.base)
      }
      directories[controller] = directory
    }
    if let hierarchy = layout.unified {
      unified = "\(hierarchy.base)/\(path)"
      try makeUnified(hierarchy)
    }
    var resources = resources
    for controller in resources.requestedControllers
    where directories[controller] == nil && !(layout.unified?.has(controller) ?? false) {
      if resources.isExact && resources.limiting.requestedControllers.contains(controller) {
        throw DklabError(
          .unsupported, id: "cgroup.unsupported",
          Text(
            "a limit needs the \(controller) controller, which is not available here",
            ko: "제한에 필요한 \(controller) 컨트롤러를 여기서는 쓸 수 없습니다"))
      }
      warnings.append(.noController(controller))
      resources.dropLimits(of: controller)
    }
    return warnings + (try apply(resources))
  }

  /// Changes the limits (`docker update`); nil fields stay as they are. Devices do not change.
  package func update(_ resources: CgroupResources) throws -> [Text] {
    var resources = resources
    resources.devices = nil
    return try apply(resources)
  }

  private func apply(_ resources: CgroupResources) throws -> [Text] {
    var writer = CgroupWriter(isExact: resources.isExact)
    if !directories.isEmpty { try applyLegacy(resources, &writer) }
    if unified != nil { try applyUnified(resources, &writer) }
    for setting in resources.settings {
      guard let directory = unified ?? directories[setting.controller] else { continue }
      if setting.isOptional && !File.exists("\(directory)/\(setting.file)") { continue }
      try writer.write(
        "\(directory)/\(setting.file)", setting.value,
        orWarn: .kernelLacks(setting.file, ko: setting.file))
    }
    return writer.warnings
  }

  /// Moves the calling process into the group: cheap, but the process must be single-threaded.
  /// `born` says that clone3(2) has put it into the unified group already.
  package func enter(born: Bool = false) throws {
    for directory in Set(directories.values) {
      try File.command("\(directory)/tasks", "0")
    }
    if let unified, !born { try File.command("\(unified)/cgroup.procs", "0") }
  }

  /// The directory to give clone3(2) as CLONE_INTO_CGROUP; nil when there is no unified group.
  package func openForClone() throws -> FileDescriptor? {
    guard let unified else { return nil }
    return try FileDescriptor.open(unified, O_RDONLY | O_DIRECTORY)
  }

  /// Moves a process, with all its threads, into the group; its later children are born there.
  /// Costs a grace period: see `enter()`.
  package func add(_ process: pid_t) throws {
    for directory in allDirectories {
      try File.command("\(directory)/cgroup.procs", String(process))
    }
  }

  /// The ids, in the caller's pid namespace, of the processes in the group and below.
  package func processes() throws -> [pid_t] {
    guard let directory = memberDirectory else { return [] }
    return Self.processes(below: directory)
  }

  /// Kills every process in the group and below, frozen or not, and returns when none is left or
  /// `attempts` rounds of about 2 ms have passed; the result is whether none is left.
  @discardableResult
  package func killAll(attempts: Int = 500) throws -> Bool {
    guard memberDirectory != nil else { return true }
    // Of a list that was read empty nobody is left who could fork.
    if try processes().isEmpty { return true }
    if let unified, (try? File.command("\(unified)/cgroup.kill", "1")) != nil {
      return try waitUntilEmpty(attempts)
    }
    // Frozen, they cannot fork while the list is read; a signal waits until they are let go.
    try? freeze()
    for process in try processes() { kill(process, SIGKILL) }
    try? thaw()
    return try waitUntilEmpty(attempts)
  }

  private func waitUntilEmpty(_ attempts: Int) throws -> Bool {
    for _ in 0..<attempts {
      let left = try processes()
      if left.isEmpty { return true }
      for process in left { kill(process, SIGKILL) }
      usleep(2000)
    }
    return try processes().isEmpty
  }

  /// Removes the group and what a container made below it. The kernel lets go of a group some time
  /// after its last process: waits for that at most about a second, then fails with `EBUSY`.
  /// `pruning` removes the directories above as well, up to the hierarchy's base, if empty.
  package func remove(pruning: Bool = false) throws {
    for directory in allDirectories {
      try Self.removeTree(directory)
      guard pruning else { continue }
      var parent = directory
      for _ in path.split(separator: "/").dropLast() {
        guard let slash = parent.lastIndex(of: "/") else { break }
        parent = String(parent[..<slash])
        if rmdir(parent) != 0 { break }
      }
    }
  }

  private static func removeTree(_ directory: String) throws {
    if rmdir(directory) == 0 || errno == ENOENT { return }
    for name in (try? Directory.list(directory)) ?? [] {
      let child = "\(directory)/\(name)"
      if File.isDirectory(child) { try removeTree(child) }
    }
    for _ in 0..<500 {
      if rmdir(directory) == 0 || errno == ENOENT { return }
      guard errno == EBUSY else { break }
      usleep(2000)
    }
    throw SyscallError("rmdir", directory)
  }

  private static func processes(below directory: String) -> [pid_t] {
    let text = (try? File.text("\(directory)/cgroup.procs")) ?? ""
    var found = text.split(separator: "\n").compactMap { pid_t($0) }
    // Each directory below is one more link; mostly there is none, and a hundred files.
    var info = stat()
    guard stat(directory, &info) == 0, info.st_nlink > 2 else { return found }
    for name in (try? Directory.list(directory)) ?? [] {
      let child = "\(directory)/\(name)"
      if File.isDirectory(child) { found += processes(below: child) }
    }
    return found
  }

  /// Whether every directory of a group called `path` is free of processes, or not there.
  package static func isFree(_ layout: CgroupLayout, path: String) -> Bool {
    layout.hierarchies.allSatisfy { processes(below: "\($0.base)/\(path)").isEmpty }
  }

  /// Each directory once.
  private var allDirectories: [String] {
    Set(directories.values).sorted() + (unified.map { [$0] } ?? [])
  }

  /// One directory that has every process of the group.
  private var memberDirectory: String? {
    unified ?? directories["freezer"] ?? directories["pids"] ?? directories.values.first
  }
}

extension CgroupLayout.Hierarchy {
  /// Whether a group made here can have `controller`. Devices and freezing need none on v2.
  func has(_ controller: String) -> Bool {
    controllers.contains(controller) || isUnified && ["devices", "freezer"].contains(controller)
      || isUnified && controller == "blkio" && controllers.contains("io")
  }
}

extension Text {
  fileprivate static func noController(_ controller: String) -> Text {
    Text(
      "the \(controller) controller is not available here, so its limits are not applied",
      ko: "\(controller) 컨트롤러를 쓸 수 없어 해당 제한을 적용하지 않습니다")
  }
}
