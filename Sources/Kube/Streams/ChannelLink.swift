// The channels of `exec` and `attach`: 0 standard input, 1 output, 2 errors, 3 how it ended, 4 the size of
// the terminal. In a WebSocket each message begins with its channel's number; in SPDY each is a
// stream that says its name.
//
// Next: PodExec.swift.

import HTTP
import Synchronization

/// Numbered channels between a client and a command.
struct ChannelLink: Sendable {
  enum Event: Sendable {
    case data(channel: UInt8, [UInt8])
    /// The client has ended the channel.
    case end(channel: UInt8)
  }

  let send: @Sendable (_ channel: UInt8, [UInt8]) async throws -> Void
  /// The next event; nil when the client is gone.
  let receive: @Sendable () async throws -> Event?
  /// After the last word.
  let close: @Sendable () async -> Void
}

extension ChannelLink {
  /// The newest first, as clients offer them.
  static let webSocketProtocols = ["v5.channel.k8s.io", "v4.channel.k8s.io", "channel.k8s.io"]

  /// With `canClose`, a message on channel 255 ends the channel it names.
  init(_ socket: WebSocket, canClose: Bool) {
    send = { channel, bytes in try await socket.send(.binary([channel] + bytes)) }
    receive = {
      while let message = try await socket.receive() {
        let bytes: [UInt8] =
          switch message {
          case .binary(let bytes): bytes
          case .text(let text): Array(text.utf8)
          }
        guard let channel = bytes.first else { continue }
        guard channel == 255, canClose else {
          return .data(channel: channel, Array(bytes.dropFirst()))
        }
        if bytes.count > 1 { return .end(channel: bytes[1]) }
      }
      return nil
    }
    close = { await socket.close() }
  }

  private static let names = ["stdin": 0, "stdout": 1, "stderr": 2, "error": 3, "resize": 4]

  /// Runs `body` with the channels of a SPDY connection, once the client has opened those of `wanted`.
  static func serve(
    _ link: OctetLink, wanted: Set<UInt8>, _ body: @escaping @Sendable (ChannelLink) async -> Void
  ) async {
    let streams = OpenStreams(wanted: wanted)
    await withTaskGroup(of: Void.self) { group in
      group.addTask {
        try? await SPDYConnection(link: link).run { stream in
          guard let number = names[stream.kind].map(UInt8.init) else { return }
          streams.add(stream, number)
        }
        streams.finish()
      }
      let all = await streams.complete()
      await body(
        ChannelLink(
          send: { channel, bytes in try await all[channel]?.send(bytes) },
          receive: { await streams.next() },
          close: { for number in all.keys.sorted() { await all[number]?.end() } }))
      group.cancelAll()
    }
  }
}

/// The streams that a client has opened for a command, and what comes on them.
private final class OpenStreams: Sendable {
  private struct State {
    var streams: [UInt8: SPDYStream] = [:]
    var events: [ChannelLink.Event] = []
    var isFinished = false
    var reader: CheckedContinuation<ChannelLink.Event?, Never>?
    var starter: CheckedContinuation<Void, Never>?
  }

  private let wanted: Set<UInt8>
  private let state = Mutex(State())

  init(wanted: Set<UInt8>) {
    self.wanted = wanted
  }

  func add(_ stream: SPDYStream, _ number: UInt8) {
    let starter = state.withLock { state -> CheckedContinuation<Void, Never>? in
      state.streams[number] = stream
      guard wanted.isSubset(of: state.streams.keys) else { return nil }
      defer { state.starter = nil }
      return state.starter
    }
    starter?.resume()
    Task {
      for await bytes in stream.input {
        push(.data(channel: number, bytes))
        stream.consumed(bytes.count)
      }
      push(.end(channel: number))
    }
  }

  private func push(_ event: ChannelLink.Event) {
    let reader = state.withLock { state -> CheckedContinuation<ChannelLink.Event?, Never>? in
      guard let reader = state.reader else {
        state.events.append(event)
        return nil
      }
      state.reader = nil
      return reader
    }
    reader?.resume(returning: event)
  }

  /// The client is gone.
  func finish() {
    let (reader, starter) = state.withLock { state in
      state.isFinished = true
      defer { (state.reader, state.starter) = (nil, nil) }
      return (state.reader, state.starter)
    }
    reader?.resume(returning: nil)
    starter?.resume()
  }

  /// All streams, as soon as those that are wanted are there.
  func complete() async -> [UInt8: SPDYStream] {
    await withCheckedContinuation { continuation in
      let isComplete = state.withLock { state in
        if state.isFinished || wanted.isSubset(of: state.streams.keys) { return true }
        state.starter = continuation
        return false
      }
      if isComplete { continuation.resume() }
    }
    return state.withLock { $0.streams }
  }

  /// The next event, for one reader; nil when there will be none.
  func next() async -> ChannelLink.Event? {
    await withCheckedContinuation { continuation in
      let (event, isOver) = state.withLock { state -> (ChannelLink.Event?, Bool) in
        if !state.events.isEmpty { return (state.events.removeFirst(), true) }
        if state.isFinished { return (nil, true) }
        state.reader = continuation
        return (nil, false)
      }
      if isOver { continuation.resume(returning: event) }
    }
  }
}
