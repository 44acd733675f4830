// A process's own files in /proc, when somebody hostile may have put something else there.
//
// Some settings of a process are a write to a file of its own: the label that a security module gives
// it at execve(2), how readily it is killed when memory runs out. A process that enters a container
// makes that write in the container's /proc, and root there may have mounted something over the file:
// then the label is never set, or the text lands in a file that does something else
// (CVE-2019-19921, CVE-2025-52881). So the way from the root of /proc on may cross no other mount:
//
//   /proc itself            a proc file system, and its root directory (inode 1), not a part of one
//   RESOLVE_NO_XDEV         nothing that is mounted below it is entered
//   RESOLVE_NO_MAGICLINKS   and no link such as /proc/self/fd/3 is followed
//
// Man pages: proc(5), openat2(2).

import CLinux
import Glibc
import Support

/// Files below /proc/thread-self.
package enum OwnProcessFile {
  /// RESOLVE_NO_XDEV | RESOLVE_NO_MAGICLINKS | RESOLVE_BENEATH
  private static let resolve: UInt64 = 0x01 | 0x02 | 0x08

  /// Writes `text` with one write(2) into the calling thread's file `name`. Throws `SyscallError`
  /// `EXDEV` when something else is mounted there, or /proc is not the kernel's.
  package static func command(_ name: String, _ text: String) throws {
    let file = try open(name)
    var text = text
    try text.withUTF8 { bytes in
      _ = try check(
        retryingInterrupts { write(file.number, bytes.baseAddress, bytes.count) }, "write",
        "/proc/thread-self/\(name)")
    }
  }

  private static func open(_ name: String) throws -> FileDescriptor {
    let root = try FileDescriptor.open("/proc", O_PATH | O_DIRECTORY)
    var type: Int64 = 0
    var info = stat()
    guard dk_fstatfs_type(root.number, &type) == 0, type == 0x9fa0,  // PROC_SUPER_MAGIC
      fstatat(root.number, "", &info, AT_EMPTY_PATH) == 0, info.st_ino == 1
    else { throw SyscallError("open", "/proc is not the kernel's", errno: EXDEV) }
    let flags = UInt64(UInt32(bitPattern: O_WRONLY | O_CLOEXEC))
    let path = "thread-self/\(name)"
    return FileDescriptor(
      owning: try check(
        dk_openat2(root.number, path, flags, 0, resolve), "openat2", "/proc/\(path)"))
  }
}
