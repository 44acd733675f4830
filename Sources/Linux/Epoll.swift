// epoll(7): one descriptor that stands for many.
//
// poll(2) is told every time what to watch; an epoll instance remembers. It is itself a descriptor
// that becomes readable when anything in it is ready, so a component with a changing set of sockets
// can hide behind a single entry of somebody else's poll loop.
//
// Man pages: epoll(7), epoll_ctl(2). See Network's PortRelay.swift.

import CLinux
import Glibc
import Support

/// A set of watched descriptors.
package struct Epoll: ~Copyable, Sendable {
  package let descriptor: FileDescriptor

  package init() throws {
    descriptor = FileDescriptor(owning: try check(dk_epoll_create(O_CLOEXEC), "epoll_create1"))
  }

  /// Watches `fd` for `events` (level-triggered) and reports it as `token`. With no events it is
  /// not watched at all: epoll would otherwise go on reporting a hang-up nobody can act on.
  /// `previous` is what the last call for this `fd` asked for.
  package func watch(
    _ fd: Int32, _ events: PollEvents, previous: PollEvents = [], token: UInt64
  ) throws {
    let (add, delete, modify) = (Int32(1), Int32(2), Int32(3))
    let operation: Int32
    switch (previous.isEmpty, events.isEmpty) {
    case (true, true): return
    case (true, false): operation = add
    case (false, true): operation = delete
    case (false, false):
      guard events != previous else { return }
      operation = modify
    }
    // EPOLLIN and its kin have the values of POLLIN and its kin.
    let bits = UInt32(UInt16(bitPattern: events.rawValue))
    try check(
      dk_epoll_control(descriptor.number, operation, fd, bits, token), "epoll_ctl", "fd \(fd)")
  }

  /// What is ready now, without waiting: at most 64 tokens a call.
  package func ready() -> [(token: UInt64, events: PollEvents)] {
    var events = [UInt32](repeating: 0, count: 64)
    var tokens = [UInt64](repeating: 0, count: 64)
    let count = retryingInterrupts {
      dk_epoll_wait(descriptor.number, &events, &tokens, 64, 0)
    }
    return (0..<max(0, Int(count))).map { index in
      (tokens[index], PollEvents(rawValue: Int16(truncatingIfNeeded: events[index])))
    }
  }
}
