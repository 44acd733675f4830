// A connection that carries streams: SPDY/3.1 seen from the server. It lies either directly on a
// connection that was upgraded, or in the messages of a WebSocket.
//
// Simplification: the windows of flow control are not kept. The clients of Kubernetes do not keep
// them either; a stream whose receiver is slow is kept in memory up to a limit, and then reset.
//
// Next: PortForward.swift, ChannelLink.swift.

import HTTP
import Synchronization

/// What a SPDY connection lies on.
struct OctetLink: Sendable {
  /// The next octets; nil at the end.
  let read: @Sendable () async throws -> [UInt8]?
  let write: @Sendable ([UInt8]) async throws -> Void

  init(_ stream: ByteStream) {
    read = { try await stream.read() }
    write = { try await stream.write($0) }
  }

  init(_ socket: WebSocket) {
    read = {
      while let message = try await socket.receive() {
        if case .binary(let bytes) = message { return bytes }
      }
      return nil
    }
    write = { try await socket.send(.binary($0)) }
  }
}

/// One stream of a connection.
final class SPDYStream: Sendable {
  let id: UInt32
  let headers: [String: String]
  /// What the client sends; ends with its end.
  let input: AsyncStream<[UInt8]>
  private let source: AsyncStream<[UInt8]>.Continuation
  private let write: @Sendable ([UInt8]) async throws -> Void
  private let waiting = Mutex(0)
  private let ended = Flag()
  static let limit = 32 << 20

  init(
    id: UInt32, headers: [String: String],
    write: @escaping @Sendable ([UInt8]) async throws -> Void
  ) {
    self.id = id
    self.headers = headers
    self.write = write
    (input, source) = AsyncStream.makeStream()
  }

  /// What kind of stream it is: `data`, `error`, `stdin` …
  var kind: String { headers["streamtype"] ?? "" }

  /// Takes in what came; false when too much waits already.
  func deliver(_ bytes: [UInt8]) -> Bool {
    guard !bytes.isEmpty else { return true }
    let sum = waiting.withLock { sum in
      sum += bytes.count
      return sum
    }
    guard sum <= Self.limit else { return false }
    source.yield(bytes)
    return true
  }

  /// The receiver has dealt with so many octets.
  func consumed(_ count: Int) { waiting.withLock { $0 -= count } }

  func endInput() { source.finish() }

  func send(_ bytes: [UInt8]) async throws {
    // Frames of a size that lets others in between.
    for part in bytes.chunked(64 << 10) { try await write(SPDYFrame.data(stream: id, part)) }
  }

  /// Whether our direction has ended.
  var hasEnded: Bool { ended.isSet }

  /// Ends our direction, once.
  func end() async {
    guard !ended.isSet else { return }
    ended.set()
    try? await write(SPDYFrame.data(stream: id, [], isLast: true))
  }
}

/// The loop that reads a connection and hands out its streams.
struct SPDYConnection: Sendable {
  let link: OctetLink

  /// Reads until the client ends; `accept` is told of every new stream, and must not wait.
  func run(accept: (SPDYStream) -> Void) async throws {
    var buffer: [UInt8] = []
    var inflate = Inflate(dictionary: SPDYFrame.dictionary)
    var streams: [UInt32: SPDYStream] = [:]
    var hasReplied = false
    defer { for stream in streams.values { stream.endInput() } }
    while let bytes = try await link.read() {
      buffer += bytes
      while let frame = try SPDYFrame.take(&buffer) {
        switch frame {
        case .open(let id, let packed, let isLast):
          guard let headers = SPDYFrame.headers(try inflate.decode(packed)) else {
            throw InflateError(reason: "headers that are none")
          }
          guard streams.count < 1000 else {
            try await link.write(SPDYFrame.resetting(id))
            continue
          }
          let stream = SPDYStream(id: id, headers: headers, write: link.write)
          streams[id] = stream
          try await link.write(SPDYFrame.reply(stream: id, isFirst: !hasReplied))
          hasReplied = true
          if isLast { stream.endInput() }
          accept(stream)
        case .data(let id, let bytes, let isLast):
          guard let stream = streams[id] else { continue }
          if !stream.deliver(bytes) { try await link.write(SPDYFrame.resetting(id)) }
          if isLast {
            stream.endInput()
            streams[id] = nil
          }
        case .reset(let id): streams.removeValue(forKey: id)?.endInput()
        case .ping(let id): try await link.write(SPDYFrame.pong(id))
        case .goAway: return
        case .other: break
        }
      }
    }
  }
}
