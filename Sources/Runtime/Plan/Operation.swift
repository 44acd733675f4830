// The vocabulary of a launch: every single thing that is done to make a process a container.
//
// An operation carries all it needs and decides nothing. The planner lists operations with their
// reasons (Planner.swift), the init process executes them in that order (InitProcess.swift), and
// `--explain` prints the same list. Who wants to know what a container is can read this file.
//
// Next: LaunchPlan.swift.

import Linux
import Support

/// One thing done during a launch.
package enum Operation: Sendable, Equatable, Codable {
  // In the host's namespaces, by the monitor.
  case createCgroup(path: String)
  case clone(namespaces: [Namespace])
  case joinNamespace(Namespace, path: String)
  case setTimeOffsets([String: SpecTimeOffset])
  case writeIDMaps(uid: [SpecIDMapping], gid: [SpecIDMapping])
  case copyMount(MountCopy)
  case mountMappedOverlay(MappedOverlay)
  case attachNetwork(interface: String, address: String, bridge: String)
  case publishPort(host: String, container: String)

  // In the new namespaces, by the init process, while the host's tree is still visible.
  case becomeRoot(awaitingMaps: Bool)
  case makeMountsPrivate(MountFlags)
  case mountOverlay(Overlay)
  case attachRoot
  case bindRootfs(path: String)
  case mount(MountRequest)
  case bind(BindRequest)
  case makeNode(SpecDevice)
  case bindDevice(source: String, path: String)
  case symlink(target: String, path: String)
  case awaitHost
  case awaitHostHooks
  case raiseLoopback
  case unshareCgroup
  case setHostname(String)
  case setDomainname(String)
  case writeSysctl(key: String, value: String)
  case mask(path: String)
  case makeReadOnly(path: String)
  case makeDirectory(path: String)
  case runHooks(HookMoment, [SpecHook])
  case pivotRoot
  case moveRoot

  // In the container's tree.
  case setRootPropagation(MountFlags)
  case makeRootReadOnly
  case newSession
  case newKeyring(String)
  case openConsole(WindowSize?)

  // Who the process is and what it may do.
  case setOOMScore(Int)
  case setRlimit(SpecRlimit)
  case setPersonality(UInt32)
  case setScheduler(SchedulingAttributes, name: String)
  case setIOPriority(InputOutputPriority, name: String)
  case setLabel(SecurityModule, String)
  case dropBounding(keeping: CapabilitySet)
  case setUser(SpecUser)
  case setCapabilities(CapabilitySets)
  case setNoNewPrivileges
  case loadSeccomp
  case loadSeccompForAgent(path: String)
  case dieWithMonitor
  case changeDirectory(String)
  case awaitStart
  case forkInit
  case execute([String])
}

/// An overlay file system: `lower` read-only directories, the top-most first, under one writable
/// `upper` (overlayfs in the kernel's documentation).
package struct Overlay: Sendable, Equatable, Codable {
  package var lower: [String]
  package var upper: String
  package var work: String
  /// Where it is mounted, before it becomes `/`.
  package var target: String
  /// In a user namespace, overlayfs keeps its marks in `user.overlay.*` attributes.
  package var userAttributes: Bool
  /// Nobody needs `upper` after a power failure. Otherwise the kernel writes the whole file system
  /// that it lies on to the disk before the last process in the overlay has ended.
  package var isVolatile = false

  package init(
    lower: [String], upper: String, work: String, target: String, userAttributes: Bool
  ) {
    self.lower = lower
    self.upper = upper
    self.work = work
    self.target = target
    self.userAttributes = userAttributes
  }
}

/// An overlay whose files show other owners than the disk has: for a container whose root is not the host's.
package struct MappedOverlay: Sendable, Equatable, Codable {
  package var overlay: Overlay
  /// Ids of the disk as `containerID`, what they show as on the host as `hostID`.
  package var uid: [SpecIDMapping]
  package var gid: [SpecIDMapping]

  /// Who root of the disk shows as; what the overlay itself makes on the disk, it makes as that one.
  package var root: (user: UInt32, group: UInt32) {
    (uid.outside(0) ?? 0, gid.outside(0) ?? 0)
  }
}

/// A file system mounted inside the rootfs.
package struct MountRequest: Sendable, Equatable, Codable {
  package var type: String
  package var source: String
  package var target: String
  package var flags: MountFlags
  package var propagation: MountFlags
  package var data: String?
  package var recursive = MountAttributes()
  /// The new file system starts with what was in its place.
  package var copiesUp = false
}

/// A copy of a mount that the monitor makes, and the init process puts in place: because its files show
/// other owners (mount_setattr(2), MOUNT_ATTR_IDMAP), which takes privileges on the host, or because the
/// container's root is a stranger to the host, who may not reach the source.
package struct MountCopy: Sendable, Equatable, Codable {
  package var source: String
  /// As in `BindRequest`.
  package var within: String?
  package var target: String
  /// What is mounted below the source is copied too.
  package var isRecursive: Bool
  /// nil: the owners stay.
  package var reach: MountOptions.OwnerMapReach?
  /// Ids of the disk as `containerID`, what they show as on the host as `hostID`.
  package var uid: [SpecIDMapping]
  package var gid: [SpecIDMapping]
  /// The user namespace whose maps these are instead, when the container joins one.
  package var userNamespacePath: String?
}

/// A file or directory of the host that appears inside the rootfs.
package struct BindRequest: Sendable, Equatable, Codable {
  package var source: String
  /// The directory above `source` out of which no link leads; nil for a source that is trusted.
  package var within: String?
  package var target: String
  package var flags: MountFlags
  package var propagation: MountFlags
  package var recursive = MountAttributes()
  /// The monitor makes the copy.
  package var isCopiedOutside = false
}
