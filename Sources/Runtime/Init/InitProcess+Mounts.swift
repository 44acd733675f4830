// Mounting into a tree whose content is not trusted: every target is opened through the rooted
// descriptor first, and what is mounted goes onto that descriptor, not onto a name.

import CLinux
import Glibc
import Linux
import Support

extension InitProcess {
  func mount(_ request: MountRequest, _ root: borrowing RootedDirectory) throws {
    let target = try mountPoint(request.target, root)
    let place = descriptorPath(target)
    let below = request.copiesUp ? try root.open(request.target, O_RDONLY | O_DIRECTORY) : nil
    do {
      try mountFileSystem(
        request.source, at: place, type: request.type,
        request.copiesUp ? request.flags.subtracting(.readOnly) : request.flags,
        data: request.data, subject: "\(request.type) on \(request.target)")
    } catch let error as SyscallError
      where error.errno == EPERM && (request.type == "sysfs" || request.type == "mqueue")
    {
      // In a user namespace sysfs may only be mounted together with a network namespace of its
      // own; with the host's (--network host), the host's /sys is shown instead, read-only.
      guard request.type == "sysfs" else { return }
      let copy = try DetachedMount(copying: "/sys", recursive: true)
      try copy.set(request.flags.union(.readOnly), recursive: true)
      return try copy.attach(to: target, subject: request.target)
    }
    let mounted = try root.open(request.target, O_PATH)
    if let below {
      let new = try root.open(request.target, O_RDONLY | O_DIRECTORY)
      try TreeCopy().copyContents(of: below, into: new)
      if request.flags.contains(.readOnly) {
        try setMountAttributes(mounted, .readOnly, recursive: false)
      }
    }
    if !request.recursive.isEmpty {
      try setMountAttributes(
        mounted, request.recursive.set, clearing: request.recursive.clear, recursive: true)
    }
    if !request.propagation.isEmpty {
      try mountFileSystem(
        nil, at: descriptorPath(mounted), request.propagation, subject: request.target)
    }
  }

  /// The directory a file system goes onto, made when missing. /proc and /sys must be ordinary
  /// directories: an image that makes them links would get the real ones out of sight of the masks.
  private func mountPoint(
    _ path: String, _ root: borrowing RootedDirectory
  ) throws -> FileDescriptor {
    if path == "/proc" || path == "/sys" {
      if try !root.exists(path) { _ = try root.makeDirectories(path, throughLinks: true) }
      let place = try root.open(path, O_PATH | O_NOFOLLOW)
      var info = stat()
      try check(fstatat(place.number, "", &info, AT_EMPTY_PATH), "stat", path)
      guard info.st_mode & S_IFMT == S_IFDIR else {
        throw SyscallError("mount", "\(path) of the image is not a directory", errno: ENOTDIR)
      }
      return place
    }
    return try root.makeDirectories(path, throughLinks: true)
  }

  /// Puts the root file system that the monitor has mounted over the present one.
  mutating func attachRoot() throws {
    guard let handle = copiedMounts.removeValue(forKey: "/") else {
      throw SyscallError("move_mount", "no root file system", errno: EINVAL)
    }
    attachedRoot = try duplicateDescriptor(handle)
    try DetachedMount(owning: handle).attach(
      to: try FileDescriptor.open("/", O_PATH | O_DIRECTORY), subject: "/")
  }

  /// Mounts the directory at `path` on itself. Where mounts shall spread, neither this one nor the
  /// mount it stands in may: the container's tree would appear on the host.
  func bindRootfs(_ path: String) throws {
    let isShared = script.operations.contains(.makeMountsPrivate([.shared, .recursive]))
    if isShared { try stopSpreading(around: path) }
    try mountFileSystem(path, at: path, [.bind, .recursive], subject: path)
    if isShared { try mountFileSystem(nil, at: path, .private, subject: path) }
  }

  /// Makes the mount that holds `path` private: the nearest directory above that is a mount point.
  private func stopSpreading(around path: String) throws {
    var place = path
    while SyscallTrace.note(
      "mount --make-private", place,
      Glibc.mount(nil, place, nil, UInt(MountFlags.private.rawValue), nil)) != 0
    {
      guard errno == EINVAL, place != "/", let slash = place.lastIndex(of: "/") else {
        throw SyscallError("mount --make-private", path)
      }
      place = slash == place.startIndex ? "/" : String(place[..<slash])
    }
  }

