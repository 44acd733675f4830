import Documents
import HTTP

extension KubeServer {
  /// Passes a request on to who serves this part of the API.
  func passOn(
    _ request: HTTPRequest, _ user: UserInfo, to service: JSONValue, _ aggregator: APIAggregator
  ) async throws -> HTTPResponse {
    guard service.isCondition("Available") else { return Self.unavailable }
    guard request.upgrade == nil else {
      throw APIError(
        501, "NotImplemented", "upgrades of connections are not passed on to aggregated servers")
    }
    let body = try await request.body.collect(upTo: Self.bodyLimit)
    var passed = BackendRequest(method: request.method.rawValue, target: request.target)
    for (name, value) in request.headers where !Self.isOwn(name.lowercased()) {
      passed.headers.append((name, value))
    }
    passed.identify(user)
    passed.goesOn = true
    if !body.isEmpty || ["POST", "PUT", "PATCH"].contains(passed.method) { passed.body = body }
    let answer: BackendAnswer
    do {
      answer = try await BlockingWork.run { [api, passed] in
        try aggregator.call(service, passed, api)
      }
    } catch {
      return HTTPResponse(
        .serviceUnavailable,
        text: "error trying to reach service: \(WebhookCaller.words(error))\n")
    }
    guard answer.status >= 200 else {
      return HTTPResponse(
        .badGateway, text: "the server answered with status \(answer.status)\n")
    }
    var response = HTTPResponse(HTTPStatus(statusCode: answer.status))
    for (name, value) in answer.headers
    where !["connection", "transfer-encoding", "keep-alive"].contains(name) {
      response.headers.add(name: name, value: value)
    }
    guard ![204, 304].contains(answer.status), request.method != .HEAD else { return response }
    response.body = .stream { output in
      try await output.flush()
      while let piece = try await BlockingWork.run({ try answer.read() }) {
        // Nothing for a while: is the client still there?
        try Task.checkCancellation()
        if !piece.isEmpty { try await output.write(piece) }
      }
    }
    return response
  }

  private static let unavailable = HTTPResponse(
    .serviceUnavailable, text: "service unavailable\n")

  /// Of this connection only, or such as nobody but the API server may say.
  private static func isOwn(_ name: String) -> Bool {
    name.hasPrefix("x-remote-") || name.hasPrefix("impersonate-")
      || [
        "connection", "host", "content-length", "transfer-encoding", "upgrade", "authorization",
        "keep-alive", "proxy-connection", "te", "trailer", "accept-encoding", "expect",
      ].contains(name)
  }
}

extension RequestInfo {
  /// Sees to it that whoever the request is passed on to reads nothing else in it than what is allowed or
  /// forbidden here. Throws 400 when a path could be read in two ways.
  mutating func settle(forwarded request: HTTPRequest) throws(APIError) {
    let segments = request.path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
    for segment in segments {
      guard let plain = PercentEncoding.decode(String(segment)), !plain.contains("/"),
        !["", ".", ".."].contains(plain)
      else { throw .badRequest("invalid segment \"\(segment)\" in the path \(request.path)") }
    }
    let says = request.query.all("watch").contains { !["false", "0"].contains($0.lowercased()) }
    if ["get", "list"].contains(verb), isResource, says { verb = "watch" }
  }
}
