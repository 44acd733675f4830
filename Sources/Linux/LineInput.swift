// A line of input, and not a byte more: what follows belongs to whoever reads next, which may be a
// program this one starts. A buffered reader would have taken it along.
//
// Man pages: read(2). Next: KeyedTerminal.swift.

import CLinux
import Glibc
import Support

/// The next line of `fd` without its line end; nil at the end of the input.
package func readOneLine(_ fd: Int32) -> String? {
  var bytes: [UInt8] = []
  var byte: UInt8 = 0
  while true {
    let count = retryingInterrupts { read(fd, &byte, 1) }
    guard count > 0 else { break }
    if byte == UInt8(ascii: "\n") { return String(decoding: bytes, as: UTF8.self) }
    bytes.append(byte)
  }
  return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
}

/// Runs `body`, which becomes another program, as a child with this process's descriptors, and
/// waits for it. Ctrl-C is the child's.
@discardableResult
package func inChildProgram(_ body: () -> Never) throws -> ExitStatus {
  let kept = [SIGINT, SIGQUIT].map { (number: $0, handler: signal($0, SIG_IGN)) }
  defer { for (number, handler) in kept { signal(number, handler) } }
  let pid = try forkProcess()
  if pid == 0 {
    for number in Int32(1)...31 where number != SIGKILL && number != SIGSTOP {
      signal(number, SIG_DFL)
    }
    _ = dk_unblock_all_signals()
    body()
  }
  return try waitFor(pid)
}

/// read(2), again after a signal. Returns the number of bytes, 0 at the end of the input.
package func readSome(_ fd: Int32, into buffer: inout [UInt8]) throws -> Int {
  try check(retryingInterrupts { read(fd, &buffer, buffer.count) }, "read", "fd \(fd)")
}
