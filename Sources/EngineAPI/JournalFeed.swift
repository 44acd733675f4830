// Who waits for an exit, or follows the events, wants to hear of it the moment it is recorded, whoever
// recorded it: a monitor, this server, or `dklab stop` in another terminal. All of them append to the
// journal, and the journal is a table in the instance's database. One thread watches the directory
// (inotify), reads what is new, and tells everybody.
//
// Next: Linux's ChangeQueue.swift.

import Engine
import Glibc
import Linux
import Support
import Synchronization

/// Entries of one instance's journal, as they appear.
final class JournalFeed: Sendable {
  private struct State {
    var listeners: [Int: AsyncStream<JournalEntry>.Continuation] = [:]
    var next = 0
    var isClosed = false
  }

  private let state = Mutex(State())
  private let wakeUp: (read: Int32, write: Int32)

  /// Starts watching: entries made from now on are told.
  init(root: DataRoot, instance: String) throws {
    wakeUp = try FileDescriptor.pipe().split()
    let engine = Box(try Engine(root: root, instance: instance))
    let changes = Box(try ChangeQueue([engine.value.directory]))
    let last = try JournalFeed.lastID(engine.value)
    let feed = self
    Thread.start { feed.watch(engine.value, changes.value, last) }
  }

  /// Takes something to the thread that will own it.
  private struct Box<Value>: @unchecked Sendable {
    let value: Value
    init(_ value: Value) { self.value = value }
  }

  private static func lastID(_ engine: Engine) throws -> Int64 {
    try engine.database.query("SELECT max(id) FROM journal").first?[0].integer ?? 0
  }

  /// What is recorded from now on, until the stream is let go.
  func entries() -> AsyncStream<JournalEntry> {
    let (stream, continuation) = AsyncStream.makeStream(of: JournalEntry.self)
    let number = state.withLock { state in
      state.next += 1
      if state.isClosed {
        continuation.finish()
      } else {
        state.listeners[state.next] = continuation
      }
      return state.next
    }
    continuation.onTermination = { [weak self] _ in
      _ = self?.state.withLock { $0.listeners.removeValue(forKey: number) }
    }
    return stream
  }

  /// Ends all streams and the thread.
  func close() {
    let listeners = state.withLock { state in
      state.isClosed = true
      defer { state.listeners = [:] }
      return state.listeners
    }
    for listener in listeners.values { listener.finish() }
    Glibc.close(wakeUp.write)
  }

  private func watch(_ engine: Engine, _ changes: ChangeQueue, _ first: Int64) {
    var last = first
    var pause: Int32 = 1
    defer { Glibc.close(wakeUp.read) }
    while true {
      var entries = [
        PollEntry(fd: changes.descriptor, events: .readable),
        PollEntry(fd: wakeUp.read, events: .readable),
      ]
      _ = try? pollDescriptors(&entries, timeout: pause)
      if !entries[1].ready.isEmpty { return }
      // A transaction writes to its log, which is told, and can be read only when the log has been
      // synchronised and its index in shared memory says so, which is not: so what was told is looked
      // for again and again, at ever longer distances. The longest is for file systems that do not tell.
      pause = entries[0].ready.isEmpty ? min(pause * 2, 1000) : 1
      changes.drain()
      guard let new = try? engine.journal.entries(since: last), !new.isEmpty else { continue }
      last = new.last?.id ?? last
      let listeners = state.withLock { Array($0.listeners.values) }
      for listener in listeners { for entry in new { listener.yield(entry) } }
    }
  }
}

/// A thread that lives as long as the server.
enum Thread {
  private final class Body: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  /// Runs `body` on a thread of its own.
  static func start(_ body: @escaping @Sendable () -> Void) {
    var thread = pthread_t()
    let held = Unmanaged.passRetained(Body(body)).toOpaque()
    let result = pthread_create(
      &thread, nil,
      { argument in
        guard let argument else { return nil }
        Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
        return nil
      }, held)
    precondition(result == 0, "no thread to be had")
    pthread_detach(thread)
  }
}
