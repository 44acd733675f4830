// Following the journal without asking again and again: inotify(7) tells when the database's
// write-ahead log grows, and then the new rows are read. Several processes write it; each reader has
// its own place.
//
// What is told is the writing. The rows can be read a moment later, when the log has been synchronised and
// its index in shared memory says so, and that is not told: so after each word of a change there are some
// more looks, at growing distances.
//
// Next: Journal.swift.

import Glibc
import Linux
import Support

/// A place in an instance's journal that moves on as it is read. For one thread.
package final class EventFeed {
  private let engine: Engine
  private let changes: ChangeQueue
  private var last: Int64
  /// Milliseconds between the last look and the next one; nil when there is no need for one.
  private var pause: Int64? = 1
  private var lookedAt = monotonicMilliseconds()

  /// Begins at the first event at or after `time` (nanoseconds since 1970), or with what comes next.
  package init(_ engine: Engine, since time: Int64?) throws {
    self.engine = engine
    // Before the first look, so that nothing falls between.
    changes = try ChangeQueue([engine.directory])
    last = try engine.journal.lastID(before: time)
  }

  /// Becomes readable (poll(2)) when there may be something new.
  package var descriptor: Int32 { changes.descriptor }

  /// The events that have come since the last call, oldest first; does not wait.
  package func next() throws -> [EngineEvent] {
    changes.drain()
    let entries = try engine.journal.entries(since: last)
    if let id = entries.last?.id { last = id }
    return entries.compactMap(EngineEvent.init)
  }

  /// The ids of the containers of which something has come since the last call; does not wait.
  package func changedContainers() throws -> Set<String> {
    changes.drain()
    let rows = try engine.database.query(
      "SELECT id, actor FROM journal WHERE id > ? AND type = 'container' ORDER BY id",
      .integer(last))
    if let id = rows.last?["id"].integer { last = id }
    return Set(rows.compactMap { $0["actor"].text })
  }

  /// When to look again though nothing is told (`monotonicMilliseconds`); nil when there is no need.
  package var nextLook: Int64? { pause.map { lookedAt + $0 } }

  /// Says that this is a look: because of a change that was `told`, or because it was time for one.
  package func looked(told: Bool) {
    lookedAt = monotonicMilliseconds()
    pause = told ? 1 : pause.flatMap { $0 < 500 ? $0 * 2 : nil }
  }

  /// Waits until there may be something new, at most until `deadline` (nanoseconds since 1970).
  package func wait(until deadline: Int64?) throws {
    var entry = [PollEntry(fd: descriptor, events: .readable)]
    let rest = deadline.map { ($0 - wallClockNanoseconds()) / 1_000_000 + 1 } ?? Int64(Int32.max)
    let limit = min(rest, pause ?? .max)
    let told = try pollDescriptors(&entry, timeout: Int32(clamping: max(0, limit))) > 0
    looked(told: told)
  }
}

extension Engine {
  /// Calls `body` with each event of the given time that `filter` lets pass, the past ones first;
  /// without `until` it goes on for ever. `body` returns false to end it.
  package func events(
    since: Int64?, until: Int64?, filter: EventFilter, _ body: (EngineEvent) throws -> Bool
  ) throws {
    let feed = try EventFeed(self, since: since)
    while true {
      for event in try feed.next() {
        if let until, event.time > until { return }
        if filter.matches(event), try !body(event) { return }
      }
      if let until, wallClockNanoseconds() >= until { return }
      try feed.wait(until: until)
    }
  }
}

extension Journal {
  /// The number of the last entry before `time`; of the last one of all without a time.
  func lastID(before time: Int64?) throws -> Int64 {
    guard let time else {
      return try database.query("SELECT MAX(id) AS last FROM journal").first?["last"].integer ?? 0
    }
    // By number, not by time alone: an entry may be entered a moment after the next one happened.
    let first = try database.query(
      "SELECT MIN(id) AS first FROM journal WHERE time >= ?", .integer(time)
    ).first?["first"].integer
    return try first.map { $0 - 1 } ?? lastID(before: nil)
  }
}
