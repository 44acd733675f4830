import Documents
import Glibc
import HTTP
import Linux
import Support

/// `kubectl proxy`: a server on this machine that passes requests on with our credentials.
enum Proxy {
  static let command = Command(
    name: "proxy", usage: "[--port=PORT] [--api-prefix=prefix]",
    summary: "Run a proxy to the Kubernetes API server",
    flags: [
      .string("accept-hosts", "Accepted: only this machine's names are", standard: "localhost"),
      .string("accept-paths", "Accepted and not used"),
      .string("address", "Address to listen at", standard: "127.0.0.1"),
      .string("api-prefix", "Where the API begins", standard: "/"),
      .bool("disable-filter", "Accepted and not used"),
      .int("port", "Port to listen at; 0 for any", short: "p", standard: 8001),
      .string("reject-methods", "Accepted and not used"),
      .string("reject-paths", "Accepted and not used"),
    ]
  ) { try run($0) }

  private static func run(_ invocation: Invocation) throws {
    let flags = invocation.flags
    let session = try Session(invocation)
    guard let address = IPAddress(flags.string("address")) else {
      throw KubectlError("listen tcp: lookup \(flags.string("address")): no such host")
    }
    let listener = try InternetSocket.bind(
      .stream, SocketAddress(address, port: UInt16(clamping: flags.int("port"))))
    let port = SocketAddress(of: listener.number)?.port ?? 0
    Screen.print("Starting to serve on \(address):\(port)")
    InterruptFlag.install()
    var exchanges: [ProxyExchange] = []
    while InterruptFlag.count == 0 {
      var entries = [PollEntry(fd: listener.number, events: .readable)]
      entries += exchanges.flatMap(\.entries)
      let hasInput = exchanges.contains(where: \.hasInput)
      try pollDescriptors(&entries, timeout: hasInput ? 0 : -1)
      while let accepted = try InternetSocket.accept(listener.number) {
        exchanges.append(ProxyExchange(accepted.release(), session.config))
      }
      exchanges.removeAll { !$0.advance() }
    }
  }
}

/// One connection of a client, and its connection to the server.
private final class ProxyExchange {
  private let client: Int32
  private let config: ClientConfig
  private var head: [UInt8] = []
  private var server: ClientStream?
  private var isClientEnded = false
  private var waiting: [UInt8] = []

  init(_ client: Int32, _ config: ClientConfig) {
    self.client = client
    self.config = config
  }

  deinit { close(client) }

  var entries: [PollEntry] {
    var events: PollEvents = isClientEnded ? [] : .readable
    if !waiting.isEmpty { events.insert(.writable) }
    var result = [PollEntry(fd: client, events: events)]
    if let server { result.append(PollEntry(fd: server.descriptor, events: .readable)) }
    return result
  }

  var hasInput: Bool { server?.hasInput ?? false }

  /// Moves what can be moved; false when it is over.
  func advance() -> Bool {
    do {
      try readClient()
      if let server, waiting.count < 1 << 20 {
        while let bytes = try server.read(timeout: 0) {
          if bytes.isEmpty { return try drain() }
          waiting += bytes
        }
        _ = try drain()
        return !waiting.isEmpty
      }
      return try drain() && !(isClientEnded && server == nil)
    } catch {
      let text = ErrorText.plain(error) + "\n"
      let answer =
        "HTTP/1.1 502 Bad Gateway\r\nConnection: close\r\nContent-Length: \(text.utf8.count)\r\n\r\n\(text)"
      Array(answer.utf8).withUnsafeBytes { _ = InternetSocket.write(client, $0) }
      return false
    }
  }

  private func drain() throws -> Bool {
    while !waiting.isEmpty {
      switch waiting.withUnsafeBytes({ InternetSocket.write(client, $0) }) {
      case .moved(let count): waiting.removeFirst(count)
      case .wouldBlock: return true
      case .ended, .failed: return false
      }
    }
    return true
  }

  private func readClient() throws {
    guard !isClientEnded else { return }
    var buffer = [UInt8](repeating: 0, count: 32 << 10)
    switch buffer.withUnsafeMutableBytes({ InternetSocket.read(client, into: $0) }) {
    case .moved(let count): try take(Array(buffer[..<count]))
    case .wouldBlock: break
    case .ended, .failed: isClientEnded = true
    }
  }

  /// The head of a request gets our credentials; its body goes on as it is. One request a
  /// connection: the server is asked to close.
  private func take(_ bytes: [UInt8]) throws {
    if let server { return try server.write(bytes) }
    head += bytes
    let end: [UInt8] = [13, 10, 13, 10]
    guard let place = head.firstRange(of: end) else {
      guard head.count < 1 << 20 else { throw KubectlError("request header too large") }
      return
    }
    var lines = String(decoding: head[..<place.lowerBound], as: UTF8.self)
      .split(whereSeparator: \.isNewline).map(String.init)
    guard !lines.isEmpty else { throw KubectlError("malformed request") }
    let isUpgrade = lines.contains { $0.lowercased().hasPrefix("upgrade:") }
    let dropped = ["authorization:", "host:"] + (isUpgrade ? [] : ["connection:"])
    var request = lines.removeFirst().split(separator: " ").map(String.init)
    if request.count > 1 { request[1] = config.prefix + request[1] }
    lines.removeAll { line in dropped.contains { line.lowercased().hasPrefix($0) } }
    var text = request.joined(separator: " ") + "\r\n"
    text += "Host: \(config.origin.host):\(config.origin.port)\r\n"
    if !isUpgrade { text += "Connection: close\r\n" }
    for (name, value) in config.headers { text += "\(name): \(value)\r\n" }
    for line in lines { text += line + "\r\n" }
    let stream = try ClientStream(config.origin, trust: config.trust)
    server = stream
    try stream.write(Array((text + "\r\n").utf8) + head[place.upperBound...])
  }
}
