// A client of a cluster on this machine: HTTP over the socket in its directory. For commands and the
// kubelet, which want one answer after the other and no threads.
//
// Next: `Serve/KubeServer.swift`

import Documents
import Glibc
import Linux
import Support

/// Asks the API server of one cluster.
package struct LocalClient: Sendable {
  package let socketPath: String

  package init(socketPath: String) {
    self.socketPath = socketPath
  }

  /// An answer: its status and its body as JSON. What is no JSON is a text.
  package struct Answer: Sendable {
    package let status: Int
    package let body: JSONValue
    package var isSuccess: Bool { (200..<300).contains(status) }
  }

  /// One request on a connection of its own.
  package func request(
    _ method: String, _ path: String, _ body: JSONValue? = nil, type: String? = nil
  )
    throws -> Answer
  {
    let connection = try send(method, path, body, type: type, keepsOpen: false)
    guard let answer = Self.answer(try readAll(connection.number)) else {
      throw SyscallError("read", socketPath, errno: EPROTO)
    }
    return answer
  }

  /// The same, for who has other things to do meanwhile.
  func begin(_ method: String, _ path: String, _ body: JSONValue? = nil, type: String? = nil)
    throws -> RequestUnderWay
  {
    RequestUnderWay(try send(method, path, body, type: type, keepsOpen: false))
  }

  /// Nil when it is not whole.
  static func answer(_ bytes: [UInt8]) -> Answer? {
    guard let head = HTTPHead(bytes) else { return nil }
    var content = Array(bytes[head.length...])
    if head.isChunked { content = Self.unchunk(content) }
    let value = (try? JSONValue.parse(content)) ?? .string(String(decoding: content, as: UTF8.self))
    return Answer(status: head.status, body: value)
  }

  /// Whether the cluster's directory is gone, and with it whoever could answer.
  package var isAbandoned: Bool {
    !File.exists(String(socketPath[..<(socketPath.lastIndex(of: "/") ?? socketPath.startIndex)]))
  }

  /// Opens a watch: the connection, on which the header and then chunks come.
  package func watch(_ path: String) throws -> WatchConnection {
    WatchConnection(try send("GET", path, nil, type: nil, keepsOpen: true))
  }

  private func send(
    _ method: String, _ path: String, _ body: JSONValue?, type: String?, keepsOpen: Bool
  ) throws -> FileDescriptor {
    let connection = try UnixSocket.connect(to: socketPath)
    let bytes = body?.bytes() ?? []
    var head = "\(method) \(path) HTTP/1.1\r\nHost: localhost\r\nUser-Agent: dklab\r\n"
    head += "Accept: application/json\r\n"
    if !keepsOpen { head += "Connection: close\r\n" }
    if body != nil {
      head += "Content-Type: \(type ?? "application/json")\r\nContent-Length: \(bytes.count)\r\n"
    }
    let whole = Array((head + "\r\n").utf8) + bytes
    try whole.withUnsafeBytes { try writeAll(connection.number, $0) }
    return connection
  }

  /// A chunked body put together.
  static func unchunk(_ bytes: [UInt8]) -> [UInt8] {
    var decoder = ChunkDecoder()
    return decoder.feed(bytes[...])
  }
}

/// A request whose answer has not come yet: for a loop that waits for many things.
final class RequestUnderWay {
  private let connection: FileDescriptor
  private var bytes: [UInt8] = []

  init(_ connection: consuming FileDescriptor) {
    self.connection = connection
  }

  /// To be polled for reading.
  var descriptor: Int32 { connection.number }

  /// Takes in what has come; returns whether that is all.
  func read() -> Bool {
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    let count = retryingInterrupts { Glibc.read(connection.number, &buffer, buffer.count) }
    if count > 0 { bytes += buffer[..<count] }
    return count <= 0
  }

  /// Nil when the server went away meanwhile.
  var answer: LocalClient.Answer? { LocalClient.answer(bytes) }
}

/// The header of an answer.
struct HTTPHead {
  let status: Int
  /// How many bytes it takes, the empty line included.
  let length: Int
  let isChunked: Bool

  /// Nil until all of it is there.
  init?(_ bytes: [UInt8]) {
    let end: [UInt8] = [13, 10, 13, 10]
    guard bytes.count >= 4,
      let start = (0...(bytes.count - 4)).first(where: { bytes[$0..<($0 + 4)].elementsEqual(end) })
    else { return nil }
    let lines = String(decoding: bytes[..<start], as: UTF8.self).split(separator: "\r\n")
    let words = (lines.first ?? "").split(separator: " ")
    guard words.count >= 2, let status = Int(words[1]) else { return nil }
    self.status = status
    length = start + 4
    isChunked = lines.contains { $0.lowercased() == "transfer-encoding: chunked" }
  }
}

/// Takes chunks apart as they come (RFC 9112, 7.1).
struct ChunkDecoder {
  private var buffer: [UInt8] = []

  /// The content of all chunks that are complete.
  mutating func feed(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    buffer += bytes
    var result: [UInt8] = []
    var position = 0
    while let line = buffer[position...].firstIndex(of: 10) {
      let text = String(decoding: buffer[position..<line], as: UTF8.self)
      guard let size = Int(text.prefix { $0.isHexDigit }, radix: 16) else { break }
      let start = line + 1
      guard buffer.count >= start + size + 2 else { break }
      result += buffer[start..<(start + size)]
      position = start + size + 2
    }
    buffer.removeFirst(position)
    return result
  }
}

/// A watch that is under way: for a loop that waits for many things.
package final class WatchConnection {
  private let connection: FileDescriptor
  private var head: [UInt8] = []
  private var isBody = false
  private var chunks = ChunkDecoder()
  private var line: [UInt8] = []

  init(_ connection: consuming FileDescriptor) {
    self.connection = connection
  }

  /// To be polled for reading.
  package var descriptor: Int32 { connection.number }

  /// The events that have come; nil when the server has ended the watch. Waits when there is
  /// nothing to read.
  package func read() throws -> [(kind: String, object: JSONValue)]? {
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    let count = try check(
      retryingInterrupts { Glibc.read(connection.number, &buffer, buffer.count) }, "read", "watch")
    guard count > 0 else { return nil }
    var bytes = buffer[..<count]
    if !isBody {
      head += bytes
      guard let parsed = HTTPHead(head) else { return [] }
      guard parsed.status == 200 else { return nil }
      isBody = true
      bytes = head[parsed.length...]
      head = []
    }
    line += chunks.feed(bytes)
    var events: [(String, JSONValue)] = []
    while let end = line.firstIndex(of: 10) {
      if let value = try? JSONValue.parse(line[..<end]), let object = value["object"] {
        events.append((value.text("type"), object))
      }
      line.removeFirst(end + 1)
    }
    return events
  }
}
