// Questions that no container can answer go to the resolvers the host uses.
//
// Over UDP all questions share one socket; each gets a number of its own, so that answers can be told
// apart and a guesser has to guess. A resolver that says nothing for a while is followed by the next;
// after the last the asker is told that it failed.
//
// Over TCP there is one socket too, made in the host's namespace before this process left it. A TCP
// socket can be used for one connection after the other: connecting it to "no address" makes it as
// new (connect(2)). So questions over TCP wait for each other, which is no loss: only answers that do
// not fit into a datagram are fetched that way.
//
// Next: NameServer.swift for who asks.

import Glibc
import Linux
import Support

/// Asks resolvers on behalf of a container.
final class NameForwarder {
  typealias Delivery = ([UInt8], NameServer.Asker) -> Void

  private struct Waiting {
    var message: [UInt8]
    var question: DNSQuestion
    var asker: NameServer.Asker
    /// Which of the servers is being asked.
    var server: Int
    var deadline: Int64
  }

  /// Milliseconds for one server.
  private static let patience: Int64 = 2_000
  /// More questions at a time than this are not taken on.
  private static let limit = 1024

  private let servers: [SocketAddress]
  private let datagramSocket: FileDescriptor
  private let streamSocket: FileDescriptor
  private var waiting: [UInt16: Waiting] = [:]

  // Over TCP: the one being asked first, then those who wait.
  private var queue: [Waiting] = []
  private var isConnected = false
  private var output: [UInt8] = []
  private var input: [UInt8] = []
  private var watched: PollEvents = []

  /// Takes over the sockets of `service`. All resolvers listen on the same port.
  init(_ service: NameService, port: UInt16 = 53) throws {
    servers = service.servers.compactMap { text in
      IPv4Address(text).map { SocketAddress(.v4($0), port: port) }
    }
    if service.isHost {
      datagramSocket = FileDescriptor(owning: service.datagrams)
      streamSocket = FileDescriptor(owning: service.stream)
    } else {
      close(service.datagrams)
      close(service.stream)
      datagramSocket = try InternetSocket.make(.datagram)
      streamSocket = try InternetSocket.make(.stream)
    }
  }

  var datagrams: Int32 { datagramSocket.number }

  var nextDeadline: Int64? {
    (waiting.values.map(\.deadline) + (queue.first.map { [$0.deadline] } ?? [])).min()
  }

  /// Passes `message` on.
  func forward(
    _ message: [UInt8], _ question: DNSQuestion, for asker: NameServer.Asker, now: Int64,
    _ deliver: Delivery
  ) {
    let entry = Waiting(
      message: message, question: question, asker: asker, server: 0,
      deadline: now + NameForwarder.patience)
    guard waiting.count + queue.count < NameForwarder.limit, !servers.isEmpty else {
      return fail(entry, deliver)
    }
    if case .client = asker {
      queue.append(entry)
      if queue.count == 1 { ask(now, deliver) }
    } else {
      send(entry, now, deliver)
    }
  }

  private func fail(_ entry: Waiting, _ deliver: Delivery) {
    deliver(
      DNSAnswer.make(entry.question, code: DNSAnswer.Code.serverFailure), entry.asker)
  }

  // MARK: UDP

  private func send(_ entry: Waiting, _ now: Int64, _ deliver: Delivery) {
    var entry = entry
    while entry.server < servers.count {
      var id = UInt16.random(in: 0 ... .max)
      while waiting[id] != nil { id &+= 1 }
      var message = entry.message
      (message[0], message[1]) = (UInt8(id >> 8), UInt8(id & 255))
      let isSent = message.withUnsafeBytes {
        InternetSocket.send(datagrams, $0, to: servers[entry.server])
      }
      if isSent {
        entry.deadline = now + NameForwarder.patience
        waiting[id] = entry
        return
      }
      entry.server += 1
    }
    fail(entry, deliver)
  }

  /// Delivers the answers that have come.
  func readDatagrams(_ deliver: Delivery) {
    withUnsafeTemporaryAllocation(byteCount: 65536, alignment: 8) { buffer in
      for _ in 0..<64 {
        guard let (count, sender) = InternetSocket.receive(datagrams, into: buffer) else { return }
        guard let answer = DNSQuestion(buffer[..<count]), !answer.isQuery,
          let entry = waiting[answer.id], servers[entry.server] == sender,
          answer.name == entry.question.name, answer.type == entry.question.type
        else { continue }
        waiting[answer.id] = nil
        deliver(restored(Array(buffer[..<count]), entry), entry.asker)
      }
    }
  }

  /// The answer under the number the asker gave.
  private func restored(_ message: [UInt8], _ entry: Waiting) -> [UInt8] {
    var message = message
    (message[0], message[1]) = (entry.message[0], entry.message[1])
    return message
  }

  /// Goes on to the next server for those whose time is up.
  func expire(now: Int64, _ deliver: Delivery) {
    for (id, entry) in waiting where entry.deadline <= now {
      waiting[id] = nil
      var entry = entry
      entry.server += 1
      send(entry, now, deliver)
    }
    if let first = queue.first, first.deadline <= now { nextServer(now, deliver) }
  }

  // MARK: TCP

  /// Tells `watch` what the stream socket waits for now.
  func watchStream(_ watch: (Int32, PollEvents, PollEvents) -> Void) {
    let wanted: PollEvents =
      queue.isEmpty ? [] : (isConnected && output.isEmpty ? .readable : [.readable, .writable])
    guard wanted != watched else { return }
    watch(streamSocket.number, wanted, watched)
    watched = wanted
  }

  /// Begins with the first of the queue.
  private func ask(_ now: Int64, _ deliver: Delivery) {
    guard let first = queue.first else { return }
    queue[0].deadline = now + NameForwarder.patience
    let count = first.message.count
    output = [UInt8(count >> 8), UInt8(count & 255)] + first.message
    input = []
    isConnected = false
    InternetSocket.disconnect(streamSocket.number)
    guard InternetSocket.connect(streamSocket.number, to: servers[first.server]) else {
      return nextServer(now, deliver)
    }
  }

  private func nextServer(_ now: Int64, _ deliver: Delivery) {
    guard !queue.isEmpty else { return }
    queue[0].server += 1
    if queue[0].server < servers.count { return ask(now, deliver) }
    fail(queue.removeFirst(), deliver)
    finish(now, deliver)
  }

  private func finish(_ now: Int64, _ deliver: Delivery) {
    InternetSocket.disconnect(streamSocket.number)
    if !queue.isEmpty { ask(now, deliver) }
  }

  /// Goes on where the stream socket stopped.
  func streamReady(_ events: PollEvents, now: Int64, _ deliver: Delivery) {
    guard let first = queue.first else { return }
    if !isConnected {
      guard InternetSocket.pendingError(streamSocket.number) == 0 else {
        return nextServer(now, deliver)
      }
      isConnected = true
    }
    while !output.isEmpty {
      guard
        case .moved(let count) = output.withUnsafeBytes({
          InternetSocket.write(streamSocket.number, $0)
        })
      else { break }
      output.removeFirst(count)
    }
    withUnsafeTemporaryAllocation(byteCount: 16 << 10, alignment: 8) { buffer in
      while case .moved(let count) = InternetSocket.read(streamSocket.number, into: buffer) {
        input += buffer[..<count]
      }
    }
    if let answer = NameClient.messages(in: &input).first {
      queue.removeFirst()
      deliver(restored(answer, first), first.asker)
      finish(now, deliver)
    } else if !events.isDisjoint(with: [.hangUp, .error]) {
      nextServer(now, deliver)
    }
  }
}
