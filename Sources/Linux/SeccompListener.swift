// System calls that somebody else answers (seccomp_unotify(2)).
//
// With the action SCMP_ACT_NOTIFY the kernel stops the caller and tells a *listener*, a descriptor
// that seccomp(2) returned when the filter was loaded. An agent outside reads there which call it is
// and with what arguments, and says what it returns: an errno, a value, or that the kernel shall
// go on with it. So a program can be given a mkdir(2) or a mount(2) that is carried out by somebody
// with more privileges, or with other ones.
//
// The listener comes into being in the container's init process, which is subject to the filter at once:
// a call that the filter asks about would wait for an agent who has heard of nothing. So it
// makes one single call, write(2), with the descriptor's number; the other side takes a copy of the
// descriptor out of the process (pidfd_getfd(2)) and gives it to the agent.
//
// Man pages: seccomp_unotify(2), pidfd_getfd(2). Next: SeccompFlags.swift.

import CLinux
import Glibc
import Support

extension SeccompProfile {
  /// Whether a rule leaves calls to an agent.
  package var asksAgent: Bool { rules.contains { $0.action == .notify } }

  /// The agent's socket, if there is something to ask it.
  package var agentPath: String? { asksAgent ? listenerPath : nil }
}

extension SeccompProgram {
  /// `load` for a filter that asks an agent: tells the listener's number to `socket`, as four
  /// bytes behind the byte `kind`. The caller closes the listener once somebody has taken it.
  package func listen(telling socket: Int32, _ kind: UInt8) throws -> Int32 {
    let count = UInt16(clamping: instructions.count / 8)
    let listener = instructions.withUnsafeBytes { bytes in
      let listener = dk_seccomp_listen(bytes.baseAddress, count, flags, socket, kind)
      guard listener < 0, errno == EINVAL, flags != indispensableFlags else { return listener }
      return dk_seccomp_listen(bytes.baseAddress, count, indispensableFlags, socket, kind)
    }
    return try check(listener, "seccomp", "SECCOMP_SET_MODE_FILTER")
  }

  /// The flags without those that a kernel may lack.
  var indispensableFlags: UInt32 {
    SeccompFlags(rawValue: flags).intersection(.indispensable).rawValue
  }
}

/// pidfd_getfd(2): a copy of descriptor `number` of `process`, as if it had been sent. Needs the right to
/// trace that process (ptrace(2)).
package func takeDescriptor(
  _ number: Int32, of process: borrowing FileDescriptor
) throws -> FileDescriptor {
  FileDescriptor(
    owning: try check(
      dk_pidfd_getfd(process.number, number), "pidfd_getfd", "descriptor \(number)"))
}
