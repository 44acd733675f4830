// A blob that a cache is just bringing, and those who wait for it.
//
// Whoever asks gets the bytes as they arrive, from the file that the download writes: it has the same
// name until it is complete, and an open descriptor goes along when it is renamed. Nobody gets the last
// bytes before all of them have the right digest: what is wrong ends as a broken connection, not as a
// blob.
//
// Next: PullThrough.swift.

import Glibc
import Images
import Linux
import Support
import Synchronization

/// One blob on its way in, for any number of readers.
final class BlobArrival: Sendable {
  let digest: Digest
  let size: Int64

  /// What is kept back until the digest is known to be right.
  static let keptBack: Int64 = 64 << 10

  private struct State {
    var arrived: Int64 = 0
    /// How often it had to start again.
    var restarts = 0
    var outcome: Result<Void, any Error>?
    var waiting: [(position: Int64, continuation: CheckedContinuation<Void, Never>)] = []
  }

  private let state = Mutex(State())

  init(_ digest: Digest, size: Int64) {
    self.digest = digest
    self.size = size
  }

  /// There are `count` bytes now: fewer than before, when the download had to start again.
  func advance(to count: Int64) {
    wake { state in
      let isRestart = count < state.arrived
      if isRestart { state.restarts += 1 }
      state.arrived = count
      return isRestart
        ? state.waiting : state.waiting.filter { $0.position < Self.readable(count, size) }
    }
  }

  /// How often it has started again: whoever opens the file says so afterwards.
  var restarts: Int { state.withLock { $0.restarts } }

  /// It is over.
  func end(_ outcome: Result<Void, any Error>) {
    wake { state in
      state.outcome = outcome
      return state.waiting
    }
  }

  private func wake(
    _ change: (inout State) -> [(position: Int64, continuation: CheckedContinuation<Void, Never>)]
  ) {
    let continuations = state.withLock { state in
      let ready = Set(change(&state).map(\.position))
      let woken = state.waiting.filter { ready.contains($0.position) }
      state.waiting.removeAll { ready.contains($0.position) }
      return woken.map(\.continuation)
    }
    for continuation in continuations { continuation.resume() }
  }

  private static func readable(_ arrived: Int64, _ size: Int64) -> Int64 {
    min(arrived, size - keptBack)
  }

  /// Waits until the byte at `position` may be given on; how far one may read then.
  ///
  /// Throws what the download failed with, and when it has started again since there were `restarts`:
  /// what was read before may be something else.
  func end(after position: Int64, restarts: Int? = nil) async throws -> Int64 {
    while true {
      let now = state.withLock { ($0.arrived, $0.outcome, $0.restarts) }
      if let restarts, restarts != now.2 { throw SyscallError("read", "\(digest)", errno: ESTALE) }
      if let outcome = now.1 {
        try outcome.get()
        return size
      }
      let end = Self.readable(now.0, size)
      if end > position { return end }
      await withCheckedContinuation { continuation in
        let isReady = state.withLock { state in
          if state.outcome != nil || state.restarts != now.2
            || Self.readable(state.arrived, size) > position
          {
            return true
          }
          state.waiting.append((position, continuation))
          return false
        }
        if isReady { continuation.resume() }
      }
    }
  }
}

/// The blobs that are arriving: each once, however many ask.
final class BlobArrivals: Sendable {
  private let running = Mutex<[Digest: (arrival: BlobArrival, names: Set<String>)]>([:])

  /// The arrival of `digest`, for the repository `name` too; `isNew` when the caller must start it.
  func join(_ digest: Digest, size: Int64, for name: String) -> (arrival: BlobArrival, isNew: Bool)
  {
    running.withLock { running in
      if var entry = running[digest] {
        entry.names.insert(name)
        running[digest] = entry
        return (entry.arrival, false)
      }
      let arrival = BlobArrival(digest, size: size)
      running[digest] = (arrival, [name])
      return (arrival, true)
    }
  }

  /// Forgets it; the repositories that asked for it.
  func leave(_ digest: Digest) -> Set<String> {
    running.withLock { $0.removeValue(forKey: digest)?.names ?? [] }
  }
}
