// The monitor's part in mounts that it copies for a container: it makes them before there is an init
// process, which inherits them.
//
// Man pages: mount_setattr(2), user_namespaces(7). Next: InitProcess+Mounts.swift.

import Glibc
import Linux
import Support

extension LaunchScript {
  /// The trees of `mountCopies`, by where they go. The caller closes them, once the init process is there.
  func makeMountCopies() throws -> [String: Int32] {
    var trees: [String: Int32] = [:]
    do {
      for map in mountCopies ?? [] { trees[map.target] = try map.makeTree().release() }
    } catch {
      for tree in trees.values { close(tree) }
      throw error
    }
    return trees
  }
}

extension MountCopy {
  fileprivate func makeTree() throws -> DetachedMount {
    SyscallTrace.heading("[monitor] \(Operation.copyMount(self))")
    let tree = try DetachedMount(copying: source, within: within, recursive: isRecursive)
    guard let reach else { return tree }
    try tree.mapOwners(through: try userNamespace(), recursive: reach == .tree, subject: source)
    return tree
  }

  private func userNamespace() throws -> FileDescriptor {
    if let userNamespacePath { return try FileDescriptor.open(userNamespacePath, O_RDONLY) }
    return try UserNamespace.make(users: uid.mapText, groups: gid.mapText)
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
  var mapText: String {
    map { "\($0.containerID) \($0.hostID) \($0.size)\n" }.joined()
  }
}
