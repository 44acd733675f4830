// cgroups(7): where the limits are.
//
// A control group is a directory: mkdir makes one, a process id written into cgroup.procs joins it,
// and files beside it set limits and tell what was used. A controller (memory, cpu, pids …) gives
// those files. In version 1 each controller, or pair of them, is a tree of its own with its own
// groups; in version 2 there is one tree, and a group's parent says which controllers it has.
// Machines in use have the one, the other, or v1 controllers beside a v2 tree without any (hybrid).
//
// This file finds out what this machine has and where this process may make groups: everywhere for
// root; for an ordinary user only where systemd has handed a subtree over ("delegation").
//
// Try it: cat /proc/self/cgroup
// Next: CgroupResources.swift, CgroupHandle.swift.

import Glibc
import Support

/// Where this process may make control groups, and which controllers are there.
package struct CgroupLayout: Sendable, Hashable, Codable {
  package enum Kind: String, Sendable, Codable {
    /// Controllers are v1 hierarchies and there is no unified mount.
    case v1
    /// Controllers are v1 hierarchies, beside a unified mount.
    case hybrid
    /// Everything is in the unified hierarchy.
    case v2
    /// Nothing is mounted.
    case none
  }

  /// One mounted hierarchy in which this process may make groups.
  package struct Hierarchy: Sendable, Hashable, Codable {
    /// `["cpu", "cpuacct"]`; of the unified one those that can be enabled in `base`.
    package var controllers: [String]
    /// The absolute directory under which we make groups.
    package var base: String
    package var isUnified: Bool
  }

  package var kind: Kind
  package var hierarchies: [Hierarchy]
  /// Why limits cannot be applied at all, when they cannot.
  package var limitation: Text?

  package init(kind: Kind, hierarchies: [Hierarchy], limitation: Text? = nil) {
    self.kind = kind
    self.hierarchies = hierarchies
    self.limitation = limitation
  }

  /// The hierarchy that carries `controller` and lets this process make groups.
  package func hierarchy(of controller: String) -> Hierarchy? {
    hierarchies.first { $0.controllers.contains(controller) }
  }

  /// The unified hierarchy, when containers use it.
  package var unified: Hierarchy? { hierarchies.first(where: \.isUnified) }

  /// Reads the layout of this machine, as this process sees it.
  package static func observe() -> CgroupLayout {
    // Root of a user namespace owns no group of the host's.
    let isRoot = geteuid() == 0 && !UserNamespace.current.isNested
    return plan(
      Observation(
        mounts: (try? File.text("/proc/self/mountinfo")) ?? "",
        // Root does not start from its own group.
        membership: isRoot ? "" : (try? File.text("/proc/self/cgroup")) ?? "", isRoot: isRoot,
        contents: { try? File.text($0, limit: 64 << 10) },
        isWritable: { access($0, W_OK) == 0 }))
  }

  /// What the layout follows from: two texts, and questions about files below the mounts.
  struct Observation {
    var mounts: String
    var membership: String
    var isRoot: Bool
    var contents: (String) -> String?
    var isWritable: (String) -> Bool
  }

  /// The layout that `seen` amounts to.
  static func plan(_ seen: Observation) -> CgroupLayout {
    let mounts = CgroupMount.parse(seen.mounts)
    let legacy = mounts.filter { !$0.isUnified && !$0.controllers.isEmpty }
    let unified = mounts.filter(\.isUnified)
    let kind: Kind =
      legacy.isEmpty ? (unified.isEmpty ? .none : .v2) : (unified.isEmpty ? .v1 : .hybrid)
    guard kind != .none else {
      return CgroupLayout(kind: .none, hierarchies: [], limitation: notMounted)
    }
    let own = membershipPaths(seen.membership)
    var hierarchies: [Hierarchy] = []
    for mount in legacy where !mount.isReadOnly {
      guard let base = legacyBase(mount, own, seen) else { continue }
      hierarchies.append(
        Hierarchy(controllers: mount.controllers, base: base, isUnified: false))
    }
    // Beside v1 the unified tree has no controller that matters, and is left alone.
    for mount in unified where !mount.isReadOnly && kind == .v2 {
      guard let base = unifiedBase(mount, own[""] ?? "/", seen) else { continue }
      let controllers =
        (seen.contents("\(base)/cgroup.controllers") ?? "").split { $0.isWhitespace }
        .map(String.init)
      hierarchies.append(Hierarchy(controllers: controllers, base: base, isUnified: true))
      break
    }
    return CgroupLayout(
      kind: kind, hierarchies: hierarchies,
      limitation: hierarchies.isEmpty ? limitation(kind, mounts, seen) : nil)
  }

  /// Root may use the whole tree that is mounted here; anyone else only the own group, if that.
  private static func legacyBase(
    _ mount: CgroupMount, _ own: [String: String], _ seen: Observation
  ) -> String? {
    if seen.isRoot { return mount.point }
    let path = mount.controllers.lazy.compactMap { own[$0] }.first ?? "/"
    let base = mount.directory(of: path)
    return base != mount.point && seen.isWritable(base) ? base : nil
  }

  /// As for v1, but an ordinary user takes the highest group above the own one that was delegated:
  /// a process may be moved only between groups whose common ancestor belongs to the user, and a
  /// group that has processes cannot have groups with controllers below it.
  private static func unifiedBase(_ mount: CgroupMount, _ own: String, _ seen: Observation)
    -> String?
  {
    if seen.isRoot { return mount.point }
    var best: String?
    var candidate = mount.directory(of: own)
    while candidate.hasPrefix(mount.point),
      seen.isWritable(candidate), seen.isWritable("\(candidate)/cgroup.procs"),
      seen.isWritable("\(candidate)/cgroup.subtree_control")
    {
      best = candidate
      guard candidate != mount.point, let slash = candidate.lastIndex(of: "/") else { break }
      candidate = String(candidate[..<slash])
    }
    return best
  }

  /// `/proc/self/cgroup`: the path for each controller, and for "" the one in the unified tree.
  static func membershipPaths(_ text: String) -> [String: String] {
    var paths: [String: String] = [:]
    for line in text.split(separator: "\n") {
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { continue }
      for controller in fields[1].split(separator: ",", omittingEmptySubsequences: false) {
        paths[String(controller)] = String(fields[2])
      }
    }
    return paths
  }

  private static let notMounted = Text(
    "no cgroup file system is mounted, so limits are not applied",
    ko: "cgroup 파일 시스템이 마운트되어 있지 않아 자원 제한을 적용하지 않습니다")

  private static func limitation(_ kind: Kind, _ mounts: [CgroupMount], _ seen: Observation)
    -> Text
  {
    if mounts.allSatisfy(\.isReadOnly) {
      return Text(
        "cgroups are mounted read-only here, so limits are not applied",
        ko: "cgroup이 읽기 전용으로 마운트되어 있어 자원 제한을 적용하지 않습니다")
    }
    if kind == .v2 {
      return Text(
        "this session's control group belongs to root, so limits are not applied; a delegated one "
          + "comes from: systemd-run --user --scope -p Delegate=yes",
        ko: "이 세션의 cgroup이 root 소유라서 자원 제한을 적용하지 않습니다. 위임받은 cgroup은 "
          + "systemd-run --user --scope -p Delegate=yes 로 얻습니다")
    }
    return Text(
      "cgroup v1 gives limits to root only, so they are not applied",
      ko: "cgroup v1에서는 root만 자원을 제한할 수 있어 적용하지 않습니다")
  }
}
