// Addresses behind which there are several servers.
//
// A port relay has one container to lead to; this one has a list that changes while it listens, and
// picks one for each new client: by chance, or the one the client had before. It listens on the
// host's side (node ports) or in the instance's namespace (service addresses, where no packet filter
// does it), and connects in the instance's namespace either way. The calling process stays where it
// is: which network a socket belongs to is decided when it is made.
//
// Next: PortRelay.swift, which does the same for one container.

import Glibc
import Linux
import Support

/// Relays from listening sockets to one of several servers each. A component of a poll loop, as
/// `PortRelay` is: poll `descriptor`, call `handle()` when it is readable or at `nextDeadline`.
package final class ServiceRelay {
  /// Where to listen.
  package struct Place: Hashable, Sendable {
    package var address: IPAddress
    package var port: UInt16
    package var kind: PortProtocol
    /// On the host's side; else in the instance's namespace.
    package var isOnHost: Bool

    package init(
      address: IPAddress, port: UInt16, kind: PortProtocol, isOnHost: Bool
    ) {
      self.address = address
      self.port = port
      self.kind = kind
      self.isOnHost = isOnHost
    }
  }

  /// Whom to lead clients to.
  package struct Servers: Equatable, Sendable {
    package var addresses: [SocketAddress]
    /// Milliseconds for which a client keeps its server; nil for every connection by chance.
    package var affinity: Int64?

    package init(_ addresses: [SocketAddress], affinity: Int64? = nil) {
      self.addresses = addresses
      self.affinity = affinity
    }
  }

  private struct Listener {
    let id: UInt64
    let socket: Int32
    let place: Place
    var servers: Servers
    var known: [IPAddress: (server: SocketAddress, until: Int64)] = [:]
  }

  private let epoll: Epoll
  private let open: (_ body: () throws -> FileDescriptor) throws -> FileDescriptor
  private var listeners: [Place: Listener] = [:]
  private var places: [UInt64: Place] = [:]
  private var connections: [UInt64: RelayConnection] = [:]
  private let flows: RelayFlows
  private var lastID: UInt64 = 0
  private let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)

  /// `open` makes a socket where servers can be reached.
  package init(open: @escaping (() throws -> FileDescriptor) throws -> FileDescriptor) throws {
    epoll = try Epoll()
    self.open = open
    flows = RelayFlows(idleMilliseconds: 90_000) { address in
      try open { try InternetSocket.connect(.datagram, address) }
    }
  }

  deinit {
    for listener in listeners.values { close(listener.socket) }
    scratch.deallocate()
  }

  package var descriptor: Int32 { epoll.descriptor.number }
  package var nextDeadline: Int64? { flows.nextDeadline }

  /// Listens at `wanted` and nowhere else. Open connections stay. Returns the places that cannot be
  /// had, with the reason; the next call tries them again.
  @discardableResult
  package func update(_ wanted: [Place: Servers]) -> [Place: SyscallError] {
    for (place, listener) in listeners where wanted[place] == nil {
      flows.remove(listener: listener.socket)
      close(listener.socket)
      listeners[place] = nil
      places[listener.id] = nil
    }
    var failures: [Place: SyscallError] = [:]
    for (place, servers) in wanted {
      if listeners[place] != nil {
        guard listeners[place]?.servers != servers else { continue }
        listeners[place]?.servers = servers
        let known = listeners[place]?.known.filter { servers.addresses.contains($0.value.server) }
        listeners[place]?.known = known ?? [:]
        continue
      }
      do {
        try listen(place, servers)
      } catch let error as SyscallError {
        failures[place] = error
      } catch {}
    }
    return failures
  }

  private func listen(_ place: Place, _ servers: Servers) throws {
    let make = {
      try InternetSocket.bind(
        place.kind == .tcp ? .stream : .datagram, SocketAddress(place.address, port: place.port))
    }
    let socket = try (place.isOnHost ? make() : open(make)).release()
    lastID += 1
    listeners[place] = Listener(id: lastID, socket: socket, place: place, servers: servers)
    places[lastID] = place
    try epoll.watch(socket, .readable, token: lastID << 2)
  }

  /// Does what can be done without waiting. Never throws: a connection that fails is closed.
  package func handle() {
    let now = monotonicMilliseconds()
    flows.removeIdle(now: now)
    for (token, events) in epoll.ready() {
      let id = token >> 2
      switch token & 3 {
      case 0: if let place = places[id] { listenerReady(place, now) }
      case 1: connectionReady(id, .client, events)
      case 2: connectionReady(id, .server, events)
      default: flows.answer(id, scratch)
      }
    }
  }

  /// The server for a client that comes now; nil when there is none.
  private func choose(_ place: Place, for client: IPAddress?, _ now: Int64) -> SocketAddress? {
    guard let listener = listeners[place] else { return nil }
    guard let patience = listener.servers.affinity, let client else {
      return listener.servers.addresses.randomElement()
    }
    let before = listener.known[client].flatMap { $0.until > now ? $0.server : nil }
    guard let server = before ?? listener.servers.addresses.randomElement() else { return nil }
    listeners[place]?.known[client] = (server, now + patience)
    return server
  }

  private func listenerReady(_ place: Place, _ now: Int64) {
    guard let listener = listeners[place] else { return }
    guard place.kind == .tcp else {
      // Who sent the first datagram is not known before it is read: no affinity here.
      guard let server = choose(place, for: nil, now) else {
        _ = InternetSocket.receive(listener.socket, into: scratch)
        return
      }
      flows.forward(from: listener.socket, to: server, scratch, now: now) { fd, id in
        try epoll.watch(fd, .readable, token: id << 2 | 3)
      }
      return
    }
    for _ in 0..<32 {
      guard let client = try? InternetSocket.accept(listener.socket) else { return }
      let from = InternetSocket.peer(of: client.number)
      guard let server = choose(place, for: from, now),
        let towards = try? open({ try InternetSocket.connect(.stream, server) })
      else {
        InternetSocket.resetOnClose(client.number)
        continue
      }
      lastID += 1
      let connection = RelayConnection(client: client, server: towards)
      connections[lastID] = connection
      update(lastID, connection)
    }
  }

  private func connectionReady(_ id: UInt64, _ side: RelayConnection.Side, _ events: PollEvents) {
    guard let connection = connections[id] else { return }
    connection.ready(side, events, scratch)
    update(id, connection)
  }

  private func update(_ id: UInt64, _ connection: RelayConnection) {
    do {
      try connection.watch { side, fd, events, previous in
        try epoll.watch(fd, events, previous: previous, token: id << 2 | (side == .client ? 1 : 2))
      }
      if connection.isFinished { connections[id] = nil }
    } catch {
      connection.reset()
      connections[id] = nil
    }
  }
}
