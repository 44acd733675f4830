// A connection to a server for commands that wait for one thing after the other: TCP, through a
// proxy when the environment names one, with or without TLS.
//
// While a write waits for the other side to take something, what the other side says is read and
// kept: else two that both want to speak first would wait for each other for ever.
//
// Next: ClientConnection.swift for HTTP, ClientWebSocket.swift.

import Glibc
import Linux
import Support

/// A stream of bytes to a server and back. Waits in the calling thread.
package final class ClientStream {
  private let socket: FileDescriptor
  private var tls: TLSEngine?
  private var input: [UInt8] = []
  private var isEnded = false
  /// When what has not come is given up, in the milliseconds of `monotonicMilliseconds`.
  private var deadline: Int64?

  /// Connects like the other, and ends everything with ETIMEDOUT at `deadline`.
  package convenience init(
    _ origin: HTTPOrigin, trust: ClientTrust, deadline: Int64,
    proxies: ProxySettings = ProxySettings()
  ) throws {
    let left = Int32(clamping: max(1, deadline - monotonicMilliseconds()))
    try self.init(origin, trust: trust, timeout: left, until: deadline, proxies)
  }

  /// From now on nothing is given up: who reads says how long it waits.
  package func waitForever() { deadline = nil }

  /// Takes a socket over that is on its way to `address`, which is `origin` for who asks.
  package init(
    connecting descriptor: Int32, to address: SocketAddress, _ origin: HTTPOrigin,
    trust: ClientTrust, deadline: Int64
  ) throws {
    socket = FileDescriptor(owning: descriptor)
    self.deadline = deadline
    try Self.wait(for: socket.number, address, until: deadline)
    guard origin.isSecure else { return }
    tls = try TLSEngine(
      host: origin.host, address: .v4(IPv4Address(0, 0, 0, 0)), port: origin.port, trust: trust)
    try flush()
  }

  /// Connects to `origin` within `timeout` milliseconds.
  ///
  /// Throws `SyscallError` when nobody listens, ``DklabError`` of the resolver, NIOSSL's errors.
  package convenience init(
    _ origin: HTTPOrigin, trust: ClientTrust, timeout: Int32 = 30_000
  ) throws {
    try self.init(origin, trust: trust, timeout: timeout, until: nil, ProxySettings())
  }

  private init(
    _ origin: HTTPOrigin, trust: ClientTrust, timeout: Int32, until deadline: Int64?,
    _ proxies: ProxySettings
  ) throws {
    let proxy = proxies.proxy(for: origin.host, isSecure: origin.isSecure)
    let addresses = try NameResolver().addresses(of: proxy?.host ?? origin.host)
    var failure: any Error = SyscallError("connect", origin.description, errno: EHOSTUNREACH)
    var found: (descriptor: Int32, address: IPAddress)?
    for address in addresses {
      do {
        let port = UInt16(clamping: proxy?.port ?? origin.port)
        let socket = try Self.connect(SocketAddress(address, port: port), timeout)
        found = (socket.release(), address)
        break
      } catch {
        failure = error
      }
    }
    guard let (descriptor, address) = found else { throw failure }
    socket = FileDescriptor(owning: descriptor)
    // A proxy may keep one waiting, too.
    self.deadline = deadline
    if proxy != nil { try passProxy(to: origin) }
    guard origin.isSecure else { return }
    tls = try TLSEngine(
      host: origin.host, address: proxy == nil ? address : .v4(IPv4Address(0, 0, 0, 0)),
      port: origin.port, trust: trust)
    try flush()
  }

  /// Speaks on a connection that is there already, and believes any certificate.
  package init(
    over socket: consuming FileDescriptor, to host: String, port: Int, isSecure: Bool
  ) throws {
    self.socket = socket
    guard isSecure else { return }
    var trust = ClientTrust()
    trust.acceptsAnything = true
    tls = try TLSEngine(
      host: host, address: IPAddress(host) ?? .v4(.loopback), port: port, trust: trust)
    try flush()
  }

  private static func connect(_ address: SocketAddress, _ timeout: Int32) throws -> FileDescriptor {
    let socket = try InternetSocket.connect(.stream, address)
    try wait(for: socket.number, address, until: monotonicMilliseconds() + Int64(timeout))
    return socket
  }

  private static func wait(
    for socket: Int32, _ address: SocketAddress, until deadline: Int64
  ) throws {
    while true {
      let left = deadline - monotonicMilliseconds()
      guard left > 0 else {
        throw SyscallError("connect", address.description, errno: ETIMEDOUT)
      }
      var entries = [PollEntry(fd: socket, events: .writable)]
      if try pollDescriptors(&entries, timeout: Int32(clamping: left)) > 0 { break }
    }
    let number = InternetSocket.pendingError(socket)
    guard number == 0 else { throw SyscallError("dial", address.description, errno: number) }
  }

  private func passProxy(to origin: HTTPOrigin) throws {
    let host = origin.host.contains(":") ? "[\(origin.host)]" : origin.host
    let target = "\(host):\(origin.port)"
    try write(Array("CONNECT \(target) HTTP/1.1\r\nHost: \(target)\r\n\r\n".utf8))
    var bytes: [UInt8] = []
    while AnswerHead(bytes) == nil {
      guard bytes.count < 64 << 10, let more = try read() else { break }
      bytes += more
    }
    guard let head = AnswerHead(bytes), head.status == 200 else {
      throw SyscallError("connect", "\(target) through the proxy", errno: ECONNREFUSED)
    }
    input = Array(bytes[head.length...])
  }

  /// To be polled for reading, when `hasInput` is false.
  package var descriptor: Int32 { socket.number }

  /// Whether `read` returns at once without the socket having anything.
  package var hasInput: Bool { !input.isEmpty || isEnded }

  /// Sends all of `bytes`.
  package func write(_ bytes: [UInt8]) throws {
    guard let tls else { return try put(bytes) }
    try tls.send(bytes)
    try flush()
  }

  /// What has come, waiting for it `timeout` milliseconds (-1: for ever). Nil at the end; nothing
  /// after the timeout or a signal.
  package func read(timeout: Int32 = -1) throws -> [UInt8]? {
    while input.isEmpty && !isEnded {
      var entries = [PollEntry(fd: socket.number, events: .readable)]
      guard let deadline else {
        guard try pollDescriptors(&entries, timeout: timeout) > 0 else { return [] }
        try fill()
        continue
      }
      let left = deadline - monotonicMilliseconds()
      guard left > 0 else { throw SyscallError("read", "the connection", errno: ETIMEDOUT) }
      if try pollDescriptors(&entries, timeout: Int32(clamping: left)) > 0 { try fill() }
    }
    if input.isEmpty { return nil }
    defer { input = [] }
    return input
  }

  /// Puts back what was read too much.
  package func unread(_ bytes: [UInt8]) { input = bytes + input }

  /// Takes what the socket has, without waiting.
  private func fill() throws {
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while !isEnded {
      let result = buffer.withUnsafeMutableBytes { InternetSocket.read(socket.number, into: $0) }
      switch result {
      case .moved(let count):
        guard let tls else {
          input += buffer[..<count]
          return
        }
        input += try tls.receive(buffer[..<count])
        try flush()
        if count < buffer.count { return }
      case .wouldBlock: return
      case .ended: isEnded = true
      case .failed(let number): throw SyscallError("read", "the connection", errno: number)
      }
    }
  }

  private func flush() throws {
    guard let output = try tls?.takeOutput(), !output.isEmpty else { return }
    try put(output)
  }

  private func put(_ bytes: [UInt8]) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      switch rest.withUnsafeBytes({ InternetSocket.write(socket.number, $0) }) {
      case .moved(let count): rest = rest.dropFirst(count)
      case .wouldBlock:
        var entries = [
          PollEntry(fd: socket.number, events: isEnded ? .writable : [.writable, .readable])
        ]
        let left = deadline.map { $0 - monotonicMilliseconds() }
        if let left, left <= 0 {
          throw SyscallError("write", "the connection", errno: ETIMEDOUT)
        }
        try pollDescriptors(&entries, timeout: left.map { Int32(clamping: $0) } ?? -1)
        if entries[0].ready.contains(.readable) { try fill() }
      case .ended: return
      case .failed(let number): throw SyscallError("write", "the connection", errno: number)
      }
    }
  }
}
