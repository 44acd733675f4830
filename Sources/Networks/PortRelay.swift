// Published ports: how `-p 8080:80` reaches a container.
//
// The host and the instance's namespace share no network, so no packet can simply be forwarded. But
// a process may hold sockets of several namespaces at once: the listening ones were opened in the
// host's, where clients are, and survive the move of their process into the instance's, where the
// container can be reached. The relay copies bytes between the two kinds.
//
// Docker runs a docker-proxy process for each port to the same end (and iptables rules beside it).
// Here it is a part of the container's monitor, which waits in poll(2) anyway: an idle port costs a
// descriptor. All sockets are watched by one epoll instance, the only thing the monitor sees.
//
// The container sees the client's own address (RelaySource.swift), except that of a client on this
// machine's loopback, for whom the bridge's stands.
//
// Next: RelayConnection.swift for TCP, RelayFlows.swift for UDP.

import Glibc
import Linux
import Support

/// Carries published ports: accepts on the host's side and relays to the container.
///
/// A component of the monitor's poll loop; it never waits. The loop polls `descriptor` for
/// `.readable` no longer than until `nextDeadline`, and calls `handle()` after either.
/// The calling process must be where a plain socket(2) reaches the container, i.e. it has called
/// `InstanceNetwork.enter()`.
package final class PortRelay {
  private let epoll: Epoll
  private var ports: [ListeningPort]
  private let flows: RelayFlows
  private var connections: [UInt64: RelayConnection] = [:]
  private var lastID: UInt64 = 0
  private var target: IPv4Address?
  private var isAccepting = false
  private var acceptAgain: Int64?
  private var scratch: UnsafeMutableRawBufferPointer?

  /// What a token of the epoll instance stands for: the low two bits say what kind.
  private enum Source {
    case listener(Int)
    case client(UInt64)
    case server(UInt64)
    case flow(UInt64)

    init(token: UInt64) {
      switch token & 3 {
      case 0: self = .listener(Int(token >> 2))
      case 1: self = .client(token >> 2)
      case 2: self = .server(token >> 2)
      default: self = .flow(token >> 2)
      }
    }

    var token: UInt64 {
      switch self {
      case .listener(let index): UInt64(index) << 2
      case .client(let id): id << 2 | 1
      case .server(let id): id << 2 | 2
      case .flow(let id): id << 2 | 3
      }
    }
  }

  /// `ports` as inherited; the relay owns their descriptors from here on. Until `setTarget` gives
  /// the container's address, clients wait in the backlog.
  package init(
    ports: [ListeningPort], target: IPv4Address? = nil, idleMilliseconds: Int64 = 90_000
  ) throws {
    epoll = try Epoll()
    self.ports = ports
    flows = RelayFlows(idleMilliseconds: idleMilliseconds)
    for port in ports {
      try setInheritable(port.fd, false)
      try setNonBlocking(port.fd)
    }
    setTarget(target)
  }

  deinit {
    close()
  }

  /// Whose addresses clients may keep; nil lets the bridge's stand for all.
  package var source: RelaySource? {
    didSet { flows.source = source }
  }

  /// Listens where the caller is as well, at the same ports of every address: so that containers reach
  /// a published port at the address of their gateway, as they do with Docker. A port that cannot be
  /// had there is left out.
  package func listenHere() {
    isListeningHere = true
    for port in ports where port.binding.hostIP == "0.0.0.0" {
      let place = SocketAddress(.v4(.any), port: port.binding.hostPort)
      let kind: InternetSocket.Kind = port.binding.protocol == .tcp ? .stream : .datagram
      guard let socket = try? InternetSocket.bind(kind, place).release() else { continue }
      ports.append(ListeningPort(fd: socket, binding: port.binding))
      guard isAccepting else { continue }
      try? epoll.watch(socket, .readable, token: Source.listener(ports.count - 1).token)
    }
  }

  /// Whether `listenHere` has been called.
  package private(set) var isListeningHere = false

  /// What is relayed.
  package var bindings: [PortBinding] { ports.map(\.binding) }

  /// An epoll descriptor that stands for all sockets of the relay: poll it for `.readable`.
  package var descriptor: Int32 { epoll.descriptor.number }

  /// Where to relay from now on; nil lets clients wait (the container is being restarted). Closes
  /// what is open when the address changes.
  package func setTarget(_ address: IPv4Address?) {
    if address != target {
      connections.removeAll()
      flows.removeAll()
      releaseScratch()
    }
    target = address
    watchListeners(address != nil)
  }

  /// When `handle` must be called even if nothing is readable: milliseconds of
  /// `monotonicMilliseconds()`, nil for never.
  package var nextDeadline: Int64? {
    [acceptAgain, flows.nextDeadline].compactMap { $0 }.min()
  }

  /// How many TCP connections and UDP flows are open.
  package var openCount: Int { connections.count + flows.count }

  /// Does what can be done without waiting. Never throws: a connection that fails is closed.
  package func handle() {
    let now = monotonicMilliseconds()
    if let deadline = acceptAgain, now >= deadline { watchListeners(target != nil) }
    flows.removeIdle(now: now)
    for (token, events) in epoll.ready() {
      switch Source(token: token) {
      case .listener(let index): listenerReady(index, now: now)
      case .client(let id): connectionReady(id, .client, events)
      case .server(let id): connectionReady(id, .server, events)
      case .flow(let id): flows.answer(id, buffer())
      }
    }
    releaseScratch()
  }

  /// Closes everything, listening sockets included. The relay is of no use afterwards.
  package func close() {
    guard isOpen else { return }
    isOpen = false
    setTarget(nil)
    for port in ports { Glibc.close(port.fd) }
  }

  private var isOpen = true

  private func watchListeners(_ wanted: Bool) {
    acceptAgain = nil
    guard wanted != isAccepting else { return }
    isAccepting = wanted
    for (index, port) in ports.enumerated() {
      try? epoll.watch(
        port.fd, wanted ? .readable : [], previous: wanted ? [] : .readable,
        token: Source.listener(index).token)
    }
  }

  private func listenerReady(_ index: Int, now: Int64) {
    guard let target, isAccepting else { return }
    let port = ports[index]
    let address = SocketAddress(.v4(target), port: port.binding.containerPort)
    switch port.binding.protocol {
    case .tcp: acceptConnections(port.fd, to: address, now: now)
    case .udp:
      flows.forward(from: port.fd, to: address, buffer(), now: now) { fd, id in
        try epoll.watch(fd, .readable, token: Source.flow(id).token)
      }
    }
  }

  private func acceptConnections(_ listener: Int32, to address: SocketAddress, now: Int64) {
    // At most this many in a row, so that a flood of clients does not starve those already in.
    for _ in 0..<32 {
      do {
        guard let client = try InternetSocket.accept(listener) else { return }
        lastID += 1
        let connection = try RelayConnection(client: client, to: address, source)
        connections[lastID] = connection
        update(lastID, connection)
      } catch let error as SyscallError where error.errno == EMFILE || error.errno == ENFILE {
        // Out of descriptors: the clients wait in the backlog for a moment.
        watchListeners(false)
        acceptAgain = now + 100
        return
      } catch {
        // This client was turned away; on to the next.
      }
    }
  }

  private func connectionReady(_ id: UInt64, _ side: RelayConnection.Side, _ events: PollEvents) {
    // A connection that was closed a moment ago may have an event left.
    guard let connection = connections[id] else { return }
    connection.ready(side, events, buffer())
    update(id, connection)
  }

  /// Watches what the connection waits for now, or forgets a finished one.
  private func update(_ id: UInt64, _ connection: RelayConnection) {
    do {
      try connection.watch { side, fd, events, previous in
        let source: Source = side == .client ? .client(id) : .server(id)
        try epoll.watch(fd, events, previous: previous, token: source.token)
      }
      if connection.isFinished { connections[id] = nil }
    } catch {
      connection.reset()
      connections[id] = nil
    }
  }

  /// One buffer serves all connections, as each empties it before the next is looked at.
  private func buffer() -> UnsafeMutableRawBufferPointer {
    if let scratch { return scratch }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
    scratch = buffer
    return buffer
  }

  private func releaseScratch() {
    guard openCount == 0 else { return }
    scratch?.deallocate()
    scratch = nil
  }
}
