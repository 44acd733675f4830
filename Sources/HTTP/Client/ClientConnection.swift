import Crypto
import FoundationEssentials
import Glibc
import Support

/// HTTP/1.1 over one connection: one request after the other, each answer read as it comes.
package final class ClientConnection {
  package let origin: HTTPOrigin
  package let stream: ClientStream
  private var body = Body.none

  /// How much of the answer's body is still to come.
  private enum Body {
    case none
    case counted(Int)
    case chunked(inChunk: Int)
    case untilEnd
  }

  package init(_ origin: HTTPOrigin, trust: ClientTrust) throws {
    self.origin = origin
    stream = try ClientStream(origin, trust: trust)
  }

  /// Over a connection that is there.
  package init(_ origin: HTTPOrigin, _ stream: ClientStream) {
    self.origin = origin
    self.stream = stream
  }

  /// Whether the answer has been read to its end, so that another request may be sent.
  package private(set) var isIdle = true

  /// Sends a request and reads the head of its answer. Throws EINVAL for what would end its line.
  package func send(
    _ method: String, _ target: String, headers: [(String, String)] = [], body: [UInt8]? = nil
  ) throws -> AnswerHead {
    for word in [method, target] + headers.map(\.0) where word.hasControlCharacters {
      throw SyscallError("send", "\(word.debugDescription) to \(origin)", errno: EINVAL)
    }
    for (name, value) in headers where value.replacing("\t", with: " ").hasControlCharacters {
      throw SyscallError("send", "the header \(name) to \(origin)", errno: EINVAL)
    }
    isIdle = false
    var text = "\(method) \(target) HTTP/1.1\r\nHost: \(hostHeader)\r\n"
    for (name, value) in headers { text += "\(name): \(value)\r\n" }
    if let body { text += "Content-Length: \(body.count)\r\n" }
    try stream.write(Array((text + "\r\n").utf8) + (body ?? []))
    return try readHead(method)
  }

  private var hostHeader: String {
    let host = origin.host.contains(":") ? "[\(origin.host)]" : origin.host
    let standard = origin.isSecure ? 443 : 80
    return origin.port == standard ? host : "\(host):\(origin.port)"
  }

  private func readHead(_ method: String) throws -> AnswerHead {
    var bytes: [UInt8] = []
    while true {
      if let head = AnswerHead(bytes) {
        let rest = Array(bytes[head.length...])
        if head.status == 100 {
          bytes = rest
          continue
        }
        stream.unread(rest)
        body = try body(of: head, method)
        if case .none = body { isIdle = head.status != 101 }
        return head
      }
      if AnswerHead.end(of: bytes) != nil {
        throw SyscallError("read", "no HTTP answer from \(origin)", errno: EPROTO)
      }
      guard bytes.count < 1 << 20, let more = try stream.read() else {
        throw SyscallError("read", origin.description, errno: bytes.isEmpty ? ECONNRESET : EPROTO)
      }
      bytes += more
    }
  }

  private func body(of head: AnswerHead, _ method: String) throws -> Body {
    if method == "HEAD" || [101, 204, 304].contains(head.status) { return .none }
    if head["transfer-encoding"]?.lowercased().contains("chunked") == true {
      return .chunked(inChunk: 0)
    }
    if let text = head["content-length"]?.split(whereSeparator: \.isWhitespace).first {
      guard text.allSatisfy({ ("0"..."9").contains($0) }), let length = Int(text) else {
        throw SyscallError("read", "Content-Length \(text) from \(origin)", errno: EPROTO)
      }
      return length == 0 ? .none : .counted(length)
    }
    return .untilEnd
  }

  /// The next piece of the body; nil at its end; nothing after `timeout` milliseconds.
  package func readBody(timeout: Int32 = -1) throws -> [UInt8]? {
    switch body {
    case .none: return nil
    case .untilEnd: return try stream.read(timeout: timeout)
    case .counted(let left):
      guard let bytes = try stream.read(timeout: timeout) else { throw brokenOff() }
      let piece = bytes.prefix(left)
      stream.unread(Array(bytes.dropFirst(piece.count)))
      body = left == piece.count ? .none : .counted(left - piece.count)
      if left == piece.count { isIdle = true }
      return Array(piece)
    case .chunked(let left):
      if left > 0 {
        guard let bytes = try stream.read(timeout: timeout) else { throw brokenOff() }
        let piece = bytes.prefix(left)
        stream.unread(Array(bytes.dropFirst(piece.count)))
        body = .chunked(inChunk: left - piece.count)
        return Array(piece)
      }
      return try nextChunk(timeout: timeout)
    }
  }

  /// Reads the line before a chunk, and the end of the one before it.
  private func nextChunk(timeout: Int32) throws -> [UInt8]? {
    var bytes: [UInt8] = []
    while true {
      let line = bytes.drop { $0 == 13 || $0 == 10 }
      if let end = line.firstIndex(of: 10) {
        let text = String(decoding: line[..<end], as: UTF8.self).prefix { $0.isHexDigit }
        guard let size = Int(text, radix: 16) else { throw brokenOff() }
        if size == 0 {
          return try skipTrailer(Array(line[(end + 1)...]), timeout: timeout) ? nil : []
        }
        stream.unread(Array(line[(end + 1)...]))
        body = .chunked(inChunk: size)
        return try readBody(timeout: timeout)
      }
      guard bytes.count < Self.lineLimit, let more = try stream.read(timeout: timeout) else {
        throw brokenOff()
      }
      if more.isEmpty {
        stream.unread(bytes)
        return []
      }
      bytes += more
    }
  }

  /// Whether all of the trailer has come.
  private func skipTrailer(_ bytes: [UInt8], timeout: Int32) throws -> Bool {
    var bytes = bytes
    while true {
      if let end = bytes.firstIndex(of: 10) {
        let isLast = bytes[..<end].allSatisfy { $0 == 13 }
        bytes.removeFirst(end + 1)
        guard isLast else { continue }
        stream.unread(bytes)
        body = .none
        isIdle = true
        return true
      }
      guard bytes.count < Self.lineLimit, let more = try stream.read(timeout: timeout) else {
        throw brokenOff()
      }
      if more.isEmpty {
        // The last chunk is read once more.
        stream.unread(Array("0\r\n".utf8) + bytes)
        return false
      }
      bytes += more
    }
  }

  /// No line between chunks is longer.
  private static let lineLimit = 64 << 10

  /// The whole rest of the body. Throws EMSGSIZE when it is more than `limit` bytes.
  package func readAll(limit: Int = .max) throws -> [UInt8] {
    var bytes: [UInt8] = []
    while let piece = try readBody() {
      guard piece.count <= limit - bytes.count else {
        throw SyscallError(
          "read", "more than \(limit) bytes from \(origin)", errno: EMSGSIZE)
      }
      bytes += piece
    }
    return bytes
  }

  private func brokenOff() -> SyscallError {
    SyscallError("read", "unexpected EOF from \(origin)", errno: ECONNRESET)
  }

  /// Asks for a WebSocket that speaks one of `protocols`. Nil and the answer's head, with its body
  /// still to be read, when the server would rather not.
  package func upgrade(
    _ target: String, headers: [(String, String)], protocols: [String]
  ) throws -> (socket: ClientWebSocket?, head: AnswerHead) {
    let key = Data((0..<16).map { _ in UInt8.random(in: 0...255) }).base64EncodedString()
    let head = try send(
      "GET", target,
      headers: headers + [
        ("Connection", "Upgrade"), ("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13"),
        ("Sec-WebSocket-Key", key),
        ("Sec-WebSocket-Protocol", protocols.joined(separator: ", ")),
      ])
    guard head.status == 101 else { return (nil, head) }
    guard head["sec-websocket-accept"] == WebSocketAccept.value(for: key) else {
      throw SyscallError("upgrade", origin.description, errno: EPROTO)
    }
    return (ClientWebSocket(stream, chosen: head["sec-websocket-protocol"] ?? ""), head)
  }
}
