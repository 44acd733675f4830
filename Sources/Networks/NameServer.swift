// The name server of one container, at 127.0.0.11.
//
// A container on a network that a user made finds others by name. The address is in the container's
// own loopback network, so every container has a server of its own there, which knows who is asking:
// that is how names can be different on different networks. The sockets are opened in the
// container's namespace and served by its monitor, which lives exactly as long.
//
//     container            monitor                                host
//     127.0.0.11:53 ─────▶ NameTable: addresses and names
//                          nobody has it ────▶ NameForwarder ───▶ the host's resolvers
//
// Docker does the same in its daemon, for all containers. Here nothing has to be running besides the
// containers themselves.
//
// Simplification: Docker hides its ports from the container behind a packet filter; here a program
// that wants port 53 on *all* addresses of such a container finds it taken, and must name one.
//
// Man pages: resolver(5), ip(7). RFC 1035. Next: NameForwarder.swift.

import Glibc
import Linux
import Support

/// Answers a container's questions for names. A component of the monitor's poll loop, like PortRelay:
/// poll `descriptor`, call `handle()` when it is readable or at `nextDeadline`; it never waits.
package final class NameServer {
  /// Where containers find it.
  static let address = IPv4Address(127, 0, 0, 11)

  /// The same in dotted notation.
  package static let addressText = "\(address)"

  package var service: NameService
  /// The networks the container is on.
  package var subnets: [IPv4Subnet] = []
  private var table: NameTable
  private let epoll: Epoll
  private var datagrams: FileDescriptor?
  private var listener: FileDescriptor?
  private var clients: [UInt64: NameClient] = [:]
  private var lastClient: UInt64 = 0
  private let forwarder: NameForwarder
  private let zone: ((NameQuestion) -> NameReply?)?
  private var aliases = NameAliases()

  /// Whoever asked, and waits.
  enum Asker: Hashable {
    case datagram(SocketAddress)
    case client(UInt64)
    /// This server, which needs the answer to complete one of its own (NameAliases).
    case alias(UInt64)
  }

  private enum Token {
    static let datagrams: UInt64 = 0
    static let listener: UInt64 = 1
    static let upstream: UInt64 = 2
    static let upstreamStream: UInt64 = 3
    static let firstClient: UInt64 = 16
  }

  /// `table` is the path of the instance's addresses. Takes over the sockets of `service`.
  package convenience init(_ service: NameService, table: String) throws {
    try self.init(service, NameTable(path: table), zone: nil)
  }

  /// A server of a zone of its own: `zone` says what it has to say, nil to what belongs to others.
  /// Takes over the sockets of `service`.
  package convenience init(
    _ service: NameService, zone: @escaping (NameQuestion) -> NameReply?
  ) throws {
    try self.init(service, NameTable(path: ""), zone: zone)
  }

  private init(
    _ service: NameService, _ table: NameTable, zone: ((NameQuestion) -> NameReply?)?
  ) throws {
    self.service = service
    self.table = table
    self.zone = zone
    epoll = try Epoll()
    forwarder = try NameForwarder(service)
    try epoll.watch(forwarder.datagrams, .readable, token: Token.upstream)
  }

  package var descriptor: Int32 { epoll.descriptor.number }

  package var nextDeadline: Int64? {
    ([forwarder.nextDeadline] + clients.values.map(\.deadline)).compactMap { $0 }.min()
  }

  /// Listens in the network namespace of process `pid`, unless it does already. The container has
  /// been started anew, or comes to its first network with names.
  package func listen(pid: pid_t) throws {
    try listen(in: try NetworkNamespace(of: pid), at: NameServer.address)
  }

  /// Listens at `address` in the namespace of `network`, unless it does already.
  package func listen(in network: InstanceNetwork, at address: IPv4Address) throws {
    try listen(in: try network.namespace(), at: address)
  }

  private func listen(in namespace: borrowing NetworkNamespace, at address: IPv4Address) throws {
    if listeningIn == namespace.inode { return }
    clients = [:]
    let place = SocketAddress(.v4(address), port: 53)
    let datagrams = try namespace.open { try InternetSocket.bind(.datagram, place) }
    let listener = try namespace.open { try InternetSocket.bind(.stream, place, backlog: 64) }
    // The sockets of an earlier run leave the epoll set by being closed.
    try epoll.watch(datagrams.number, .readable, token: Token.datagrams)
    try epoll.watch(listener.number, .readable, token: Token.listener)
    self.datagrams = consume datagrams
    self.listener = consume listener
    listeningIn = namespace.inode
  }

  /// Listens nowhere any more, until `listen`: the container is on no network with names.
  package func stopListening() {
    clients = [:]
    datagrams = nil
    listener = nil
    listeningIn = nil
  }

  private var listeningIn: UInt64?

  /// Does what can be done without waiting. Never throws: what cannot be answered is not answered.
  package func handle() {
    let now = monotonicMilliseconds()
    for (token, events) in epoll.ready() {
      switch token {
      case Token.datagrams: readDatagrams(now)
      case Token.listener: acceptClients(now)
      case Token.upstream: forwarder.readDatagrams(deliver)
      case Token.upstreamStream: forwarder.streamReady(events, now: now, deliver)
      default: clientReady(token - Token.firstClient, events, now)
      }
    }
    forwarder.expire(now: now, deliver)
    for (id, client) in clients where client.deadline <= now { drop(id) }
    watchStream()
  }

  private func readDatagrams(_ now: Int64) {
    guard let socket = datagrams?.number else { return }
    withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 8) { buffer in
      for _ in 0..<64 {
        guard let (count, sender) = InternetSocket.receive(socket, into: buffer) else { return }
        answer(Array(buffer[..<count]), to: .datagram(sender), now)
      }
    }
  }

  /// Answers `message`, or passes it on.
  private func answer(_ message: [UInt8], to asker: Asker, _ now: Int64) {
    guard let question = DNSQuestion(message) else {
      // Too damaged to be answered, or no question; an answer must never be answered.
      guard message.count >= 12, message[2] & 0x80 == 0 else { return }
      var reply = Array(message[..<12])
      (reply[2], reply[3]) = (0x80 | reply[2] & 0x79, 0x80 | UInt8(DNSAnswer.Code.formatError))
      for index in 4..<12 { reply[index] = 0 }
      return deliver(reply, asker)
    }
    guard question.isQuery else { return }
    guard question.isStandard else {
      return deliver(DNSAnswer.make(question, code: DNSAnswer.Code.notImplemented), asker)
    }
    if let reply = zone?(NameQuestion(name: question.name, type: question.type)) {
      return answer(question, reply, to: asker, now)
    }
    if zone == nil, let records = records(for: question) {
      return deliver(DNSAnswer.make(question, records, limit: limit(question, asker)), asker)
    }
    if isInternal {
      // Nothing leads out of the networks this container is on, not even questions.
      return deliver(DNSAnswer.make(question, code: DNSAnswer.Code.nameError), asker)
    }
    forwarder.forward(message, question, for: asker, now: now, deliver)
  }

  /// What the zone says; an alias of a foreign name is completed with what others say about that.
  private func answer(
    _ question: DNSQuestion, _ reply: NameReply, to asker: Asker, _ now: Int64
  ) {
    let limit = limit(question, asker)
    guard let foreign = reply.foreign else {
      return deliver(reply.message(question, limit: limit), asker)
    }
    let (id, query) = aliases.wait(question, reply, foreign, for: asker, limit: limit)
    guard let asked = DNSQuestion(query) else { return }
    forwarder.forward(query, asked, for: .alias(id), now: now, deliver)
  }

  /// All the container's networks are internal.
  package var isInternal = false

  private func limit(_ question: DNSQuestion, _ asker: Asker) -> Int {
    if case .client = asker { 65535 } else { question.limit }
  }

  /// What the instance's containers have for `question`; nil when the question is for others.
  private func records(for question: DNSQuestion) -> [DNSAnswer.Record]? {
    typealias Kind = DNSQuestion.Kind
    guard question.classCode == 1 else { return nil }
    if question.type == Kind.pointer {
      return IPAddress(reverseName: question.name)
        .flatMap { table.name(of: $0, in: subnets) }
        .map { [DNSAnswer.Record(type: Kind.pointer, data: DNSAnswer.encode(name: $0))] }
    }
    guard let (v4, v6) = table.find(service.links[question.name] ?? question.name, in: subnets)
    else { return nil }
    // In another order each time, so that clients spread over containers with the same name.
    switch question.type {
    case Kind.address, Kind.any:
      return v4.shuffled().map { DNSAnswer.Record(type: Kind.address, data: $0.octets) }
    case Kind.addressV6:
      return v6.shuffled().map { DNSAnswer.Record(type: Kind.addressV6, data: $0) }
    // The name exists and has nothing of this type.
    default: return []
    }
  }

  /// Sends an answer to whoever asked.
  private func deliver(_ message: [UInt8], _ asker: Asker) {
    switch asker {
    case .datagram(let address):
      guard let socket = datagrams?.number else { return }
      message.withUnsafeBytes { _ = InternetSocket.send(socket, $0, to: address) }
    case .client(let id):
      guard let client = clients[id] else { return }
      client.send(message)
      update(id, client)
    case .alias(let id):
      guard let (reply, asker) = aliases.complete(id, with: message) else { return }
      deliver(reply, asker)
    }
  }

  private func acceptClients(_ now: Int64) {
    guard let socket = listener?.number else { return }
    while let client = try? InternetSocket.accept(socket) {
      // More at a time than a resolver ever opens: the others come again.
      guard clients.count < 64 else { continue }
      lastClient += 1
      let made = NameClient(client, deadline: now + NameClient.patience)
      clients[lastClient] = made
      update(lastClient, made)
    }
  }

  private func clientReady(_ id: UInt64, _ events: PollEvents, _ now: Int64) {
    guard let client = clients[id] else { return }
    if events.contains(.writable) { client.flush() }
    for message in client.receive() {
      client.deadline = now + NameClient.patience
      answer(message, to: .client(id), now)
    }
    update(id, client)
  }

  private func update(_ id: UInt64, _ client: NameClient) {
    if client.hasEnded { return drop(id) }
    let wanted: PollEvents = client.hasOutput ? [.readable, .writable] : .readable
    try? epoll.watch(
      client.socket, wanted, previous: client.watched, token: Token.firstClient + id)
    client.watched = wanted
  }

  private func drop(_ id: UInt64) {
    clients[id] = nil
  }

  private func watchStream() {
    forwarder.watchStream { fd, events, previous in
      try? epoll.watch(fd, events, previous: previous, token: Token.upstreamStream)
    }
  }
}
