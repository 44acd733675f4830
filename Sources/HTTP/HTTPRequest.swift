import NIOHTTP1

/// Header fields of a request or a response: names in any case, repeated ones kept apart.
package typealias HTTPHeaders = NIOHTTP1.HTTPHeaders
/// GET, POST …
package typealias HTTPMethod = NIOHTTP1.HTTPMethod
/// 200 OK, 404 Not Found …
package typealias HTTPStatus = NIOHTTP1.HTTPResponseStatus

/// One request as a handler sees it. The body may still be on its way.
package struct HTTPRequest: Sendable {
  package let method: HTTPMethod
  /// What stood in the request line: path and query, as they were sent.
  package let target: String
  /// The path without the query, still percent-encoded. An absolute URL's host is left out.
  package var path: String
  package let query: QueryParameters
  package let headers: HTTPHeaders
  package let body: RequestBody
  package let client: HTTPClientIdentity
  /// What stood at the `{names}` of the route's pattern, decoded.
  package var parameters: [String: String] = [:]

  package init(
    method: HTTPMethod, target: String, headers: HTTPHeaders = [:],
    body: RequestBody = .empty, client: HTTPClientIdentity = HTTPClientIdentity()
  ) {
    self.method = method
    self.target = target
    self.headers = headers
    self.body = body
    self.client = client
    var rest = target[...]
    for scheme in ["http://", "https://"] where rest.hasPrefix(scheme) {
      rest = rest.dropFirst(scheme.count)
      rest = rest.firstIndex(of: "/").map { rest[$0...] } ?? "/"
    }
    let parts = rest.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    path = String(parts.first ?? "/")
    query = QueryParameters(parts.count > 1 ? String(parts[1]) : "")
  }

  /// The value of the parameter `name` of the route's pattern; empty when it has none.
  package func parameter(_ name: String) -> String { parameters[name] ?? "" }

  /// The protocol the client asks to go on with (`Connection: Upgrade`); nil when it does not.
  package var upgrade: String? {
    let asks = headers[canonicalForm: "connection"].contains { $0.lowercased() == "upgrade" }
    return asks ? headers.first(name: "upgrade") : nil
  }
}

/// Who sent a request, as far as the connection tells.
package struct HTTPClientIdentity: Sendable, Equatable {
  /// `127.0.0.1:40112`; empty for a Unix socket.
  package var address = ""
  /// The client's certificate in DER, when TLS asked for one and the client had one that its
  /// authority signed.
  package var certificate: [UInt8]?

  package init() {}
}
