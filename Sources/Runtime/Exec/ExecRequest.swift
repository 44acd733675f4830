import Linux

/// A process to start inside a running container (`docker exec`), as `dklab __exec` receives it.
package struct ExecRequest: Sendable, Codable {
  package var container: ProcessIdentity
  package var namespaces: [Namespace]
  package var cgroup: CgroupHandle?
  /// The operations of the launch that follow pivot_root, for this process.
  package var script: LaunchScript
  package var openStdin: Bool
  package var detached: Bool
  package var detachKeys: [UInt8]
  package var consoleSize: WindowSize?
  package var captureBytes: Int
  /// 64 hexadecimal digits, as events name it.
  package var id = ""
  /// Whether the program is killed when the process that asked for it is.
  package var diesWithCaller: Bool?

  package init(
    container: ProcessIdentity, namespaces: [Namespace], cgroup: CgroupHandle?,
    script: LaunchScript, openStdin: Bool, detached: Bool, detachKeys: [UInt8],
    captureBytes: Int
  ) {
    self.container = container
    self.namespaces = namespaces
    self.cgroup = cgroup
    self.script = script
    self.openStdin = openStdin
    self.detached = detached
    self.detachKeys = detachKeys
    self.captureBytes = captureBytes
  }
}

extension LaunchPlan {
  /// The steps an additional process goes through after it has joined the container's namespaces.
  /// With `diesWithCaller` it is killed when the process that joined for it is.
  package static func execPlan(
    _ process: SpecProcess, wish: LaunchWish, host: HostFacts, diesWithCaller: Bool = false
  ) throws -> LaunchPlan {
    var wish = wish
    wish.spec.process = process
    wish.spec.root?.readonly = nil
    wish.spec.linux?.rootfsPropagation = nil
    wish.usesInit = false
    wish.diesWithMonitor = diesWithCaller
    return try Planner.planJoining(wish, on: host)
  }
}

extension Namespace {
  /// The kinds of namespace of process `pid` that this process is not in already.
  package static func foreign(to pid: Int32) -> [Namespace] {
    allCases.filter { kind in
      guard kind != .time, let theirs = try? kind.inode(of: pid), let ours = try? kind.inode()
      else { return false }
      return theirs != ours
    }
  }
}
