import CLinux
import Glibc

/// A system call that failed: which one, on what, and the kernel's `errno`.
///
/// Reads as `mount: /proc: Operation not permitted (EPERM)`. Codable, because the init of a
/// container sends it through a pipe to the process that reports it.
package struct SyscallError: Error, Sendable, Codable, Equatable {
  package var call: String
  package var subject: String
  package var errno: Int32

  package init(_ call: String, _ subject: String, errno number: Int32 = Glibc.errno) {
    self.call = call
    self.subject = subject
    self.errno = number
  }
}

extension SyscallError: CustomStringConvertible {
  package var description: String {
    let cause = "\(String(cString: strerror(errno))) (\(errnoName(errno)))"
    return subject.isEmpty ? "\(call): \(cause)" : "\(call): \(subject): \(cause)"
  }
}

/// The symbolic name of an `errno` value: `ENOENT` for 2 (errno(3)).
package func errnoName(_ number: Int32) -> String {
  dk_errno_name(number).map { String(cString: $0) } ?? "errno \(number)"
}
