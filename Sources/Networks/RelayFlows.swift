// UDP through a published port.
//
// UDP knows no connections, so the relay makes up its own: a flow is a client's address, and the
// socket opened towards the container on its behalf. What comes back on that socket goes to that
// client. Nobody says when a flow is over; one that was silent for a while is taken to be.
//
// Simplification: an answer leaves the host with the source address the kernel picks, which on a
// host with several addresses need not be the one the client wrote to (docker-proxy did the same
// for years).
//
// Man page: udp(7).

import Linux
import Support

/// The UDP flows of a relay.
final class RelayFlows {
  private struct Key: Hashable {
    var listener: Int32
    var client: SocketAddress
  }

  private final class Flow {
    let key: Key
    let socket: FileDescriptor
    var lastUsed: Int64

    init(key: Key, socket: consuming FileDescriptor, now: Int64) {
      self.key = key
      self.socket = socket
      lastUsed = now
    }
  }

  /// More clients than this at a time push out the one that was silent longest.
  private static let limit = 512

  private let idleMilliseconds: Int64
  private var flows: [UInt64: Flow] = [:]
  private var ids: [Key: UInt64] = [:]
  private var lastID: UInt64 = 0

  /// Speaks in the clients' names where it can.
  var source: RelaySource?

  /// Makes the socket of a new flow; nil makes a plain one where the caller is.
  private let connect: ((SocketAddress) throws -> FileDescriptor)?

  init(
    idleMilliseconds: Int64, connect: ((SocketAddress) throws -> FileDescriptor)? = nil
  ) {
    self.idleMilliseconds = idleMilliseconds
    self.connect = connect
  }

  var count: Int { flows.count }

  /// When the next look for idle flows is due.
  private(set) var nextDeadline: Int64?

  /// Sends the datagrams waiting on `listener` to `address`. `watch` is told of every new socket.
  func forward(
    from listener: Int32, to address: SocketAddress, _ buffer: UnsafeMutableRawBufferPointer,
    now: Int64, watch: (_ fd: Int32, _ id: UInt64) throws -> Void
  ) {
    for _ in 0..<64 {
      guard let (count, client) = InternetSocket.receive(listener, into: buffer) else { return }
      let key = Key(listener: listener, client: client)
      guard let flow = try? find(key) ?? open(key, address, now: now, watch) else { continue }
      flow.lastUsed = now
      send(UnsafeRawBufferPointer(rebasing: buffer[..<count]), flow)
    }
  }

  /// Passes what the container sent on flow `id` to its client.
  func answer(_ id: UInt64, _ buffer: UnsafeMutableRawBufferPointer) {
    guard let flow = flows[id] else { return }
    for _ in 0..<64 {
      // Not `read`: an empty datagram is a datagram, not an end. A failure is the report that an
      // earlier datagram found nobody listening; the flow stays, somebody may yet.
      guard let (count, _) = InternetSocket.receive(flow.socket.number, into: buffer) else {
        return
      }
      flow.lastUsed = monotonicMilliseconds()
      InternetSocket.send(
        flow.key.listener, UnsafeRawBufferPointer(rebasing: buffer[..<count]), to: flow.key.client)
    }
  }

  /// Ends flows that were silent too long.
  func removeIdle(now: Int64) {
    guard let deadline = nextDeadline, now >= deadline else { return }
    for (id, flow) in flows where now - flow.lastUsed >= idleMilliseconds { remove(id) }
    nextDeadline = flows.values.map { $0.lastUsed + idleMilliseconds }.min()
  }

  func removeAll() {
    flows = [:]
    ids = [:]
    nextDeadline = nil
  }

  /// Ends the flows that came in through `listener`, which is about to be closed.
  func remove(listener: Int32) {
    for (key, id) in ids where key.listener == listener { remove(id) }
  }

  private func find(_ key: Key) -> Flow? {
    ids[key].flatMap { flows[$0] }
  }

  private func open(
    _ key: Key, _ address: SocketAddress, now: Int64, _ watch: (Int32, UInt64) throws -> Void
  ) throws -> Flow {
    if flows.count >= RelayFlows.limit,
      let oldest = flows.min(by: { $0.value.lastUsed < $1.value.lastUsed })
    {
      remove(oldest.key)
    }
    let socket =
      try connect?(address)
      ?? RelaySource.connect(.datagram, address, for: key.client.address, source)
    let flow = Flow(key: key, socket: socket, now: now)
    lastID += 1
    try watch(flow.socket.number, lastID)
    flows[lastID] = flow
    ids[key] = lastID
    nextDeadline = nextDeadline ?? now + idleMilliseconds
    return flow
  }

  private func send(_ bytes: UnsafeRawBufferPointer, _ flow: Flow) {
    // The first attempt may only report the fate of an earlier datagram.
    if case .failed = InternetSocket.write(flow.socket.number, bytes) {
      _ = InternetSocket.write(flow.socket.number, bytes)
    }
  }

  private func remove(_ id: UInt64) {
    guard let flow = flows.removeValue(forKey: id) else { return }
    ids[flow.key] = nil
  }
}
