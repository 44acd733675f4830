// Being told that a control group ran out of memory, when it happens.
//
//   v1   an eventfd, registered with memory.oom_control through cgroup.event_control
//   v2   memory.events changes, which inotify(7) sees
//
// Both say when to look; how many processes were killed stands in the group's own counter. The kernel
// also wakes the watcher when the group is removed, so that a wake-up alone means nothing.
//
// Documentation: cgroup-v1/memory.rst (section 10), cgroup-v2.rst (memory.events).
// Next: CgroupStatistics.swift.

import CLinux
import Glibc
import Support

/// Tells when a group's processes may have been killed for lack of memory.
package final class OutOfMemoryWatch {
  private let queue: FileDescriptor

  /// Watches `group`; nil where nothing counts its memory, or where one may not watch.
  package init?(_ group: CgroupHandle) {
    let opened =
      group.unified.map(Self.watchUnified) ?? group.directories["memory"].map(Self.watchLegacy)
      ?? -1
    guard opened >= 0 else { return nil }
    queue = FileDescriptor(owning: opened)
  }

  private static func watchUnified(_ directory: String) -> Int32 {
    let queue = inotify_init1(Int32(IN_CLOEXEC | IN_NONBLOCK))
    guard queue >= 0 else { return -1 }
    guard inotify_add_watch(queue, directory + "/memory.events", UInt32(IN_MODIFY)) >= 0 else {
      close(queue)
      return -1
    }
    return queue
  }

  private static func watchLegacy(_ directory: String) -> Int32 {
    let event = dk_eventfd(0, O_CLOEXEC | O_NONBLOCK)
    guard event >= 0 else { return -1 }
    // The registration keeps what it needs; the control file may be closed afterwards.
    let control = open(directory + "/memory.oom_control", O_RDONLY | O_CLOEXEC)
    defer { if control >= 0 { close(control) } }
    do {
      guard control >= 0 else { throw SyscallError("open", directory) }
      try File.command(directory + "/cgroup.event_control", "\(event) \(control)")
      return event
    } catch {
      close(event)
      return -1
    }
  }

  /// Readable (poll(2)) when it is time to look at the counter.
  package var descriptor: Int32 { queue.number }

  /// Forgets what it has told so far.
  package func drain() {
    withUnsafeTemporaryAllocation(byteCount: 1024, alignment: 8) { buffer in
      while read(queue.number, buffer.baseAddress, buffer.count) > 0 {}
    }
  }
}
