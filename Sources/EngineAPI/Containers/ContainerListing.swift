// `docker ps` and `docker inspect` are what people and dashboards ask all the time. The answers are
// kept ready, and what they are made of is asked for each time in the cheapest way there is: the
// database whether anything was committed, the kernel whether a monitor has ended, the clock.

import Engine
import Linux
import Support
import Synchronization

/// Shows containers for one server, to one request at a time: it takes less than a millisecond.
final class ContainerListing: Sendable {
  /// What `GET /containers/json` was asked for.
  struct Wish: Sendable {
    var filters: APIFilters
    var all: Bool
    /// The newest so many; 0 for all.
    var limit: Int
    var withSize: Bool
  }

  private final class Kept: @unchecked Sendable {
    let engine: Engine
    let records: RecordCache
    let monitors = ProcessWatch()
    var summaries: [Int: ContainerSummary] = [:]
    var inspections: [String: Inspection] = [:]

    init(_ engine: Engine) {
      self.engine = engine
      records = RecordCache(engine)
    }
  }

  /// What `inspect` shows of a container.
  struct Inspection: Sendable {
    let id: String
    let text: [UInt8]
    fileprivate let revision: Int
  }

  private let root: DataRoot
  private let instance: String
  private let kept = Mutex<Kept?>(nil)

  init(root: DataRoot, instance: String) {
    self.root = root
    self.instance = instance
  }

  /// The list as JSON. Waits for the database: not for a task's thread.
  ///
  /// - Parameter isRepaired: the records have just been compared with the processes.
  /// - Returns: nil when a monitor has ended without a word: the records have to be compared first.
  func text(_ wish: Wish, isRepaired: Bool = false) throws -> [UInt8]? {
    try withKept { now in
      let entries = try now.records.current()
      let monitors = entries.lazy.filter(\.record.state.isActive).compactMap(\.record.state.monitor)
      if now.monitors.hasEnded(anyOf: monitors), !isRepaired { return nil }
      return try text(wish, entries, now)
    }
  }

  /// `GET /containers/REFERENCE/json` without what this server alone knows. Waits for the database.
  ///
  /// - Returns: nil for what is not exactly an id or a name, and for one whose records have to be
  ///   compared first.
  func inspection(of reference: String) throws -> Inspection? {
    try withKept { now in
      guard let entry = try now.records.current(reference) else { return nil }
      let record = entry.record
      if record.state.isActive, !(record.state.monitor?.isAlive ?? true) { return nil }
      if let known = now.inspections[record.id], known.revision == entry.revision { return known }
      let new = Inspection(
        id: record.id, text: now.engine.inspect(record).bytes(), revision: entry.revision)
      if now.inspections.count >= 1024 { now.inspections = [:] }
      now.inspections[record.id] = new
      return new
    }
  }

  private func withKept<Result: Sendable>(_ body: (Kept) throws -> Result) throws -> Result {
    try kept.withLock { kept in
      let now = try kept ?? Kept(try Engine(root: root, instance: instance))
      kept = now
      return try body(now)
    }
  }

  private func text(_ wish: Wish, _ entries: [RecordCache.Entry], _ kept: Kept) throws -> [UInt8] {
    let match = try ContainerMatch(wish.filters, engine: kept.engine)
    let time = wallClockNanoseconds()
    var summaries: [Int: ContainerSummary] = [:]
    var output: [UInt8] = [UInt8(ascii: "[")]
    output.reserveCapacity(entries.count * 1024)
    var count = 0
    for entry in entries {
      let summary = kept.summaries[entry.revision] ?? ContainerSummary(entry, kept.engine)
      summaries[entry.revision] = summary
      let state = entry.record.state
      // Asking for the last few, for a state or for an exit status means all of them.
      guard wish.all || wish.limit > 0 || match.namesStates || state.isActive,
        wish.limit == 0 || count < wish.limit, try match.allows(entry.record)
      else { continue }
      if count > 0 { output.append(UInt8(ascii: ",")) }
      summary.write(
        to: &output, state: state,
        size: wish.withSize ? try kept.engine.sizes(of: entry.record) : nil, now: time)
      count += 1
    }
    kept.summaries = summaries
    output.append(UInt8(ascii: "]"))
    return output
  }
}
