// Process 1 of a pid namespace has two duties the kernel gives to nobody else: it becomes the
// parent of every orphan and must collect them, and signals without a handler do not end it. A
// program that was not written for that leaves zombies and ignores `docker stop`. With `--init`
// this small loop takes the place, and the program runs as its child.
//
// Man pages: pid_namespaces(7), wait(2), signalfd(2).

import CLinux
import Glibc
import Linux

enum PidOne {
  /// Passes every signal to `child`, collects orphans, and ends with the child's status.
  static func supervise(child: pid_t) -> Never {
    ProcessControl.setName("dklab-init")
    let passed = (Int32(1)...31).filter {
      ![SIGKILL, SIGSTOP, SIGFPE, SIGILL, SIGSEGV, SIGBUS, SIGABRT, SIGTRAP, SIGSYS].contains($0)
    }
    let signals = dk_signalfd(passed, passed.count)
    while true {
      while let ended = reapAny() {
        if ended.pid == child { _exit(ended.status.code) }
      }
      var entries = [PollEntry(fd: signals, events: .readable)]
      _ = try? pollDescriptors(&entries, timeout: 1000)
      guard !entries[0].ready.isEmpty else { continue }
      // struct signalfd_siginfo is 128 bytes and begins with the signal's number.
      var info = [UInt32](repeating: 0, count: 32)
      guard read(signals, &info, 128) == 128 else { continue }
      if info[0] != UInt32(SIGCHLD) { kill(child, Int32(info[0])) }
    }
  }
}
