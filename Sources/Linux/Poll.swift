import CLinux
import Glibc
import Support

/// What can be waited for on a descriptor, and what came (poll(2)).
package struct PollEvents: OptionSet, Sendable, Hashable {
  package let rawValue: Int16

  package init(rawValue: Int16) {
    self.rawValue = rawValue
  }

  // Without this a literal goes through a sequence of unknown type, which is looked up as it runs.
  package init(arrayLiteral events: PollEvents...) {
    rawValue = events.reduce(0) { $0 | $1.rawValue }
  }

  package static let readable = PollEvents(rawValue: Int16(POLLIN))
  package static let writable = PollEvents(rawValue: Int16(POLLOUT))
  package static let error = PollEvents(rawValue: Int16(POLLERR))
  package static let hangUp = PollEvents(rawValue: Int16(POLLHUP))
  package static let invalid = PollEvents(rawValue: Int16(POLLNVAL))
}

/// One descriptor of a `pollDescriptors` call.
package struct PollEntry: Sendable {
  package var fd: Int32
  package var events: PollEvents
  package var ready: PollEvents = []

  package init(fd: Int32, events: PollEvents) {
    self.fd = fd
    self.events = events
  }
}

/// Waits until one of `entries` is ready, and fills in `ready`. `timeout` is in milliseconds, -1
/// for ever. Returns the number of ready entries: 0 after the timeout or a signal.
@discardableResult
package func pollDescriptors(_ entries: inout [PollEntry], timeout: Int32) throws -> Int {
  var fds = entries.map(\.fd)
  var events = entries.map(\.events.rawValue)
  var ready = [Int16](repeating: 0, count: entries.count)
  let count = dk_ppoll_ms(&fds, &events, &ready, entries.count, timeout)
  if count < 0 {
    if errno == EINTR { return 0 }
    throw SyscallError("poll", "")
  }
  for index in entries.indices { entries[index].ready = PollEvents(rawValue: ready[index]) }
  return Int(count)
}

/// Makes reads and writes on `fd` return EAGAIN instead of waiting.
package func setNonBlocking(_ fd: Int32, _ value: Bool = true) throws {
  let flags = try check(dk_fcntl_int(fd, F_GETFL, 0), "fcntl", "F_GETFL")
  let wanted = value ? flags | O_NONBLOCK : flags & ~O_NONBLOCK
  if wanted != flags { try check(dk_fcntl_int(fd, F_SETFL, wanted), "fcntl", "F_SETFL") }
}

/// Lets `fd` live through execve(2), or not.
package func setInheritable(_ fd: Int32, _ value: Bool) throws {
  try check(dk_fcntl_int(fd, F_SETFD, value ? 0 : FD_CLOEXEC), "fcntl", "F_SETFD")
}

/// Milliseconds of the monotonic clock: for deadlines only.
package func monotonicMilliseconds() -> Int64 {
  var now = timespec()
  clock_gettime(CLOCK_MONOTONIC, &now)
  return Int64(now.tv_sec) * 1000 + Int64(now.tv_nsec) / 1_000_000
}

/// Nanoseconds since 1970-01-01T00:00:00Z.
package func wallClockNanoseconds() -> Int64 {
  var now = timespec()
  clock_gettime(CLOCK_REALTIME, &now)
  return Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec)
}
