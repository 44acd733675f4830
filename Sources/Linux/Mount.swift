// Mounts: how a directory becomes the root of a container's world.
//
// mount(2) is five calls in one. Which one it is follows from the flags: MS_BIND makes a directory
// appear a second time, MS_REMOUNT changes the flags of a mount, MS_PRIVATE and its kin decide
// whether mounts spread to other namespaces, and without any of them a file system is mounted.
// A bind mount ignores most flags when it is made, so a read-only bind takes two calls.
//
// Man pages: mount(2), mount_namespaces(7), pivot_root(2). Next: SecurePath.swift.

import CLinux
import Glibc
import Support

/// The flags of mount(2).
package struct MountFlags: OptionSet, Sendable, Codable, Hashable {
  package let rawValue: UInt

  package init(rawValue: UInt) {
    self.rawValue = rawValue
  }

  // Without this a literal goes through a sequence of unknown type, which is looked up as it runs.
  package init(arrayLiteral flags: MountFlags...) {
    rawValue = flags.reduce(0) { $0 | $1.rawValue }
  }

  package static let readOnly = MountFlags(rawValue: 1)
  package static let noSuid = MountFlags(rawValue: 2)
  package static let noDevices = MountFlags(rawValue: 4)
  package static let noExec = MountFlags(rawValue: 8)
  package static let synchronous = MountFlags(rawValue: 16)
  package static let remount = MountFlags(rawValue: 32)
  package static let mandatoryLocks = MountFlags(rawValue: 64)
  package static let directorySync = MountFlags(rawValue: 128)
  package static let noSymlinkFollow = MountFlags(rawValue: 256)
  package static let noAccessTime = MountFlags(rawValue: 1024)
  package static let noDirectoryAccessTime = MountFlags(rawValue: 2048)
  package static let bind = MountFlags(rawValue: 4096)
  package static let recursive = MountFlags(rawValue: 16384)
  package static let silent = MountFlags(rawValue: 1 << 15)
  package static let unbindable = MountFlags(rawValue: 1 << 17)
  package static let `private` = MountFlags(rawValue: 1 << 18)
  package static let slave = MountFlags(rawValue: 1 << 19)
  package static let shared = MountFlags(rawValue: 1 << 20)
  package static let relativeAccessTime = MountFlags(rawValue: 1 << 21)
  package static let inodeVersion = MountFlags(rawValue: 1 << 23)
  package static let strictAccessTime = MountFlags(rawValue: 1 << 24)
  package static let lazyTime = MountFlags(rawValue: 1 << 25)

  /// What mount(8) and the OCI runtime specification call each flag, with the ones it clears.
  static let names: [(name: String, set: MountFlags, clear: MountFlags)] = [
    ("ro", .readOnly, []), ("rw", [], .readOnly),
    ("nosuid", .noSuid, []), ("suid", [], .noSuid),
    ("nodev", .noDevices, []), ("dev", [], .noDevices),
    ("noexec", .noExec, []), ("exec", [], .noExec),
    ("sync", .synchronous, []), ("async", [], .synchronous),
    ("dirsync", .directorySync, []), ("nosymfollow", .noSymlinkFollow, []),
    ("noatime", .noAccessTime, []), ("atime", [], .noAccessTime),
    ("nodiratime", .noDirectoryAccessTime, []), ("diratime", [], .noDirectoryAccessTime),
    ("relatime", .relativeAccessTime, []), ("norelatime", [], .relativeAccessTime),
    ("strictatime", .strictAccessTime, []), ("nostrictatime", [], .strictAccessTime),
    ("remount", .remount, []), ("bind", .bind, []), ("rbind", [.bind, .recursive], []),
    ("mand", .mandatoryLocks, []), ("nomand", [], .mandatoryLocks),
    ("iversion", .inodeVersion, []), ("noiversion", [], .inodeVersion),
    ("lazytime", .lazyTime, []), ("nolazytime", [], .lazyTime),
    ("silent", .silent, []), ("loud", [], .silent), ("symfollow", [], .noSymlinkFollow),
    ("defaults", [], []),
  ]

  /// Those that mount_setattr(2) can set on a whole tree; as `rro` and `rnosuid` they are meant for
  /// everything below a mount too.
  static let recursiveNames: Set<String> = [
    "ro", "rw", "nosuid", "suid", "nodev", "dev", "noexec", "exec", "noatime", "atime",
    "nodiratime", "diratime", "relatime", "norelatime", "strictatime", "nostrictatime",
    "nosymfollow", "symfollow",
  ]

  /// Every mount option with a meaning of its own, as config.json spells it.
  package static let optionNames: [String] =
    (names.map(\.name) + recursiveNames.map { "r" + $0 } + propagationNames.keys
    + ["idmap", "ridmap", "tmpcopyup"])
    .sorted()

  /// The names of mount propagation, as they stand among mount options (mount_namespaces(7)).
  package static let propagationNames: [String: MountFlags] = [
    "private": .private, "rprivate": [.private, .recursive],
    "shared": .shared, "rshared": [.shared, .recursive],
    "slave": .slave, "rslave": [.slave, .recursive],
    "unbindable": .unbindable, "runbindable": [.unbindable, .recursive],
  ]

  /// The flags as mount options, for plans that are read by people.
  package var description: String {
    var names = MountFlags.names.filter { !$0.set.isEmpty && contains($0.set) }.map(\.name)
    if names.contains("rbind") { names.removeAll { $0 == "bind" } }
    // `contains` finds the plain name in the recursive one too: the longer says it all.
    let recursive = contains(.recursive)
    names += MountFlags.propagationNames.filter {
      contains($0.value) && $0.key.hasPrefix("r") == recursive
    }.map(\.key).sorted()
    return names.text(separatedBy: ",")
  }
}

