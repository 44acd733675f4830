// A record of system calls, made by the very code that makes them: `run --trace`.
//
// Every call goes through `check` (Syscall.swift), which knows what was called, on what, and what
// came of it. While a trace is on, it writes that down, one line a call. Unlike strace(1) this needs
// no right to trace, costs next to nothing, and says what the call was for.
//
// The file is opened for appending by each process that writes to it; a line is one write(2), so
// lines of several processes do not mix. execve(2) closes it, since it is close-on-exec.
//
// Next: Syscall.swift.

import CLinux
import Glibc
import Support

/// The trace this process writes, if any. A process has one thread while it does.
package enum SyscallTrace {
  private nonisolated(unsafe) static var file: Int32 = -1

  /// Whether calls are written down.
  package static var isOn: Bool { file >= 0 }

  /// Appends to the file at `path` from now on. A file that cannot be opened is no trace.
  package static func begin(_ path: String) {
    end()
    file = open(path, O_WRONLY | O_APPEND | O_CLOEXEC)
  }

  /// Stops.
  package static func end() {
    if file >= 0 { close(file) }
    file = -1
  }

  /// A heading: what the calls that follow are for.
  package static func heading(_ text: @autoclosure () -> String) {
    if isOn { write("\(text())\n") }
  }

  /// A call whose result nobody checks; returns that result.
  @discardableResult
  package static func note<Result: SignedInteger>(
    _ call: String, _ subject: @autoclosure () -> String, _ result: Result
  ) -> Result {
    if isOn {
      let number = errno
      record(call, subject(), Int64(result), number)
      errno = number
    }
    return result
  }

  /// A call that does not return when it succeeds: its line is finished only when it fails.
  package static func begin(call: String, _ subject: @autoclosure () -> String) {
    if isOn { write("  \(call)(\(subject()))") }
  }

  /// Finishes the line of such a call.
  package static func failed(_ number: Int32) {
    if isOn { write(" = -1 \(errnoName(number)) (\(String(cString: strerror(number))))\n") }
  }

  static func record(_ call: String, _ subject: String, _ result: Int64, _ number: Int32) {
    let outcome =
      result >= 0
      ? "\(result)" : "-1 \(errnoName(number)) (\(String(cString: strerror(number))))"
    write("  \(call)(\(subject)) = \(outcome)\n")
  }

  private static func write(_ line: String) {
    let bytes = Array(line.utf8)
    _ = Glibc.write(file, bytes, bytes.count)
  }
}
