// What is put into the tree by hand: device nodes and links; and what is hidden or fixed in it.
//
// Next: InitProcess+Waiting.swift.

import CLinux
import Glibc
import Linux
import Support

extension InitProcess {
  func makeNode(_ device: SpecDevice, _ root: borrowing RootedDirectory) throws {
    let place = try root.parent(of: device.path, creating: 0o755)
    let type: mode_t =
      switch device.type {
      case "b": S_IFBLK
      case "p": S_IFIFO
      default: S_IFCHR
      }
    let mode = type | mode_t((device.fileMode ?? 0o666) & 0o7777)
    let number = dk_makedev(device.major ?? 0, device.minor ?? 0)
    let made = SyscallTrace.note(
      "mknod", device.path, mknodat(place.directory.number, place.name, mode, dev_t(number)))
    if made != 0 {
      guard errno == EEXIST else { throw SyscallError("mknod", device.path) }
      var info = stat()
      try check(
        fstatat(place.directory.number, place.name, &info, AT_SYMLINK_NOFOLLOW), "stat", device.path
      )
      guard info.st_mode & S_IFMT == type, type == S_IFIFO || info.st_rdev == dev_t(number) else {
        throw SyscallError("mknod", "\(device.path): there is something else", errno: EEXIST)
      }
    }
    if device.uid ?? 0 != 0 || device.gid ?? 0 != 0 {
      try check(
        fchownat(
          place.directory.number, place.name, device.uid ?? 0, device.gid ?? 0,
          AT_SYMLINK_NOFOLLOW), "chown", device.path)
    }
  }

  func bindDevice(
    _ source: String, _ path: String, _ root: borrowing RootedDirectory
  ) throws {
    let target = try makeFile(path, root)
    let copy = try DetachedMount(copying: source, recursive: false)
    try copy.attach(to: target, subject: path)
  }

  func symlink(_ target: String, _ path: String, _ root: borrowing RootedDirectory) throws {
    let place = try root.parent(of: path, creating: 0o755)
    let made = SyscallTrace.note(
      "symlink", "\(target), \(path)", symlinkat(target, place.directory.number, place.name))
    if made != 0 && errno != EEXIST { throw SyscallError("symlink", path) }
  }

  /// A file is covered by the host's /dev/null, a directory by an empty tmpfs.
  func mask(_ path: String, _ root: borrowing RootedDirectory) throws {
    guard try root.exists(path) else { return }
    let target = try root.open(path, O_PATH)
    var info = stat()
    try check(fstatat(target.number, "", &info, AT_EMPTY_PATH), "stat", path)
    if info.st_mode & S_IFMT == S_IFDIR {
      try mountFileSystem(
        "tmpfs", at: descriptorPath(target), type: "tmpfs", .readOnly, data: "size=0k",
        subject: path)
    } else {
      // Read-only, or the container could chmod the host's /dev/null through it; reading and writing
      // a device needs no writable mount.
      let null = try DetachedMount(copying: "/dev/null", recursive: false)
      try null.set([.readOnly, .noSuid, .noExec], recursive: false)
      try null.attach(to: target, subject: path)
    }
  }

  /// A copy of what is there, read-only, over itself.
  func makeReadOnly(_ path: String, _ root: borrowing RootedDirectory) throws {
    guard try root.exists(path) else { return }
    let target = try root.open(path, O_PATH)
    let copy = try DetachedMount(copying: target, recursive: true, subject: path)
    try copy.set([.readOnly, .noSuid, .noDevices, .noExec], recursive: true)
    try copy.attach(to: target, subject: path)
  }
}
