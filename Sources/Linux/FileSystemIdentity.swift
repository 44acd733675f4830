// Who a process is to files, apart from who it is otherwise.
//
// What a process makes belongs to its "file system user", which is its effective user unless somebody
// says otherwise. Through a mount that shows other owners (DetachedMount.mapOwners) only users that the
// mount knows can own anything: there root itself, whom it does not know, gets EOVERFLOW. setfsuid(2) makes
// root that user, and nothing else of it changes.
//
// The kernel takes the capabilities over files along with user 0; root takes them up again, or it would
// have to ask the permissions like anybody.
//
// Man pages: setfsuid(2), capabilities(7). Next: DetachedMount.swift.

import CLinux
import Glibc
import Support

/// The user and group that the files of this process belong to.
package enum FileSystemIdentity {
  /// Makes files under `user` and `group` from now on, with all capabilities as before.
  ///
  /// Throws `SyscallError`: EPERM for whoever may not become that user.
  package static func assume(user: uid_t, group: gid_t) throws {
    _ = dk_setfsgid(group)
    _ = dk_setfsuid(user)
    // They tell of failures in no other way than that nothing has changed.
    guard dk_setfsgid(gid_t.max) == Int32(bitPattern: group) else {
      throw SyscallError("setfsgid", "\(group)", errno: EPERM)
    }
    guard dk_setfsuid(uid_t.max) == Int32(bitPattern: user) else {
      throw SyscallError("setfsuid", "\(user)", errno: EPERM)
    }
    SyscallTrace.note("setfsgid", "\(group)", 0)
    SyscallTrace.note("setfsuid", "\(user)", 0)
    var (effective, permitted, inheritable): (UInt64, UInt64, UInt64) = (0, 0, 0)
    try check(dk_capget(&effective, &permitted, &inheritable), "capget")
    try check(dk_capset(permitted, permitted, inheritable), "capset", "what setfsuid took away")
  }
}