/// Mount options taken apart: what the kernel wants as flags, as propagation, and as text.
package struct MountOptions: Sendable, Hashable, Codable {
  package var flags: MountFlags = []
  package var propagation: MountFlags = []
  package var data: [String] = []
  /// `rro`, `rnosuid` …: for the mount and everything below it.
  package var recursive = MountAttributes()
  /// `tmpcopyup`: a new tmpfs starts with what was in its place.
  package var copiesUp = false
  /// `idmap`, `ridmap`: other owners of the files, with the latter of all below too.
  package var ownerMap: OwnerMapReach?

  /// How far a mount's map of owners reaches.
  package enum OwnerMapReach: String, Sendable, Hashable, Codable {
    case mount = "idmap"
    case tree = "ridmap"
  }

  /// Sorts `options` (as in the OCI runtime specification's `mounts[].options`).
  package init(_ options: [String]) {
    for option in options {
      if let entry = MountFlags.names.first(where: { $0.name == option }) {
        flags.formUnion(entry.set)
        flags.subtract(entry.clear)
      } else if let value = MountFlags.propagationNames[option] {
        propagation = value
      } else if option.hasPrefix("r"),
        MountFlags.recursiveNames.contains(String(option.dropFirst())),
        let entry = MountFlags.names.first(where: { $0.name == option.dropFirst() })
      {
        recursive.add(entry.set, clearing: entry.clear)
      } else if option == "tmpcopyup" {
        copiesUp = true
      } else if let reach = OwnerMapReach(rawValue: option) {
        ownerMap = reach
      } else {
        data.append(option)
      }
    }
  }
}

/// What mount_setattr(2) sets and clears.
package struct MountAttributes: Sendable, Hashable, Codable {
  package var set: MountFlags = []
  package var clear: MountFlags = []

  package init() {}

  package var isEmpty: Bool { self.set.isEmpty && clear.isEmpty }

  mutating func add(_ new: MountFlags, clearing: MountFlags) {
    set = set.subtracting(clearing).union(new)
    clear = clear.subtracting(new).union(clearing)
  }
}

/// mount(2).
package func mountFileSystem(
  _ source: String?, at target: String, type: String? = nil, _ flags: MountFlags = [],
  data: String? = nil, subject: String? = nil
) throws {
  try check(
    mount(source, target, type, UInt(flags.rawValue), data), "mount",
    subject ?? "\(type ?? source ?? "") on \(target)")
}

/// umount2(2) with MNT_DETACH: the mount disappears at once, its last user lets it go later.
package func unmountLazily(_ target: String) throws {
  try check(dk_umount2(target, 2), "umount", target)
}

/// The file system `path` lies on, as the magic number of statfs(2); nil when there is no `path`.
package func fileSystemType(_ path: String) -> Int64? {
  var type: Int64 = 0
  return dk_statfs_type(path, &type) == 0 ? type : nil
}
