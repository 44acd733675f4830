// Extended attributes: names with values that a file carries beside its content, such as the
// capabilities of a program (security.capability) or what overlay notes on its directories.
//
// Man pages: xattr(7), flistxattr(2), fgetxattr(2), fsetxattr(2).

import CLinux
import Glibc
import Support

/// The extended attributes of open files.
package enum ExtendedAttributes {
  /// The names that the open file `file` carries, sorted; none where the file system has no
  /// attributes. An O_PATH descriptor does not do.
  package static func names(of file: Int32) throws -> [String] {
    // The list may grow between the two calls.
    for _ in 0..<8 {
      let size = dk_flistxattr(file, nil, 0)
      if size == 0 || (size < 0 && (errno == EOPNOTSUPP || errno == ENOSYS)) { return [] }
      var list = [CChar](repeating: 0, count: try check(size, "flistxattr"))
      let count = dk_flistxattr(file, &list, list.count)
      if count < 0 && errno == ERANGE { continue }
      let bytes = list[..<(try check(count, "flistxattr"))].map { UInt8(bitPattern: $0) }
      return bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }.sorted()
    }
    throw SyscallError("flistxattr", "attributes", errno: ERANGE)
  }

  /// The value of `name`; nil when the open file `file` does not carry it.
  package static func value(of name: String, in file: Int32) throws -> [UInt8]? {
    for _ in 0..<8 {
      let size = dk_fgetxattr(file, name, nil, 0)
      if size < 0 {
        if [ENODATA, EOPNOTSUPP, EPERM, EACCES].contains(errno) { return nil }
        throw SyscallError("fgetxattr", name)
      }
      var value = [UInt8](repeating: 0, count: size)
      let count = dk_fgetxattr(file, name, &value, value.count)
      if count < 0 && errno == ERANGE { continue }
      return Array(value[..<(try check(count, "fgetxattr", name))])
    }
    throw SyscallError("fgetxattr", name, errno: ERANGE)
  }

  /// Gives the open file `file` the attribute; false when this process, or this file system, may
  /// not have it there.
  package static func set(_ name: String, _ value: [UInt8], on file: Int32) throws -> Bool {
    if dk_fsetxattr(file, name, value, value.count, 0) == 0 { return true }
    guard [EPERM, EACCES, EOPNOTSUPP, EINVAL].contains(errno) else {
      throw SyscallError("fsetxattr", name)
    }
    return false
  }
}
