import Glibc
import Linux
import Support

/// The loop of a small process of the cluster: it watches some resources, does something when they
/// have changed, and serves sockets meanwhile. One thread, one poll(2).
struct WatchLoop {
  /// What becomes readable: a descriptor, when to look at the latest (monotonic milliseconds), and
  /// what to do then.
  struct Service {
    var descriptor: Int32
    var deadline: () -> Int64?
    var handle: () -> Void
  }

  let stop: Int32
  let watched: [WatchedObjects]
  let services: [Service]
  /// Milliseconds between two changes that are acted upon: many often come together.
  var pause: Int64 = 20

  /// Serves until `stop` says so, or until the cluster's directory is gone. `change` is called once all resources are known, and whenever one of
  /// them has changed since; `ready` after the first time.
  func run(change: () -> Void, ready: () -> Void) {
    var isReady = false
    var changedAt: Int64?
    var tryAgainAt: Int64 = 0
    var knows = Set<Int>()
    while true {
      var now = monotonicMilliseconds()
      if now >= tryAgainAt {
        for (index, resource) in watched.enumerated() {
          do {
            if try resource.connect() { changedAt = changedAt ?? now }
            knows.insert(index)
          } catch {
            if resource.isAbandoned { return }
            tryAgainAt = now + 250
          }
        }
      }
      if knows.count == watched.count, !isReady || changedAt.map({ now >= $0 + pause }) ?? false {
        changedAt = nil
        change()
        if !isReady { ready() }
        isReady = true
        now = monotonicMilliseconds()
      }
      if wait(now, changedAt, tryAgainAt, &changedAt) { return }
    }
  }

  /// Returns true when it is time to end.
  private func wait(
    _ now: Int64, _ pending: Int64?, _ tryAgainAt: Int64, _ changedAt: inout Int64?
  ) -> Bool {
    var next = now + 60_000
    if let pending { next = min(next, pending + pause) }
    if watched.contains(where: { $0.descriptor == nil }) { next = min(next, max(tryAgainAt, now)) }
    for service in services { if let due = service.deadline() { next = min(next, due) } }
    let first = 1 + services.count
    var entries = [PollEntry(fd: stop, events: .readable)]
    entries += services.map { PollEntry(fd: $0.descriptor, events: .readable) }
    let live = watched.filter { $0.descriptor != nil }
    entries += live.compactMap { $0.descriptor.map { PollEntry(fd: $0, events: .readable) } }
    _ = try? pollDescriptors(&entries, timeout: Int32(clamping: max(0, next - now)))
    if !entries[0].ready.isEmpty { return true }
    let after = monotonicMilliseconds()
    for (index, service) in services.enumerated() {
      let isDue = service.deadline().map { after >= $0 } ?? false
      if isDue || !entries[1 + index].ready.isEmpty { service.handle() }
    }
    for (index, resource) in live.enumerated() where !entries[first + index].ready.isEmpty {
      if resource.read() { changedAt = changedAt ?? after }
    }
    return false
  }
}
