// Namespaces: the half of a container that decides what a process can see.
//
// The kernel has eight kinds. A process is born into its parent's; clone3(2) with a flag gives the
// child a new one, unshare(2) gives the caller a new one, setns(2) moves the caller into one that
// exists. Each is visible as /proc/PID/ns/NAME, a symbolic link whose text carries its inode: two
// processes are in the same namespace exactly when those inodes are equal.
//
// This table is the only one in the kit: run, exec, inspect and the lab checks all read it.
//
// Try it: readlink /proc/self/ns/uts
//
// Man pages: namespaces(7), clone3(2), setns(2). Next: Process.swift.

import CLinux
import Glibc
import Support

/// One kind of namespace (namespaces(7)).
package enum Namespace: String, Sendable, Codable, CaseIterable {
  case user, mount, pid, network, uts, ipc, cgroup, time

  /// The CLONE_NEW… flag.
  package var cloneFlag: UInt64 {
    switch self {
    case .user: 0x1000_0000
    case .mount: 0x0002_0000
    case .pid: 0x2000_0000
    case .network: 0x4000_0000
    case .uts: 0x0400_0000
    case .ipc: 0x0800_0000
    case .cgroup: 0x0200_0000
    case .time: 0x0000_0080
    }
  }

  /// The file name below /proc/PID/ns.
  package var procName: String {
    switch self {
    case .mount: "mnt"
    case .network: "net"
    default: rawValue
    }
  }

  /// What a process in a namespace of its own sees differently.
  package var isolates: Text {
    switch self {
    case .user: Text("user and group ids, capabilities", ko: "사용자·그룹 ID와 권한(capability)")
    case .mount: Text("the tree of mounted file systems", ko: "마운트된 파일 시스템 트리")
    case .pid: Text("process ids: the first process is 1", ko: "프로세스 ID: 첫 프로세스가 1번")
    case .network:
      Text("interfaces, addresses, routes, ports", ko: "네트워크 인터페이스, 주소, 경로, 포트")
    case .uts: Text("the host name", ko: "호스트 이름")
    case .ipc: Text("System V IPC and POSIX message queues", ko: "System V IPC와 POSIX 메시지 큐")
    case .cgroup: Text("the view of the cgroup tree", ko: "cgroup 트리를 보는 시야")
    case .time: Text("the monotonic and boot clocks", ko: "단조 시계와 부팅 시계")
    }
  }

  /// The path of this namespace of process `pid` ("self" when nil).
  package func path(of pid: pid_t? = nil) -> String {
    "/proc/\(pid.map(String.init) ?? "self")/ns/\(procName)"
  }

  /// The inode that identifies the namespace process `pid` is in.
  ///
  /// Throws `SyscallError`: ENOENT when there is no such process, EACCES without the permission
  /// ptrace(2) would need.
  package func inode(of pid: pid_t? = nil) throws -> UInt64 {
    let path = path(of: pid)
    var info = stat()
    try check(stat(path, &info), "stat", path)
    return UInt64(info.st_ino)
  }
}

/// Moves the calling thread into the namespace `fd` refers to (setns(2)); `kind` nil accepts any.
package func setNamespace(_ fd: Int32, _ kind: Namespace? = nil, subject: String = "") throws {
  try check(dk_setns(fd, Int32(kind?.cloneFlag ?? 0)), "setns", subject.isEmpty ? "\(fd)" : subject)
}

/// Gives the calling process new namespaces of `kinds` (unshare(2)). The process must have a single
/// thread when `.user` is among them.
package func unshareNamespaces(_ kinds: [Namespace]) throws {
  let flags = kinds.reduce(UInt64(0)) { $0 | $1.cloneFlag }
  try check(
    dk_unshare(Int32(truncatingIfNeeded: flags)), "unshare",
    kinds.map(\.rawValue).text(separatedBy: ","))
}
