// Every system call of the kit goes through here.
//
// A call that fails sets errno(3) and returns -1; `check` turns that into a `SyscallError` which
// carries what was done, to what, and why the kernel refused. EINTR is retried only by
// `retryingInterrupts`, since for some calls (close(2), connect(2)) repeating is wrong.
//
// Next: FileDescriptor.swift, then Namespace.swift.

import Glibc
import Support

/// Returns `result`, or throws `SyscallError` with the current `errno` when it is negative.
@discardableResult
package func check<Result: SignedInteger>(
  _ result: Result, _ call: String, _ subject: @autoclosure () -> String = ""
) throws -> Result {
  guard result >= 0 else {
    let number = errno
    let subject = subject()
    if SyscallTrace.isOn { SyscallTrace.record(call, subject, -1, number) }
    throw SyscallError(call, subject, errno: number)
  }
  if SyscallTrace.isOn { SyscallTrace.record(call, subject(), Int64(result), 0) }
  return result
}

/// Calls `body` again for as long as it fails with EINTR (signal(7)).
package func retryingInterrupts<Result: SignedInteger>(_ body: () -> Result) -> Result {
  while true {
    let result = body()
    if result >= 0 || errno != EINTR { return result }
  }
}
