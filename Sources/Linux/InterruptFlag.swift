// Ctrl-C as a number that is looked at, for commands that must put things in order before they end. A
// handler may do next to nothing (signal-safety(7)), so it counts; poll(2) wakes up by EINTR. Unlike a
// blocked signal a handler is not handed on to the programs that are started.
//
// Man pages: signal(2), signal-safety(7). Next: Poll.swift.

import Glibc

private nonisolated(unsafe) var interrupts: Int32 = 0

/// How often this process was asked to end since `install`.
package enum InterruptFlag {
  /// Counts SIGINT and SIGTERM from now on, instead of ending.
  package static func install() {
    for number in [SIGINT, SIGTERM] {
      signal(number) { _ in interrupts &+= 1 }
    }
  }

  /// The number of signals so far.
  package static var count: Int32 { interrupts }
}
