import Documents
import Glibc
import HTTP
import Linux
import Support

/// Talks to the API server: one request after the other over a connection that stays open.
final class APIClient {
  let config: ClientConfig
  private var connection: ClientConnection?
  private var toldWarnings: Set<String> = []
  private(set) var warningCount = 0

  init(_ config: ClientConfig) { self.config = config }

  /// What kind of body a request has.
  enum BodyType: String {
    case json = "application/json"
    case strategicMerge = "application/strategic-merge-patch+json"
    case merge = "application/merge-patch+json"
    case jsonPatch = "application/json-patch+json"
    case apply = "application/apply-patch+yaml"
  }

  static let tables =
    "application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,"
    + "application/json"

  /// One request; the answer's body as JSON.
  ///
  /// Throws ``StatusError`` when the server refuses, ``KubectlError`` when there is none.
  @discardableResult
  func request(
    _ method: String, _ path: String, query: [(String, String)] = [], body: JSONValue? = nil,
    type: BodyType = .json, accept: String = "application/json"
  ) throws -> JSONValue {
    let (head, connection) = try exchange(
      method, path, query: query, body: body?.bytes(), type: type.rawValue, accept: accept)
    return try answer(head, try reading { try connection.readAll() }, path)
  }

  /// One request whose answer is no JSON.
  func raw(
    _ method: String, _ path: String, query: [(String, String)] = [], body: [UInt8]? = nil,
    accept: String = "*/*"
  ) throws -> [UInt8] {
    let (head, connection) = try exchange(
      method, path, query: query, body: body, type: "application/json", accept: accept)
    let bytes = try reading { try connection.readAll() }
    if head.status >= 400 { try answer(head, bytes, path) }
    return bytes
  }

  /// A request whose answer is read as it comes, over a connection of its own.
  func stream(
    _ path: String, query: [(String, String)] = [], accept: String = "application/json"
  ) throws -> ClientConnection {
    let connection = try open()
    let target = Self.target(config.prefix + path, query)
    let head = try reading {
      try connection.send("GET", target, headers: headers(accept: accept, type: nil))
    }
    warn(head)
    if head.status >= 400 { try answer(head, try reading { try connection.readAll() }, path) }
    return connection
  }

  /// A connection that becomes a WebSocket.
  func upgrade(_ path: String, query: [(String, String)], protocols: [String]) throws
    -> ClientWebSocket
  {
    let connection = try open()
    let target = Self.target(config.prefix + path, query)
    let (socket, head) = try reading {
      try connection.upgrade(
        target, headers: headers(accept: "*/*", type: nil), protocols: protocols)
    }
    if let socket { return socket }
    let bytes = try reading { try connection.readAll() }
    try answer(head, bytes, path)
    throw KubectlError("unable to upgrade connection: unexpected response \(head.status)")
  }

  private func exchange(
    _ method: String, _ path: String, query: [(String, String)], body: [UInt8]?, type: String,
    accept: String
  ) throws -> (AnswerHead, ClientConnection) {
    let target = Self.target(config.prefix + path, query)
    if config.verbosity >= 6 { Screen.remark("\(method) \(config.origin)\(target)") }
    let headers = headers(accept: accept, type: body == nil ? nil : type)
    if let kept = connection, kept.isIdle,
      let head = try? kept.send(method, target, headers: headers, body: body)
    {
      warn(head)
      return (head, kept)
    }
    // A connection that was kept may have been closed meanwhile; a new one tells what is wrong.
    let fresh = try open()
    connection = fresh
    let head = try reading { try fresh.send(method, target, headers: headers, body: body) }
    warn(head)
    return (head, fresh)
  }

  private func headers(accept: String, type: String?) -> [(String, String)] {
    var headers = config.headers
    headers.append(("User-Agent", "kubectl/dklab"))
    headers.append(("Accept", accept))
    if let type { headers.append(("Content-Type", type)) }
    return headers
  }

  private func open() throws -> ClientConnection {
    try reading { try ClientConnection(config.origin, trust: config.trust) }
  }

  /// Errors of the connection in kubectl's words.
  private func reading<Value>(_ body: () throws -> Value) throws -> Value {
    do {
      return try body()
    } catch let error as SyscallError where error.errno == ECONNREFUSED {
      let host = config.origin.host.contains(":") ? "[\(config.origin.host)]" : config.origin.host
      throw KubectlError(
        "The connection to the server \(host):\(config.origin.port) was refused"
          + " - did you specify the right host or port?", isBare: true)
    } catch let error where TransferFailure.isTLS(error) {
      throw KubectlError(
        "Unable to connect to the server: tls: failed to verify certificate: "
          + TransferFailure.cause(of: error).en, isBare: true)
    } catch let error as DklabError {
      throw KubectlError("Unable to connect to the server: \(error.message.en)", isBare: true)
    } catch let error as SyscallError {
      throw KubectlError("Unable to connect to the server: \(error)", isBare: true)
    }
  }

  @discardableResult
  private func answer(_ head: AnswerHead, _ bytes: [UInt8], _ path: String) throws -> JSONValue {
    let value = try? JSONValue.parse(bytes)
    if (200..<300).contains(head.status) {
      guard let value else {
        throw KubectlError("the server's answer to \(path) is no JSON")
      }
      return value
    }
    if let value, value.text("kind") == "Status" { throw StatusError(value, code: head.status) }
    let text = String(decoding: bytes.prefix(2000), as: UTF8.self).trimmingSpace()
    let (reason, message) =
      switch head.status {
      case 401:
        ("Unauthorized", "You must be logged in to the server")
      case 403: ("Forbidden", text)
      case 404: ("NotFound", "the server could not find the requested resource")
      case 405:
        ("MethodNotAllowed", "the server does not allow this method on the requested resource")
      case 503: ("ServiceUnavailable", "the server is currently unable to handle the request")
      default: ("InternalError", text.isEmpty ? "unknown" : text)
      }
    throw StatusError(["reason": .string(reason), "message": .string(message)], code: head.status)
  }

  /// What the server remarks on a request, once each.
  private func warn(_ head: AnswerHead) {
    for warning in head.all("warning") where warning.hasPrefix("299 ") {
      guard let first = warning.firstIndex(of: "\"") else { continue }
      let marked = String(warning[warning.index(after: first)...])
        .replacing("\\\"", with: "\u{1}")
      let text = String(marked.prefix { $0 != "\"" }).replacing("\u{1}", with: "\"")
      warningCount += 1
      if toldWarnings.insert(text).inserted { Screen.remark("Warning: \(text)") }
    }
  }

  static func target(_ path: String, _ query: [(String, String)]) -> String {
    if query.isEmpty { return path }
    let pairs = query.map { "\(escaped($0))=\(escaped($1))" }
    return path + (path.contains("?") ? "&" : "?") + pairs.joined(separator: "&")
  }

  /// Percent-encoded for a query or a part of a path.
  static func escaped(_ text: String) -> String { PercentEncoding.encode(text) }
}
