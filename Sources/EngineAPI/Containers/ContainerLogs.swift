import Engine
import Glibc
import HTTP
import Linux
import Support
import Synchronization

extension EngineAPI {
  func logs(_ request: HTTPRequest) async throws -> HTTPResponse {
    let query = request.query
    var wish = LogWish()
    wish.standardOutput = query.flag("stdout")
    wish.standardError = query.flag("stderr")
    guard wish.standardOutput || wish.standardError else {
      throw APIError(.badRequest, "Bad parameters: you must choose at least one stream")
    }
    wish.timestamps = query.flag("timestamps")
    wish.since = try query.time("since")
    wish.until = try query.time("until")
    // Anything that is no number means all, as in Docker.
    if let tail = query["tail"].flatMap({ Int($0) }), tail >= 0 { wish.tail = tail }
    wish.follow = query.flag("follow")
    let record = try await container(request.parameter("id"))
    guard record.spec.host.logDriver != "none" else {
      throw APIError(.notImplemented, "configured logging driver does not support reading")
    }
    let fixed = wish
    let framing = StreamFraming(isRaw: record.spec.tty)
    return HTTPResponse(
      headers: ["Content-Type": framing.contentType],
      body: .stream { stream in
        try await stream.flush()
        let pieces = self.logPieces(of: record, fixed, framing)
        defer { pieces.cancel() }
        while let bytes = try await pieces.next() { try await stream.write(bytes) }
      })
  }

  /// The log in pieces of some lines, as they come. Reading waits in a thread of its own, and waits for
  /// the client when that is slow.
  private func logPieces(
    of record: ContainerRecord, _ wish: LogWish, _ framing: StreamFraming
  ) -> LogRelay {
    let relay = LogRelay()
    Task {
      do {
        try await engines.with { engine in
          try engine.logs(record, wish, isCancelled: { relay.isCancelled }) { entry in
            let text = wish.timestamps ? "\(entry.time) \(entry.text)" : entry.text
            return relay.add(framing.frame(Array(text.utf8), isError: entry.isError))
          }
        }
        relay.finish(nil)
      } catch {
        relay.finish(error)
      }
    }
    return relay
  }
}

/// Between the thread that reads a log and the task that sends it: a bounded heap of bytes.
private final class LogRelay: Sendable {
  private struct State {
    var bytes: [UInt8] = []
    var isFinished = false
    var isCancelled = false
    var failure: (any Error)?
  }

  private static let limit = 256 << 10
  private let state = Mutex(State())
  private let wakeUp: AsyncStream<Void>
  private let bell: AsyncStream<Void>.Continuation

  init() {
    (wakeUp, bell) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  var isCancelled: Bool { state.withLock { $0.isCancelled } }

  /// Nobody wants more.
  func cancel() { state.withLock { $0.isCancelled = true } }

  /// Adds a piece, waiting while there is too much. False when nobody wants more.
  func add(_ piece: [UInt8]) -> Bool {
    while true {
      let (isFull, isCancelled) = state.withLock { state in
        if state.bytes.count < LogRelay.limit, !state.isCancelled {
          state.bytes += piece
          return (false, false)
        }
        return (true, state.isCancelled)
      }
      if isCancelled { return false }
      if !isFull { break }
      usleep(2000)
    }
    bell.yield()
    return true
  }

  func finish(_ failure: (any Error)?) {
    state.withLock { state in
      state.isFinished = true
      state.failure = failure
    }
    bell.yield()
  }

  /// What has come since the last time; nil at the end.
  func next() async throws -> [UInt8]? {
    while true {
      let (bytes, isFinished, failure) = state.withLock { state in
        defer { state.bytes = [] }
        return (state.bytes, state.isFinished, state.failure)
      }
      if !bytes.isEmpty { return bytes }
      if let failure { throw failure }
      if isFinished { return nil }
      for await _ in wakeUp { break }
      if Task.isCancelled {
        state.withLock { $0.isCancelled = true }
        return nil
      }
    }
  }

  deinit { bell.finish() }
}
