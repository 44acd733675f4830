// How this binary starts itself again.
//
// A process on its way into a container still is this binary, and the container's root could open
// /proc/PID/exe and write to it: the next launch would run the attacker's code on the host
// (CVE-2019-5736). So whatever enters a container is started through a read-only copy of the mount
// the binary lies on: the kernel refuses to open that for writing, whoever asks.
//
// Where no such copy can be made (no right to mount), a sealed copy in memory serves.
//
// A command that launches starts itself again this way before it does anything else, which takes
// half a millisecond; then a copy of it can be monitor and init process (MonitorProcess+Fork.swift),
// with nothing to start and the plan in its memory.
//
// Man pages: open_tree(2), memfd_create(2), statvfs(3). Next: MonitorProcess.swift.

import CLinux
import Glibc
import Linux
import Support

/// A way to execute this binary that nobody can write to.
package struct SelfExecutable: ~Copyable {
  /// What posix_spawn(3) or execve(2) of this process takes.
  package let path: String
  private let file: FileDescriptor?

  /// Prepares the read-only way. Costs three system calls, or none in a process that was started
  /// that way itself.
  package init() throws {
    if SelfExecutable.isProtected {
      path = "/proc/self/exe"
      file = nil
      return
    }
    let copy = try SelfExecutable.lasting()
    path = "/proc/self/fd/\(copy.number)"
    file = consume copy
  }

  private static func lasting() throws -> FileDescriptor {
    do { return try readOnlyCopy() } catch { return try copyInMemory() }
  }

  /// Whether this process was started in such a way, so that its copies may enter a container.
  package static let isProtected: Bool = {
    var info = statvfs()
    if statvfs("/proc/self/exe", &info) == 0, info.f_flag & UInt(ST_RDONLY) != 0 { return true }
    guard let file = try? FileDescriptor.open("/proc/self/exe", O_RDONLY) else { return false }
    // F_GET_SEALS: F_SEAL_WRITE is 8.
    let seals = dk_fcntl_int(file.number, 1034, 0)
    return seals > 0 && seals & 8 != 0
  }()

  /// Starts this process again in the read-only way, with the same arguments and environment.
  /// Returns when it was started so, or when there is no right to mount: launching then starts a
  /// monitor of its own that way.
  package static func restart() {
    // In `ps` it would have the number of the descriptor as its name.
    if isProtected { return ProcessControl.setName("dklab") }
    guard geteuid() == 0, let copy = try? readOnlyCopy() else { return }
    execv("/proc/self/fd/\(copy.number)", CommandLine.unsafeArgv)
  }

  private static func readOnlyCopy() throws -> FileDescriptor {
    let copy = try DetachedMount(copying: "/proc/self/exe", recursive: false)
    try copy.set([.readOnly, .noSuid], propagation: .private, recursive: false)
    return FileDescriptor(owning: copy.release())
  }

  private static func copyInMemory() throws -> FileDescriptor {
    // MFD_CLOEXEC | MFD_ALLOW_SEALING
    let memory = FileDescriptor(
      owning: try check(dk_memfd_create("dklab", 1 | 2), "memfd_create", "dklab"))
    let source = try FileDescriptor.open("/proc/self/exe", O_RDONLY)
    while try check(dk_copy(source.number, memory.number), "copy", "/proc/self/exe") > 0 {}
    // F_ADD_SEALS with all of F_SEAL_SEAL, SHRINK, GROW and WRITE
    try check(dk_fcntl_int(memory.number, 1033, 15), "fcntl", "F_ADD_SEALS")
    return memory
  }
}
