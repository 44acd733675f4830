// A server ends on a signal, and does so in order. A signal handler could do next to nothing; a thread
// that waits for the signal can do everything. The signals are blocked before any other thread
// exists, since each new thread inherits what its maker has blocked: then nobody but the waiting one
// gets them.
//
// Man pages: pthread_sigmask(3), sigwait(3), signal(7).

import Glibc

/// Waiting for signals instead of being interrupted by them.
package struct SignalWait: @unchecked Sendable {
  private var set = sigset_t()

  /// Blocks `signals` in this thread and in all it makes from now on.
  package init(blocking signals: [Int32]) {
    sigemptyset(&set)
    for signal in signals { sigaddset(&set, signal) }
    pthread_sigmask(SIG_BLOCK, &set, nil)
  }

  /// Waits for one of them and returns its number.
  package func wait() -> Int32 {
    var (set, number) = (set, Int32(0))
    while sigwait(&set, &number) != 0 {}
    return number
  }
}
