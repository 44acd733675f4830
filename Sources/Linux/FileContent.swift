// Moving the content of one open file to another without carrying it through this process.
//
// Man pages: copy_file_range(2), sendfile(2), fcntl(2).

import CLinux
import Glibc
import Support

/// Copies everything from `source` on into `target`, sharing the blocks where the file system can.
package func copyContent(from source: Int32, to target: Int32, subject: String) throws {
  while true {
    let count = dk_copy_file_range(source, target, 1 << 30)
    if count > 0 { continue }
    if count == 0 { return }
    // Not on this pair of file systems (EXDEV, EOPNOTSUPP): by way of sendfile(2).
    while try check(dk_copy(source, target), "sendfile", subject) > 0 {}
    return
  }
}

/// A second number for `fd`, `lowest` or above, that no program inherits.
package func duplicate(_ fd: Int32, above lowest: Int32) throws -> Int32 {
  try check(dk_fcntl_int(fd, F_DUPFD_CLOEXEC, lowest), "fcntl", "F_DUPFD")
}

/// Blocks `signals` in this process and returns a descriptor that becomes readable when one comes
/// (signalfd(2)). Owned by the caller; the signals stay blocked, also for children that do not
/// change their mask.
package func signalDescriptor(_ signals: [Int32]) throws -> Int32 {
  try check(dk_signalfd(signals, signals.count), "signalfd", "")
}