  /// What is mounted: made here, or by the monitor.
  private mutating func tree(_ request: BindRequest) throws -> DetachedMount {
    guard request.isCopiedOutside else {
      return try DetachedMount(
        copying: request.source, within: request.within,
        recursive: request.flags.contains(.recursive))
    }
    guard let handle = copiedMounts.removeValue(forKey: request.target) else {
      throw SyscallError("mount_setattr", "no copy of a mount for \(request.target)", errno: EINVAL)
    }
    return DetachedMount(owning: handle)
  }

  mutating func bind(_ request: BindRequest, _ root: borrowing RootedDirectory) throws {
    let recursive = request.flags.contains(.recursive)
    let copy = try tree(request)
    let target =
      copy.isDirectory
      ? try root.makeDirectories(request.target, throughLinks: true)
      : try makeFile(request.target, root)
    var kind: Int64 = 0
    let looked = SyscallTrace.note(
      "statfs", request.target, dk_statfs_type(descriptorPath(target), &kind))
    if looked == 0, kind == 0x9fa0,  // PROC_SUPER_MAGIC
      !ProcGuard.allows(request.target)
    {
      throw SyscallError("mount", "\(request.target) leads into /proc", errno: EPERM)
    }
    let spread = request.propagation.isEmpty ? .private : request.propagation
    try copy.set(
      [], propagation: spread,
      recursive: recursive && (request.propagation.isEmpty || spread.contains(.recursive)))
    try setFlags(of: copy, request.flags)
    if !request.recursive.isEmpty {
      try copy.set(
        request.recursive.set, clearing: request.recursive.clear, recursive: true)
    }
    try copy.attach(to: target, subject: request.target)
  }

  /// A bind mount has the flags of its source; as soon as one is given, exactly those given. In a
  /// user namespace the source's may be locked: then they stay, and the new ones come on top.
  private func setFlags(of copy: borrowing DetachedMount, _ flags: MountFlags) throws {
    let own: MountFlags = [.readOnly, .noSuid, .noDevices, .noExec]
    let given = flags.subtracting([.bind, .recursive, .remount])
    if given.isEmpty { return }
    do {
      try copy.set(given, clearing: own.subtracting(given), recursive: false)
    } catch let error as SyscallError where error.errno == EPERM {
      try copy.set(given, recursive: false)
    }
  }

  /// The file at `path`, made empty when missing: something to mount a file on.
  func makeFile(
    _ path: String, _ root: borrowing RootedDirectory
  ) throws -> FileDescriptor {
    if try !root.exists(path) {
      let place = try root.parent(of: path, creating: 0o755)
      let fd = SyscallTrace.note(
        "openat", "\(path), O_CREAT|O_EXCL",
        openat(place.directory.number, place.name, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0o644))
      if fd >= 0 { close(fd) } else if errno != EEXIST { throw SyscallError("open", path) }
    }
    return try root.open(path, O_PATH)
  }

  /// pivot_root(2) onto itself: with new and old root the same directory, the old tree ends up
  /// mounted over the new one, and unmounting it leaves no name that leads back.
  func pivot(_ root: borrowing RootedDirectory) throws {
    let old = try FileDescriptor.open("/", O_PATH | O_DIRECTORY)
    try check(fchdir(root.descriptor.number), "fchdir", root.path)
    try check(dk_pivot_root(".", "."), "pivot_root", root.path)
    // "." is still the new root; the old one is what lies over it. Where mounts spread, unmounting
    // must not: the host would lose its own.
    try check(fchdir(old.number), "fchdir", "the old root")
    try mountFileSystem(nil, at: ".", [.slave, .recursive], subject: "the old root")
    try check(dk_umount2(".", 2), "umount", "the old root")
    try check(chdir("/"), "chdir", "/")
  }

  /// Where there is nothing to pivot from (the first root file system of the kernel), the mount is
  /// moved over it and made the root.
  func moveRoot(_ root: borrowing RootedDirectory) throws {
    try check(fchdir(root.descriptor.number), "fchdir", root.path)
    try check(Glibc.mount(".", "/", nil, 8192, nil), "mount --move", root.path)  // MS_MOVE
    try check(chroot("."), "chroot", root.path)
    try check(chdir("/"), "chdir", "/")
  }

  /// Only adds the flag: in a user namespace others may be locked.
  func makeRootReadOnly() throws {
    let root = try FileDescriptor.open("/", O_PATH | O_DIRECTORY)
    try setMountAttributes(root, .readOnly, recursive: false)
  }
}
