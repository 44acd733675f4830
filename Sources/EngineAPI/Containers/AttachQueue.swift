// `docker run` asks to be attached before it asks for the start, so that it misses nothing. At that
// time there is no monitor to attach to. The request waits here; the start hands it the monitor's
// control connection, to which the monitor has connected the streams before the program began.
//
// One request gets the connection. Further ones, which are rare, are attached in the ordinary way the
// moment the container runs. So are all when somebody else starts the container.

import Runtime
import Synchronization

/// Requests to be attached to containers that do not run yet.
final class AttachQueue: Sendable {
  /// What a waiting request gets.
  enum Answer: Sendable {
    case link(MonitorLink)
    /// It runs: connect yourself.
    case running
    /// It could not be started.
    case failed
  }

  final class Waiting: Sendable {
    let bits: UInt8
    private let answers: AsyncStream<Answer>
    private let continuation: AsyncStream<Answer>.Continuation
    private let isTaken = Mutex(false)

    init(bits: UInt8) {
      self.bits = bits
      (answers, continuation) = AsyncStream.makeStream()
    }

    /// A start through this server has it: it will answer, and nobody else.
    func take() { isTaken.withLock { $0 = true } }

    /// What the journal tells of a start elsewhere.
    func resolveUnlessTaken(_ answer: Answer) {
      isTaken.withLock { taken in if !taken { resolve(answer) } }
    }

    func resolve(_ answer: Answer) {
      continuation.yield(answer)
      continuation.finish()
    }

    /// nil when the client has gone.
    func answer() async -> Answer? {
      for await answer in answers { return answer }
      return nil
    }
  }

  private let waiting = Mutex<[String: [Waiting]]>([:])

  func add(_ id: String, bits: UInt8) -> Waiting {
    let new = Waiting(bits: bits)
    waiting.withLock { $0[id, default: []].append(new) }
    return new
  }

  func remove(_ id: String, _ entry: Waiting) {
    waiting.withLock { waiting in
      waiting[id]?.removeAll { $0 === entry }
      if waiting[id]?.isEmpty ?? false { waiting[id] = nil }
    }
  }

  /// All that wait for `id`, which no longer wait.
  func take(_ id: String) -> [Waiting] {
    let taken = waiting.withLock { $0.removeValue(forKey: id) ?? [] }
    for entry in taken { entry.take() }
    return taken
  }
}
