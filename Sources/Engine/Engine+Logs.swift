import Glibc
import Linux
import Support

/// Which part of a container's log is wanted (`docker logs`).
package struct LogWish: Sendable {
  package var follow = false
  package var timestamps = false
  /// The last lines only, of those there are before `since` and `until` choose; nil for all.
  package var tail: Int?
  /// Nanoseconds since 1970.
  package var since: Int64?
  package var until: Int64?
  package var standardOutput = true
  package var standardError = true

  package init() {}
}

extension Engine {
  /// Calls `body` with each wanted entry, oldest first; with `follow`, goes on until the container
  /// has ended. `body` returns false to stop; `isCancelled` is asked about once a second.
  ///
  /// Throws `DklabError` `log.not-kept` for a container with the log driver `none`.
  package func logs(
    _ record: ContainerRecord, _ wish: LogWish, isCancelled: () -> Bool = { false },
    _ body: (LogEntry) throws -> Bool
  ) throws {
    guard record.spec.host.logDriver != "none" else {
      throw DklabError(
        .unsupported, id: "log.not-kept",
        Text(
          "configured logging driver does not support reading",
          ko: "이 컨테이너의 로그 드라이버(none)는 로그를 남기지 않습니다"))
    }
    let log = LogFiles(path: logPath(record.id))
    // Before the first look, so that nothing falls between.
    let changes = wish.follow ? try ChangeQueue([containerDirectory(record.id), directory]) : nil
    var (files, offset) = try wish.tail.map(log.tail) ?? (log.all, 0)
    var last: UInt64?
    var isActive = true
    while true {
      // Asked before reading: what was written until then is then certainly in the files.
      if changes != nil { isActive = (try? container(record.id))?.state.isActive ?? false }
      for file in files {
        // It may have been put aside and deleted since.
        guard var reader = try? LogReader(path: file, offset: offset) else { continue }
        offset = 0
        last = reader.inode
        guard try read(&reader, wish, body) else { return }
        guard let changes, file == files.last else { continue }
        if !isActive { return }
        // This one stays open: its name may stand for another file soon.
        while log.successor(of: reader.inode) == nil {
          guard try awaitMore(changes, wish, isCancelled) else { return }
          isActive = (try? container(record.id))?.state.isActive ?? false
          guard try read(&reader, wish, body) else { return }
          if !isActive { return }
        }
        guard try read(&reader, wish, body) else { return }
      }
      guard let changes, isActive else { return }
      files = (last.map { log.successor(of: $0) } ?? log.all.first).map { [$0] } ?? []
      if files.isEmpty, try !awaitMore(changes, wish, isCancelled) { return }
    }
  }

  /// Hands out what a file has. False when no more is wanted.
  private func read(
    _ reader: inout LogReader, _ wish: LogWish, _ body: (LogEntry) throws -> Bool
  ) throws -> Bool {
    while let entry = try reader.next() {
      if wish.since != nil || wish.until != nil, let time = RFC3339.nanoseconds(entry.time) {
        if time < wish.since ?? .min { continue }
        if time > wish.until ?? .max { return false }
      }
      guard entry.isError ? wish.standardError : wish.standardOutput else { continue }
      if try !body(entry) { return false }
    }
    return true
  }

  /// Waits for a change, of the log or of the record. False when there is nothing to wait for.
  private func awaitMore(
    _ changes: ChangeQueue, _ wish: LogWish, _ isCancelled: () -> Bool
  ) throws -> Bool {
    let now = wallClockNanoseconds()
    if let until = wish.until, now > until { return false }
    let rest = min(1000, ((wish.until ?? .max) - now) / 1_000_000 + 1)
    var entry = [PollEntry(fd: changes.descriptor, events: .readable)]
    if try pollDescriptors(&entry, timeout: Int32(rest)) == 0, isCancelled() { return false }
    changes.drain()
    return true
  }
}
