// What the checks ask a Docker Engine: one HTTP/1.1 request a connection, which is closed by the
// answer's end. Nothing here is hijacked or streamed, so there is no need for more.
//
// Next: DockerObserver.swift.

import Documents
import Glibc
import Linux
import Support

/// The Docker Engine API, as far as labs ask.
package struct DockerClient: Sendable {
  let address: DockerAddress
  /// How long an answer may take, in milliseconds, and how long it may be.
  private static let patience: Int64 = 60_000
  private static let limit = 256 << 20

  package init(_ address: DockerAddress) { self.address = address }

  struct Answer {
    var status: Int
    /// By name, in lower case.
    var headers: [String: String]
    var body: [UInt8]
  }

  /// The document at `path`.
  func json(_ path: String, _ query: [(String, String)] = []) throws -> JSONValue {
    let answer = try ask("GET", path, query)
    return try JSONValue.parse(answer.body, file: path)
  }

  /// Asks, and throws the engine's own words when it refuses.
  @discardableResult
  func ask(
    _ method: String, _ path: String, _ query: [(String, String)] = [], body: JSONValue? = nil
  ) throws -> Answer {
    let answer = try exchange(method, path, query, body)
    guard answer.status >= 400 else { return answer }
    let words = (try? JSONValue.parse(answer.body, file: path))?["message"]?.string
    let said = words ?? "\(method) \(path): status \(answer.status)"
    let codes: [Int: ErrorCode] = [404: .notFound, 409: .conflict]
    throw DklabError(
      codes[answer.status] ?? .internal, id: "lab.docker-refused", Text(said, ko: said))
  }

  private func exchange(
    _ method: String, _ path: String, _ query: [(String, String)], _ body: JSONValue?
  ) throws -> Answer {
    let socket = try connect()
    let target =
      path + (query.isEmpty ? "" : "?")
      + query.map { "\($0)=\(Self.escaped($1))" }.joined(separator: "&")
    let content = body.map { Array($0.text().utf8) } ?? []
    var head = "\(method) \(target) HTTP/1.1\r\nHost: docker\r\nUser-Agent: dklab\r\n"
    head += "Connection: close\r\nContent-Length: \(content.count)\r\n"
    if body != nil { head += "Content-Type: application/json\r\n" }
    let request = Array((head + "\r\n").utf8) + content
    try request.withUnsafeBytes { try writeAll(socket.number, $0) }
    return try Self.answer(try Self.receive(socket.number), to: "\(method) \(path)")
  }

  private func connect() throws -> FileDescriptor {
    do {
      return try address.connect()
    } catch {
      throw DklabError(
        .unavailable, id: "lab.no-docker",
        Text(
          "no Docker Engine answers at \(address): \(error)",
          ko: "\(address)에서 응답하는 Docker Engine이 없습니다: \(error)"),
        hint: Text(
          "is it running, and does DOCKER_HOST say where?", ko: "실행 중인지, DOCKER_HOST가 맞는지 확인하세요"))
    }
  }

  private static func receive(_ socket: Int32) throws -> [UInt8] {
    let deadline = monotonicMilliseconds() + patience
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while bytes.count < limit {
      var entry = [PollEntry(fd: socket, events: .readable)]
      let left = deadline - monotonicMilliseconds()
      guard left > 0, try pollDescriptors(&entry, timeout: Int32(clamping: left)) > 0 else { break }
      let count = retryingInterrupts { read(socket, &buffer, buffer.count) }
      guard count > 0 else { return bytes }
      bytes += buffer[..<count]
    }
    throw DklabError(
      .timeout, id: "lab.docker-slow",
      Text(
        "the Docker Engine's answer does not come to an end", ko: "Docker Engine의 응답이 끝나지 않습니다"))
  }

  /// Takes an answer apart.
  static func answer(_ bytes: [UInt8], to request: String) throws -> Answer {
    guard let (head, start) = HTTPProbe.split(bytes) else { throw unreadable(request) }
    let lines = head.split(separator: "\r\n")
    let words = (lines.first ?? "").split(separator: " ")
    guard words.count > 1, words[0].hasPrefix("HTTP/1."), let status = Int(words[1]) else {
      throw unreadable(request)
    }
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      guard let colon = line.firstIndex(of: ":") else { continue }
      headers[line[..<colon].lowercased()] = line[line.index(after: colon)...].trimmed
    }
    var body = Array(bytes[start...])
    if headers["transfer-encoding"]?.lowercased() == "chunked" {
      guard let whole = unchunked(body) else { throw unreadable(request) }
      body = whole
    }
    return Answer(status: status, headers: headers, body: body)
  }

  /// The content of a chunked body (RFC 9112, section 7.1); nil when it is not whole.
  private static func unchunked(_ bytes: [UInt8]) -> [UInt8]? {
    var content: [UInt8] = []
    var place = 0
    while let end = bytes[place...].firstIndex(of: UInt8(ascii: "\n")) {
      let line = String(decoding: bytes[place..<end], as: UTF8.self).prefix { $0 != ";" }
      guard let size = Int(line.trimmed, radix: 16), size >= 0 else { return nil }
      guard size > 0 else { return content }
      let start = end + 1
      guard size <= bytes.count - start else { return nil }
      content += bytes[start..<start + size]
      place = min(start + size + 2, bytes.count)
    }
    return nil
  }

  private static func unreadable(_ request: String) -> DklabError {
    DklabError(
      .internal, id: "lab.docker-answer",
      Text(
        "\(request): that is no answer of a Docker Engine",
        ko: "\(request): Docker Engine의 응답이 아닙니다"))
  }

  /// A value of a query (RFC 3986).
  static func escaped(_ text: String) -> String {
    text.utf8.map { byte in
      let isPlain =
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
        || "-._~/:".utf8.contains(byte)
      let hex = String(byte, radix: 16, uppercase: true)
      return isPlain ? String(UnicodeScalar(byte)) : "%" + (hex.count == 1 ? "0" : "") + hex
    }.joined()
  }
}
