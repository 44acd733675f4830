// Running a program of the host in another network namespace, or leaving it running: nft, pasta.
// (ChildProgram.swift is for all other programs.)
//
// fork(2) and execve(2) with the classic order between them: enter a namespace if wanted, put the
// descriptors in place, close everything else, become the program. The caller must have a single
// thread; what a program prints is small, and is read once it has got its input.
//
// Man pages: fork(2), execve(2), close_range(2).

import CLinux
import Glibc
import Support

/// A program of the host that the kit uses when it is there.
package struct HostProgram: Sendable, Hashable {
  /// Where it was found.
  package let path: String

  /// Looks for `name` along PATH, and where programs for administrators are, which the PATH of an
  /// ordinary user leaves out; nil when it is not installed.
  package init?(_ name: String) {
    guard let found = ChildProgram.find(name) else { return nil }
    path = found
  }

  /// What came of running it: the exit status, and what it printed to both its outputs.
  package struct Outcome: Sendable {
    package var status: ExitStatus
    package var output: String

    package var succeeded: Bool { status.code == 0 }
  }

  /// Runs it to its end. `namespace` is a descriptor of the network namespace to run it in.
  ///
  /// A program that goes on in the background must not keep its outputs open, or this waits for it.
  package func run(
    _ arguments: [String], input: String = "", namespace: Int32? = nil
  ) throws -> Outcome {
    let (questions, questionsEnd) = try FileDescriptor.pipe().split()
    let (answersEnd, answers) = try FileDescriptor.pipe().split()
    let pid = try start(
      arguments, namespace: namespace, input: questions, output: answers, newSession: false)
    close(questions)
    close(answers)
    let reader = FileDescriptor(owning: answersEnd)
    do {
      let writer = FileDescriptor(owning: questionsEnd)
      try? writeAll(writer.number, input)
    }
    let output = String(decoding: try readAll(reader.number), as: UTF8.self)
    return Outcome(status: try waitFor(pid), output: output)
  }

  /// Starts it in a session of its own, with its outputs thrown away, and leaves it running.
  package func startInBackground(_ arguments: [String]) throws -> ProcessIdentity {
    let nothing = try FileDescriptor.open("/dev/null", O_RDWR)
    let pid = try start(
      arguments, namespace: nil, input: nothing.number, output: nothing.number, newSession: true)
    guard let identity = ProcessIdentity(of: pid) else {
      throw SyscallError("execve", path, errno: ECHILD)
    }
    return identity
  }

  private func start(
    _ arguments: [String], namespace: Int32?, input: Int32, output: Int32, newSession: Bool
  ) throws -> pid_t {
    var words: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { strdup($0) }
    words.append(nil)
    defer { words.forEach { free($0) } }
    fflush(nil)
    let pid = try check(dk_fork(), "fork", path)
    if pid == 0 {
      if newSession { setsid() }
      if let namespace, dk_setns(namespace, 0) != 0 { _exit(126) }
      _ = dk_unblock_all_signals()
      for (from, to) in [(input, 0), (output, 1), (output, 2)] { dup2(from, Int32(to)) }
      _ = dk_close_range(3, .max, 0)
      execv(path, &words)
      _exit(127)
    }
    return pid
  }
}
