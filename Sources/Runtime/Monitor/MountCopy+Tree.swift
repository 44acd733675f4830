// The monitor's part in mounts that it copies for a container: it makes them before there is an init
// process, which inherits them.
//
// Man pages: mount_setattr(2), user_namespaces(7). Next: MappedOverlay+Tree.swift.

import Glibc
import Linux
import Support

extension LaunchScript {
  /// The trees of `mountCopies`, by where they go, and that of `mappedOverlay` as "/". The caller closes
  /// them, once the init process is there.
  func makeMountCopies() throws -> [String: Int32] {
    var trees: [String: Int32] = [:]
    let users = MappingNamespaces()
    do {
      if let mappedOverlay { trees["/"] = try mappedOverlay.makeTree(users).release() }
      for map in mountCopies ?? [] { trees[map.target] = try map.makeTree(users).release() }
    } catch {
      for tree in trees.values { close(tree) }
      throw error
    }
    return trees
  }
}

/// User namespaces that only lend their maps to mounts, each made once.
final class MappingNamespaces {
  private var handles: [String: Int32] = [:]

  deinit {
    for handle in handles.values { close(handle) }
  }

  /// Calls `body` with a namespace that has these maps.
  func with<Result>(
    _ uid: [SpecIDMapping], _ gid: [SpecIDMapping],
    _ body: (borrowing FileDescriptor) throws -> Result
  ) throws -> Result {
    let key = "\(uid.mapText)/\(gid.mapText)"
    let known =
      try handles[key] ?? UserNamespace.make(users: uid.mapText, groups: gid.mapText).release()
    handles[key] = known
    return try body(FileDescriptor(owning: try duplicateDescriptor(known)))
  }
}

extension MountCopy {
  fileprivate func makeTree(_ users: MappingNamespaces) throws -> DetachedMount {
    SyscallTrace.heading("[monitor] \(Operation.copyMount(self))")
    let tree = try DetachedMount(copying: source, within: within, recursive: isRecursive)
    guard let reach else { return tree }
    if let userNamespacePath {
      let user = try FileDescriptor.open(userNamespacePath, O_RDONLY)
      try tree.mapOwners(through: user, recursive: reach == .tree, subject: source)
    } else {
      try users.with(uid, gid) { user in
        try tree.mapOwners(through: user, recursive: reach == .tree, subject: source)
      }
    }
    return tree
  }
}

extension DetachedMount {
  /// Copies `source`. A part of a volume is looked up here and now, as if the volume, `within`, were the
  /// root of everything: another container that has it may have exchanged a directory for a link
  /// meanwhile.
  init(copying source: String, within: String?, recursive: Bool) throws {
    guard let within else {
      self = try DetachedMount(copying: source, recursive: recursive)
      return
    }
    let found = try RootedDirectory(within).open(String(source.dropFirst(within.count)), O_PATH)
    self = try DetachedMount(copying: found, recursive: recursive, subject: source)
  }
}

extension [SpecIDMapping] {
  /// As /proc/PID/uid_map takes it.
  package var mapText: String {
    map { "\($0.containerID) \($0.hostID) \($0.size)\n" }.joined()
  }
}
