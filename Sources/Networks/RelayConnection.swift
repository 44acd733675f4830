// One TCP connection through a published port: two sockets and two independent directions.
//
// Bytes are read into a buffer all connections share and written at once. Only what the slower side
// does not take is kept, and nothing more is read for it until that is gone: so an idle connection
// holds no memory, a slow one 64 KiB at most, and the sender feels the receiver's pace (TCP's own
// flow control does the rest).
//
// A direction ends when its source sends end of file: that is passed on, and the other direction
// goes on (`nc -N`, HTTP/1.0 and rsync need it).
//
// Man pages: tcp(7), shutdown(2).

import Linux
import Support

/// A client's connection and the one made for it to the container.
final class RelayConnection {
  /// Which of the two sockets.
  enum Side {
    case client, server
  }

  /// What has been read on one side and not yet been written on the other.
  private struct Direction {
    var pending: ArraySlice<UInt8> = []
    /// The source said end of file, or is broken.
    var hasEnded = false
    /// The end has been passed on; nothing is left to do.
    var isDone = false
  }

  private let client: FileDescriptor
  private let server: FileDescriptor
  private var isConnecting = true
  private var isBroken = false
  private var upstream = Direction()
  private var downstream = Direction()
  private var watched: (client: PollEvents, server: PollEvents) = ([], [])

  /// Starts to connect to `address`, in the client's name where `source` can do that. When it fails at
  /// once the client is reset.
  init(
    client: consuming FileDescriptor, to address: SocketAddress, _ source: RelaySource? = nil
  ) throws {
    do {
      server = try RelaySource.connect(
        .stream, address, for: InternetSocket.peer(of: client.number), source)
    } catch {
      InternetSocket.resetOnClose(client.number)
      throw error
    }
    self.client = client
  }

  /// For a connection to the server that is on its way already.
  init(client: consuming FileDescriptor, server: consuming FileDescriptor) {
    self.client = client
    self.server = server
  }

  /// Both directions have ended, or the connection is broken.
  var isFinished: Bool { isBroken || upstream.isDone && downstream.isDone }

  /// What each side is waited for now; tells `body` about changes only.
  func watch(
    _ body: (_ side: Side, _ fd: Int32, _ events: PollEvents, _ previous: PollEvents) throws -> Void
  ) throws {
    var wanted: (client: PollEvents, server: PollEvents) = ([], [])
    if isConnecting && !isBroken {
      wanted.server = .writable
    } else if !isFinished {
      add(upstream, source: &wanted.client, sink: &wanted.server)
      add(downstream, source: &wanted.server, sink: &wanted.client)
    }
    if wanted.client != watched.client {
      try body(.client, client.number, wanted.client, watched.client)
    }
    if wanted.server != watched.server {
      try body(.server, server.number, wanted.server, watched.server)
    }
    watched = wanted
  }

  private func add(_ direction: Direction, source: inout PollEvents, sink: inout PollEvents) {
    if direction.isDone { return }
    if direction.pending.isEmpty {
      source.insert(.readable)
    } else {
      sink.insert(.writable)
    }
  }

  /// Moves what can be moved after `events` on `side`. `buffer` is used during the call only.
  func ready(_ side: Side, _ events: PollEvents, _ buffer: UnsafeMutableRawBufferPointer) {
    if isConnecting {
      guard side == .server else { return }
      guard InternetSocket.pendingError(server.number) == 0 else { return reset() }
      isConnecting = false
    }
    let hasFailed = !events.isDisjoint(with: [.error, .hangUp])
    let (readable, writable) = (events.contains(.readable), events.contains(.writable))
    if hasFailed || (side == .client ? readable : writable) {
      move(&upstream, from: client.number, to: server.number, buffer)
    }
    if hasFailed || (side == .server ? readable : writable) {
      move(&downstream, from: server.number, to: client.number, buffer)
    }
  }

  /// Ends both connections with a reset, so that neither side takes this for a proper end.
  func reset() {
    InternetSocket.resetOnClose(client.number)
    InternetSocket.resetOnClose(server.number)
    isBroken = true
  }

  private func move(
    _ direction: inout Direction, from source: Int32, to sink: Int32,
    _ buffer: UnsafeMutableRawBufferPointer
  ) {
    // A few rounds, so that one fast connection leaves time for the others.
    for _ in 0..<4 where !direction.isDone && !isBroken {
      guard write(&direction, to: sink) else { return }
      if direction.hasEnded {
        InternetSocket.endOutput(sink)
        direction.isDone = true
        return
      }
      switch InternetSocket.read(source, into: buffer) {
      case .moved(let count):
        pass(UnsafeRawBufferPointer(buffer).prefix(count), &direction, to: sink)
      case .ended: direction.hasEnded = true
      case .wouldBlock: return
      case .failed: return reset()
      }
    }
  }

  /// Writes what was read, and keeps what the sink does not take.
  private func pass(
    _ bytes: Slice<UnsafeRawBufferPointer>, _ direction: inout Direction, to sink: Int32
  ) {
    switch InternetSocket.write(sink, UnsafeRawBufferPointer(rebasing: bytes)) {
    case .moved(let count): direction.pending = ArraySlice(bytes.dropFirst(count))
    case .wouldBlock: direction.pending = ArraySlice(bytes)
    case .ended, .failed: drop(&direction)
    }
  }

  /// Writes what was kept; true when nothing is left of it.
  private func write(_ direction: inout Direction, to sink: Int32) -> Bool {
    guard !direction.pending.isEmpty else { return true }
    switch direction.pending.withUnsafeBytes({ InternetSocket.write(sink, $0) }) {
    case .moved(let count) where count == direction.pending.count: direction.pending = []
    case .moved(let count): direction.pending = direction.pending.dropFirst(count)
    case .wouldBlock: break
    case .ended, .failed: drop(&direction)
    }
    return direction.pending.isEmpty && !direction.isDone
  }

  /// The sink takes nothing any more (a server that answers before it has read everything); what it
  /// still says is passed on.
  private func drop(_ direction: inout Direction) {
    direction.pending = []
    direction.isDone = true
  }
}
