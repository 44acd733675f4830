// Whether processes still run, for somebody who asks often and about many.
//
// /proc/PID/stat says it of one process for three system calls, and the kernel writes fifty numbers
// each time. A pidfd becomes readable when its process ends, so one poll(2) over all of them asks
// about any number at once. It is opened once for each process; the start time is compared after
// that, and from then on the descriptor cannot mean another process.
//
// Man pages: pidfd_open(2), poll(2). Next: Process.swift.

import CLinux
import Glibc
import Support

/// Tells which of some processes have ended. One descriptor for each.
package final class ProcessWatch {
  private var held: [ProcessIdentity: Int32] = [:]

  /// How many descriptors it holds.
  var count: Int { held.count }

  package init() {}

  deinit {
    for fd in held.values { close(fd) }
  }

  /// Whether any of `processes` has ended. All others that were asked about before are let go.
  package func hasEnded(anyOf processes: some Sequence<ProcessIdentity>) -> Bool {
    var kept: [ProcessIdentity: Int32] = [:]
    var ended = false
    for process in processes where kept[process] == nil {
      if let fd = held.removeValue(forKey: process) ?? open(process) {
        kept[process] = fd
      } else if !process.isAlive {
        ended = true
      }
    }
    for fd in held.values { close(fd) }
    held = kept
    guard !ended, !held.isEmpty else { return ended }
    var entries = held.values.map { PollEntry(fd: $0, events: .readable) }
    return ((try? pollDescriptors(&entries, timeout: 0)) ?? 1) > 0
  }

  /// nil when it has ended, or when there is no descriptor to be had.
  private func open(_ process: ProcessIdentity) -> Int32? {
    let fd = dk_pidfd_open(process.pid, 0)
    guard fd >= 0 else { return nil }
    guard process.isAlive else {
      close(fd)
      return nil
    }
    return fd
  }
}
