import Linux
import Support

/// One container's log, read as it grows by somebody who follows several: nothing waits here.
package final class LogTail {
  /// The container's id.
  package let container: String
  private let files: LogFiles
  /// Stays open: its name may stand for another file soon.
  private var reader: LogReader?
  private var inode: UInt64?
  private let wish: LogWish

  /// Nothing is read yet.
  package init(_ engine: Engine, _ record: ContainerRecord, _ wish: LogWish = LogWish()) {
    container = record.id
    files = LogFiles(path: engine.logPath(record.id))
    self.wish = wish
  }

  /// Forgets what is there so far: only later entries count.
  package func skip() throws {
    while try !next().isEmpty {}
  }

  /// The entries that have come since the last call, at most a thousand.
  package func next() throws -> [LogEntry] {
    var entries: [LogEntry] = []
    while entries.count < 1000 {
      guard reader != nil else {
        // The oldest first; there may be none yet.
        guard let first = files.all.first, let opened = try? LogReader(path: first) else { break }
        inode = opened.inode
        reader = consume opened
        continue
      }
      // Asked before reading: a file that has a successor will not grow any more.
      let successor = inode.flatMap(files.successor)
      while entries.count < 1000, let entry = try reader?.next() { entries.append(entry) }
      guard entries.count < 1000, let successor else { break }
      guard let opened = try? LogReader(path: successor) else { break }
      inode = opened.inode
      reader = consume opened
    }
    return entries
  }

  /// What the wish asks for of the entries so far, with its `tail`.
  package func beginning() throws -> [LogEntry] {
    var entries: [LogEntry] = []
    while true {
      let more = try next()
      if more.isEmpty { break }
      entries += more.filter { $0.isWithin(wish) }
    }
    if let tail = wish.tail, tail >= 0 { entries = entries.suffix(tail) }
    return entries
  }
}

extension LogEntry {
  /// Whether the entry lies between the wish's times.
  package func isWithin(_ wish: LogWish) -> Bool {
    guard wish.since != nil || wish.until != nil else { return true }
    guard let time = RFC3339.nanoseconds(time) else { return true }
    return time >= wish.since ?? .min && time <= wish.until ?? .max
  }
}
