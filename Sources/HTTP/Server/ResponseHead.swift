import NIOCore
import NIOHTTP1

/// The first lines of a response as they go over the wire, and how its body will be framed.
struct ResponseHead {
  /// How a receiver finds the end of the body (RFC 9112, section 6.3).
  enum Framing: Equatable {
    /// There is none: HEAD, 204, 304, 1xx.
    case none
    case length
    case chunks
    /// The end of the connection: HTTP/1.0 without a length.
    case close
  }

  var status: HTTPStatus
  var headers: HTTPHeaders
  let framing: Framing
  var keepsConnection: Bool

  /// - Parameter length: the body's, when it is known.
  init(_ response: HTTPResponse, to request: RequestSummary, length: Int?) {
    status = response.status
    headers = response.headers
    keepsConnection = request.keepsConnection
    let hasLength = headers.contains(name: "Content-Length")
    if request.method == .HEAD || status == .notModified || status == .noContent {
      framing = .none
      if let length, !hasLength, length > 0, request.method == .HEAD {
        headers.add(name: "Content-Length", value: "\(length)")
      }
    } else if let length {
      framing = .length
      if !hasLength { headers.add(name: "Content-Length", value: "\(length)") }
    } else if hasLength {
      framing = .length
    } else if request.version.minor == 0 {
      framing = .close
      keepsConnection = false
    } else {
      framing = .chunks
      headers.add(name: "Transfer-Encoding", value: "chunked")
    }
  }

  /// Status line, fields, empty line. Line breaks in values are taken out: what a handler puts there
  /// may come from a client, and must not become another field.
  static func write(_ status: HTTPStatus, _ headers: HTTPHeaders, to buffer: inout ByteBuffer) {
    buffer.writeString("HTTP/1.1 \(status.code) \(oneLine(status.reasonPhrase))\r\n")
    for (name, value) in headers {
      buffer.writeString("\(oneLine(name)): \(oneLine(value))\r\n")
    }
    buffer.writeString("\r\n")
  }

  func write(to buffer: inout ByteBuffer, date: String) {
    var headers = headers
    if !headers.contains(name: "Date") { headers.add(name: "Date", value: date) }
    if !keepsConnection, !headers.contains(name: "Connection") {
      headers.add(name: "Connection", value: "close")
    }
    ResponseHead.write(status, headers, to: &buffer)
  }

  private static func oneLine(_ text: String) -> String {
    guard text.utf8.contains(where: { $0 == 13 || $0 == 10 || $0 == 0 }) else { return text }
    return String(
      decoding: text.utf8.map { $0 == 13 || $0 == 10 || $0 == 0 ? 32 : $0 }, as: UTF8.self)
  }
}

/// What of a request decides about the form of its response.
struct RequestSummary {
  var method: HTTPMethod
  var version: HTTPVersion
  var keepsConnection: Bool
}
