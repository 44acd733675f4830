// The root file system of a container whose root is not the host's (`--userns-remap`).
//
// Its layers belong to the host's root, and are shared with containers that are not remapped. So the kernel is
// asked to show them with other owners:
//
//   each layer, and the directory with upper and work
//     └─ open_tree(2)         a copy of the mount
//        └─ mount_setattr(2)  MOUNT_ATTR_IDMAP: 0 of the disk shows as 100000, which the container calls 0
//   overlay over the copies, mounted by root as user 100000
//     └─ open_tree(2)         a copy of that; the descriptor goes to the monitor, and to the init process
//
// All of it happens in a child with a mount namespace of its own, and ends with it. What stays is one
// descriptor, and with it the mounts that the overlay holds.
//
// The overlay writes as whoever mounted it. Root is nobody in the mapped mounts and could make nothing there
// (EOVERFLOW), so the child becomes the mapped root to files (FileSystemIdentity.swift), and stays root
// otherwise: overlay's marks (trusted.*) take that.
//
// Man pages: mount_setattr(2), open_tree(2), unix(7). Overlay on such mounts needs Linux 5.19.
// Next: InitProcess+Mounts.swift.

import FoundationEssentials
import Glibc
import Linux
import Support

extension MappedOverlay {
  /// The overlay, attached nowhere. The caller must have a single thread.
  func makeTree(_ users: MappingNamespaces) throws -> DetachedMount {
    SyscallTrace.heading("[monitor] \(Operation.mountMappedOverlay(self))")
    let (mine, theirs) = try UnixSocket.pair()
    let socket = FileDescriptor(owning: mine)
    let child = try users.with(uid, gid) { user in
      let pid = try forkProcess()
      if pid == 0 { mountAndSend(user, theirs) }
      return pid
    }
    close(theirs)
    defer { _ = try? waitFor(child) }
    guard let tree = try Launcher.awaitExec(socket.number) else {
      throw LaunchFailure(
        operation: "\(Operation.mountMappedOverlay(self))",
        message: "the process that mounts the layers was killed")
    }
    return DetachedMount(owning: tree)
  }

  /// The child: sends the overlay, or what went wrong, and ends.
  private func mountAndSend(_ users: borrowing FileDescriptor, _ socket: Int32) -> Never {
    do {
      let tree = try mount(users)
      try sendDescriptor(socket, tree.number, kind: InitProcess.Message.console)
      _exit(0)
    } catch {
      let number = (error as? SyscallError)?.errno
      let failure = LaunchFailure(
        operation: "\(Operation.mountMappedOverlay(self))", message: "\(error)" + hint(number),
        errno: number)
      let message =
        [InitProcess.Message.failure] + ((try? Array(JSONEncoder().encode(failure))) ?? [])
      message.withUnsafeBytes { try? writeAll(socket, $0) }
      _exit(1)
    }
  }

  private func hint(_ number: Int32?) -> String {
    [EINVAL, ENOSYS].contains(number ?? 0)
      ? ": userns-remap needs Linux 5.19 and a file system that can show other owners (ext4, xfs, btrfs; "
        + "tmpfs since 6.3)" : ""
  }

  private func mount(_ users: borrowing FileDescriptor) throws -> DetachedMount {
    try unshareNamespaces([.mount])
    try mountFileSystem(nil, at: "/", [.slave, .recursive], subject: "propagation of /")
    // upper and work have to be on one mount: that of the directory they lie in.
    let directory = String(
      overlay.upper.dropLast(overlay.upper.split(separator: "/").last?.count ?? 0))
    guard overlay.work.hasPrefix(directory) else {
      throw SyscallError("mount overlay", "work outside of \(directory)", errno: EINVAL)
    }
    let names = overlay.lower.indices.map(String.init) + ["container"]
    var copies: [Int32] = []
    for source in overlay.lower + [directory] {
      let copy = try DetachedMount(copying: source, recursive: false)
      try copy.mapOwners(through: users, recursive: false, subject: source)
      copies.append(copy.release())
    }
    // Places for them, which nobody else sees, with short names: the kernel takes one page of options.
    try mountFileSystem("tmpfs", at: overlay.target, type: "tmpfs", subject: overlay.target)
    try check(chdir(overlay.target), "chdir", overlay.target)
    for (name, copy) in zip(names, copies) {
      try check(mkdir(name, 0o755), "mkdir", name)
      try DetachedMount(owning: copy).attach(
        to: try FileDescriptor.open(name, O_PATH | O_DIRECTORY), subject: name)
    }
    try check(mkdir("root", 0o755), "mkdir", "root")
    try FileSystemIdentity.assume(user: root.user, group: root.group)
    var mapped = overlay
    mapped.lower = Array(names.dropLast())
    mapped.upper = "container/" + overlay.upper.dropFirst(directory.count)
    mapped.work = "container/" + overlay.work.dropFirst(directory.count)
    mapped.target = "root"
    try mapped.mount()
    return try DetachedMount(copying: "root", recursive: false)
  }
}
