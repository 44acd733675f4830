// `proxy` of a pod or a service: a request for the API that is meant for something in the cluster. The
// name says which port: `web`, `web:8080`, `web:http`, `https:web:443`.
//
// Behind `https` any certificate is believed, as by the real API server.
//
// Simplification: connections that stop being HTTP (WebSockets) are not passed on.
//
// Next: PodDial.swift.

import Documents
import Glibc
import HTTP
import Linux
import Support

/// Passes requests on to pods and services.
struct PodProxy: Sendable {
  let dial: PodDial

  /// `[SCHEME:]NAME[:PORT]`.
  struct Target: Equatable {
    var scheme = "http"
    var name: String
    var port = ""

    init?(_ text: String) {
      let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
      switch parts.count {
      case 1: name = parts[0]
      case 2: (name, port) = (parts[0], parts[1])
      case 3: (scheme, name, port) = (parts[0], parts[1], parts[2])
      default: return nil
      }
      if scheme.isEmpty { scheme = "http" }
      guard ["http", "https"].contains(scheme), !name.isEmpty else { return nil }
    }
  }

  /// The port of a pod that is meant: a number, a name, or the first it has.
  static func port(_ text: String, of pod: JSONValue) -> UInt16? {
    if let number = UInt16(text) { return number }
    let ports = pod.list("spec", "containers").flatMap { $0.list("ports") }
    let found = text.isEmpty ? ports.first : ports.first { $0.text("name") == text }
    guard let found else { return text.isEmpty ? 80 : nil }
    return found.number("containerPort").map { UInt16(clamping: $0) }
  }

  /// Whom a request for a service is passed to: one of its endpoints, by chance.
  static func endpoint(_ text: String, of service: JSONValue, _ book: EndpointBook)
    -> ServicePort.Endpoint?
  {
    let ports = service.list("spec", "ports")
    let found = ports.first { port in
      text.isEmpty
        ? true : port.text("name") == text || port.number("port").map(String.init) == text
    }
    guard let found else { return nil }
    let transport = found.text("protocol").isEmpty ? "TCP" : found.text("protocol")
    return book.targets(service, port: found.text("name"), transport).randomElement()
  }

  /// The answer of what listens at `address`. `path` is what follows `proxy` in the request.
  func answer(
    _ request: HTTPRequest, _ body: [UInt8], path: String, host: String, address: IPv4Address,
    port: UInt16, isSecure: Bool = false
  ) async throws -> HTTPResponse {
    let stream: ByteStream
    do {
      stream = try await dial.address(address, port: port, isSecure: isSecure)
    } catch {
      throw APIError(
        503, "ServiceUnavailable",
        "error trying to reach service: dial tcp \(address):\(port): \(Self.cause(error))")
    }
    try await stream.write(Self.head(request, body, path: path, host: host) + body)
    var input: [UInt8] = []
    while HTTPHead(input) == nil, input.count < 64 << 10, let bytes = try await stream.read() {
      input += bytes
    }
    guard let head = HTTPHead(input) else {
      await stream.close()
      throw APIError(503, "ServiceUnavailable", "error trying to reach service: EOF")
    }
    return Self.response(head, input, stream)
  }

  private static func cause(_ error: any Error) -> String {
    guard let error = error as? SyscallError else { return "\(error)" }
    return "connect: \(String(cString: strerror(error.errno)).lowercased())"
  }

  /// Fields that speak of one connection, or of who may do what with the API.
  private static let ownFields: Set<String> = [
    "connection", "host", "content-length", "transfer-encoding", "upgrade", "authorization",
    "keep-alive", "proxy-connection", "te", "trailer", "accept-encoding",
  ]

  private static func head(
    _ request: HTTPRequest, _ body: [UInt8], path: String, host: String
  ) -> [UInt8] {
    let query = request.target.split(separator: "?", maxSplits: 1).dropFirst().first
    var text = "\(request.method.rawValue) /\(path)\(query.map { "?\($0)" } ?? "") HTTP/1.1\r\n"
    text += "Host: \(host)\r\nConnection: close\r\n"
    for (name, value) in request.headers where !ownFields.contains(name.lowercased()) {
      text += "\(name): \(value)\r\n"
    }
    if !body.isEmpty || ["POST", "PUT", "PATCH"].contains(request.method.rawValue) {
      text += "Content-Length: \(body.count)\r\n"
    }
    return Array((text + "\r\n").utf8)
  }

  private static func response(
    _ head: HTTPHead, _ input: [UInt8], _ stream: ByteStream
  ) -> HTTPResponse {
    var response = HTTPResponse(HTTPStatus(statusCode: head.status))
    let lines = String(decoding: input[..<head.length], as: UTF8.self).split(separator: "\r\n")
    for line in lines.dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1)
      guard parts.count == 2 else { continue }
      let name = String(parts[0])
      guard !["connection", "transfer-encoding", "keep-alive"].contains(name.lowercased()) else {
        continue
      }
      let value = parts[1].drop { $0 == " " || $0 == "\t" }
      response.headers.add(name: name, value: String(value))
    }
    let first = Array(input[head.length...])
    let (isChunked, hasBody) = (head.isChunked, ![204, 304].contains(head.status))
    response.body = .stream { output in
      var chunks = ChunkDecoder()
      func decoded(_ bytes: [UInt8]) -> [UInt8] { isChunked ? chunks.feed(bytes[...]) : bytes }
      if hasBody {
        try await output.write(decoded(first))
        while let bytes = try await stream.read() { try await output.write(decoded(bytes)) }
      }
      await stream.close()
    }
    return response
  }
}
