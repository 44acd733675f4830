// Being told that files change, instead of looking again and again.
//
// inotify(7) gives a descriptor that becomes readable when something happens in one of the watched
// directories: a file written, made, renamed or removed. It does not look into subdirectories, it
// does not see what is written through a memory map, and several changes may come as one; so it
// says when to look, and never what is there.
//
// Man pages: inotify(7), inotify_add_watch(2). Next: Poll.swift.

import Glibc
import Support

/// Tells when something changes in some directories.
package final class ChangeQueue {
  private let queue: FileDescriptor

  /// Watches `directories`; one that cannot be watched is left out.
  package init(_ directories: [String]) throws {
    queue = FileDescriptor(
      owning: try check(
        inotify_init1(Int32(IN_CLOEXEC | IN_NONBLOCK)), "inotify_init1"))
    let events = IN_MODIFY | IN_CREATE | IN_DELETE | IN_MOVED_TO | IN_MOVED_FROM | IN_ATTRIB
    for directory in directories {
      inotify_add_watch(queue.number, directory, UInt32(events))
    }
  }

  /// Readable (poll(2)) after a change.
  package var descriptor: Int32 { queue.number }

  /// Forgets the changes so far. Whether there were any.
  @discardableResult
  package func drain() -> Bool {
    var buffer = [UInt8](repeating: 0, count: 16 << 10)
    var found = false
    while read(queue.number, &buffer, buffer.count) > 0 { found = true }
    return found
  }
}
