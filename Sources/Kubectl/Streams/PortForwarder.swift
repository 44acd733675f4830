import Glibc
import HTTP
import Linux
import Support

/// Connections to ports of this machine, passed on to ports of a pod over one connection to the
/// server. One poll(2) loop.
final class PortForwarder {
  /// A port here and the pod's port it leads to.
  struct Port {
    var local: UInt16
    var remote: Int
  }

  /// One connection that was taken.
  private struct Connection {
    var socket: Int32
    var remote: Int
    var dataStream: UInt32
    var errorStream: UInt32
    /// What the socket would not take yet.
    var waiting: [UInt8] = []
    var isInputEnded = false
    var isOutputEnded = false
    var error: [UInt8] = []
  }

  private let socket: ClientWebSocket
  private var listeners: [(descriptor: Int32, port: Port)] = []
  private var connections: [Connection] = []
  private var writer = SPDYWriter()
  private var reader = SPDYReader()
  private var nextStream: UInt32 = 1
  private var nextRequest = 0

  static let protocols = ["SPDY/3.1+portforward.k8s.io"]

  init(_ socket: ClientWebSocket) { self.socket = socket }

  deinit {
    for listener in listeners { close(listener.descriptor) }
    for connection in connections { close(connection.socket) }
  }

  /// Listens at `address`; `local` 0 takes any free port. Returns the port.
  func listen(_ address: IPAddress, _ port: Port) throws -> UInt16 {
    let listener = try InternetSocket.bind(.stream, SocketAddress(address, port: port.local))
    let number = SocketAddress(of: listener.number)?.port ?? port.local
    var taken = port
    taken.local = number
    listeners.append((listener.release(), taken))
    return number
  }

  /// Passes on until the server has gone or the program is told to end.
  func run() throws {
    InterruptFlag.install()
    while InterruptFlag.count == 0 {
      var entries = [PollEntry(fd: socket.stream.descriptor, events: .readable)]
      entries += listeners.map { PollEntry(fd: $0.descriptor, events: .readable) }
      entries += connections.map { connection in
        var events: PollEvents = connection.isInputEnded ? [] : .readable
        if !connection.waiting.isEmpty { events.insert(.writable) }
        return PollEntry(fd: connection.socket, events: events)
      }
      try pollDescriptors(&entries, timeout: socket.hasInput ? 0 : 30_000)
      for (index, listener) in listeners.enumerated() where !entries[1 + index].ready.isEmpty {
        try accept(listener)
      }
      let first = 1 + listeners.count
      for index in connections.indices where first + index < entries.count {
        let ready = entries[first + index].ready
        if ready.contains(.writable) { drain(index) }
        if connections[index].isInputEnded, !ready.isDisjoint(with: [.hangUp, .error]) {
          connections[index].waiting = []
          connections[index].isOutputEnded = true
        }
        if !ready.isDisjoint(with: [.readable, .hangUp, .error]) { try forward(index) }
      }
      if socket.hasInput || !entries[0].ready.isEmpty {
        guard let message = try socket.receive(timeout: 0) else {
          throw KubectlError("lost connection to pod")
        }
        try take(message)
      } else if entries.allSatisfy({ $0.ready.isEmpty }) {
        try socket.ping()
      }
      sweep()
    }
  }

  private func accept(_ listener: (descriptor: Int32, port: Port)) throws {
    while let accepted = try InternetSocket.accept(listener.descriptor) {
      Screen.print("Handling connection for \(listener.port.local)")
      let (error, data) = (nextStream, nextStream + 2)
      nextStream += 4
      let common = [("port", "\(listener.port.remote)"), ("requestid", "\(nextRequest)")]
      nextRequest += 1
      try socket.send(writer.open(error, [("streamtype", "error")] + common))
      try socket.send(SPDYWriter.data(error, [], isLast: true))
      try socket.send(writer.open(data, [("streamtype", "data")] + common))
      connections.append(
        Connection(
          socket: accepted.release(), remote: listener.port.remote, dataStream: data,
          errorStream: error))
    }
  }

  /// What a program here has written goes to the pod.
  private func forward(_ index: Int) throws {
    guard !connections[index].isInputEnded else { return }
    var buffer = [UInt8](repeating: 0, count: 32 << 10)
    let stream = connections[index].dataStream
    let result = buffer.withUnsafeMutableBytes {
      InternetSocket.read(connections[index].socket, into: $0)
    }
    switch result {
    case .moved(let count): try socket.send(SPDYWriter.data(stream, Array(buffer[..<count])))
    case .wouldBlock: break
    case .ended:
      connections[index].isInputEnded = true
      try socket.send(SPDYWriter.data(stream, [], isLast: true))
    case .failed:
      connections[index].isInputEnded = true
      connections[index].isOutputEnded = true
      connections[index].waiting = []
      try socket.send(SPDYWriter.reset(stream))
    }
  }

  /// What the pod has written goes to the program here, as far as it takes it.
  private func drain(_ index: Int) {
    while !connections[index].waiting.isEmpty {
      let bytes = connections[index].waiting
      switch bytes.withUnsafeBytes({ InternetSocket.write(connections[index].socket, $0) }) {
      case .moved(let count): connections[index].waiting.removeFirst(count)
      case .wouldBlock: return
      case .ended, .failed:
        connections[index].waiting = []
        connections[index].isOutputEnded = true
      }
    }
  }

  private func take(_ message: [UInt8]) throws {
    reader.feed(message)
    while let frame = reader.next() {
      switch frame {
      case .data(let stream, let bytes, let isLast): receive(stream, bytes, isLast)
      case .reply(let stream, true): receive(stream, [], true)
      case .reset(let stream): receive(stream, [], true)
      case .ping(let content): try socket.send(SPDYWriter.ping(content))
      case .goAway: throw KubectlError("lost connection to pod")
      case .reply, .other: break
      }
    }
  }

  private func receive(_ stream: UInt32, _ bytes: [UInt8], _ isLast: Bool) {
    if let index = connections.firstIndex(where: { $0.dataStream == stream }) {
      connections[index].waiting += bytes
      if isLast { connections[index].isOutputEnded = true }
      drain(index)
    } else if let index = connections.firstIndex(where: { $0.errorStream == stream }) {
      connections[index].error += bytes
      guard isLast, !connections[index].error.isEmpty else { return }
      let text = String(decoding: connections[index].error, as: UTF8.self)
      Screen.remark(
        "error: an error occurred forwarding \(connections[index].remote) -> "
          + "\(connections[index].remote): \(text)")
      connections[index].isInputEnded = true
      connections[index].isOutputEnded = true
    }
  }

  /// Ends what both sides have ended.
  private func sweep() {
    for index in connections.indices.reversed()
    where connections[index].isOutputEnded && connections[index].waiting.isEmpty {
      if connections[index].isInputEnded {
        close(connections[index].socket)
        connections.remove(at: index)
      } else {
        InternetSocket.endOutput(connections[index].socket)
      }
    }
  }
}
