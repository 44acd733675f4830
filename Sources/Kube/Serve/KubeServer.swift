import Documents
import HTTP
import Support

/// The API server of one cluster: requests come in over HTTP, are attributed to a user, checked
/// against the roles, and handed to the object API.
///
/// Next: `KubeServer+Resources.swift`, `KubeServer+Watch.swift`
package final class KubeServer: Sendable {
  package let api: ObjectAPI
  let discovery: Discovery
  let openAPI: OpenAPIDocuments
  let authenticator: Authenticator
  let authorizer: Authorizer
  let tokens: ServiceAccountTokens
  let streams: PodStreams
  let metrics: MetricsBook
  /// Which groups others serve; nil where there is no network.
  let aggregator: APIAggregator?
  /// Switches a controller off (true) or on.
  let switches: @Sendable (String, Bool) -> Void
  /// Under which address clients reach the server, as discovery says it.
  let address: String
  /// A body may be this large, as with kube-apiserver.
  static let bodyLimit = 3 << 20

  package init(
    api: ObjectAPI, tokens: ServiceAccountTokens, address: String,
    streams: PodStreams = PodStreams(), metrics: MetricsBook = MetricsBook(),
    aggregator: APIAggregator? = nil,
    switches: @escaping @Sendable (String, Bool) -> Void = { _, _ in }
  ) {
    self.api = api
    self.tokens = tokens
    self.address = address
    self.streams = streams
    self.metrics = metrics
    self.aggregator = aggregator
    self.switches = switches
    discovery = Discovery(registry: api.registry) { aggregator?.versions ?? [] }
    openAPI = OpenAPIDocuments(registry: api.registry) { aggregator?.versions ?? [] }
    authenticator = Authenticator(api: api, tokens: tokens)
    authorizer = Authorizer(api: api)
  }

  /// Answers one request; what goes wrong becomes a `v1.Status`.
  package func handle(_ request: HTTPRequest) async -> HTTPResponse {
    do {
      return try await respond(request)
    } catch {
      return Self.failure(error, request)
    }
  }

  /// An error as a response.
  package static func failure(_ error: any Error, _ request: HTTPRequest?) -> HTTPResponse {
    let status: APIError
    switch error {
    case let error as APIError: status = error
    case let error as HTTPFailure:
      status = APIError(
        Int(error.status.code),
        error.status.code == 413 ? "RequestEntityTooLarge" : "BadRequest", error.message)
    default: status = .internalError("\(error)")
    }
    var response = json(status.status, status: status.code)
    if status.code == 429 || status.retryAfterSeconds > 0 {
      response.headers.add(name: "Retry-After", value: String(max(1, status.retryAfterSeconds)))
    }
    return warned(response, status.warnings)
  }

  static func json(_ value: JSONValue, status: Int = 200, type: String = "application/json")
    -> HTTPResponse
  {
    bytes(value.bytes(), status: status, type: type)
  }

  static func bytes(_ bytes: [UInt8], status: Int = 200, type: String = "application/json")
    -> HTTPResponse
  {
    HTTPResponse(
      HTTPStatus(statusCode: status),
      headers: [
        "Content-Type": type, "Cache-Control": "no-cache, private",
      ], body: .bytes(bytes))
  }

  private func respond(_ request: HTTPRequest) async throws -> HTTPResponse {
    // Anybody may ask whether the server lives.
    if let reply = health(request.path) { return reply }
    // Only the cluster's owner can open the socket of the directory.
    let isLocal = request.client.address.isEmpty
    var user =
      isLocal
      ? UserInfo.system
      : try authenticator.user(
        certificate: request.client.certificate,
        authorization: request.headers.first(name: "authorization"))
    if isLocal, let reply = try await local(request) { return reply }
    user = try impersonated(user, request)
    var info = RequestInfo(
      method: request.method.rawValue, path: request.path, query: request.query)
    let service = aggregator?.service(for: request.path)
    if service != nil { try info.settle(forwarded: request) }
    let access = info.access(user, path: request.path)
    guard authorizer.allows(access) != nil || Self.isOpen(access) else {
      throw Authorizer.refusal(access)
    }
    if let aggregator, let service {
      return try await passOn(request, user, to: service, aggregator)
    }
    guard info.isResource else { return try await nonResource(request) }
    let body = try await request.body.collect(upTo: Self.bodyLimit)
    return try await resource(request, info, user, body)
  }

  /// What everybody who is known may do: discovery, and asking about oneself.
  private static func isOpen(_ access: AccessRequest) -> Bool {
    if access.path.isEmpty {
      return access.verb == "create"
        && ["selfsubjectaccessreviews", "selfsubjectrulesreviews", "selfsubjectreviews"]
          .contains(access.resource)
    }
    let open = ["/api", "/apis", "/openapi", "/version"]
    return access.verb == "get"
      && open.contains { access.path == $0 || access.path.hasPrefix($0 + "/") }
  }

  /// What only the cluster's own parts ask, on the local socket: `PUT /dklab/controllers/NAME/off`
  /// and `…/on`, `POST /dklab/events`, `POST /dklab/usage`.
  private func local(_ request: HTTPRequest) async throws -> HTTPResponse? {
    let parts = request.path.split(separator: "/").map(String.init)
    guard parts.first == "dklab" else { return nil }
    if request.method == .PUT, parts.count == 4, parts[1] == "controllers",
      ["on", "off"].contains(parts[3])
    {
      switches(parts[2], parts[3] == "off")
      return HTTPResponse(text: "ok\n")
    }
    if request.method == .POST, parts == ["dklab", "events"] {
      let body = try await request.body.collect(upTo: Self.bodyLimit)
      let sent = try JSONValue.parse(body)
      let notes = (sent.array ?? [sent]).compactMap(EventNote.init)
      guard !notes.isEmpty else { throw APIError.badRequest("not an event") }
      try await BlockingWork.run { [api] in for note in notes { api.record(note) } }
      return HTTPResponse(text: "ok\n")
    }
    if request.method == .POST, parts == ["dklab", "usage"] {
      let body = try await request.body.collect(upTo: Self.bodyLimit)
      guard let sample = UsageSample(try JSONValue.parse(body)) else {
        throw APIError.badRequest("not a sample of usage")
      }
      metrics.take(sample)
      return HTTPResponse(text: "ok\n")
    }
    return nil
  }

  private func health(_ path: String) -> HTTPResponse? {
    switch path {
    case "/healthz", "/livez", "/readyz": HTTPResponse(text: "ok")
    default: nil
    }
  }

  /// `--as`: who may speak for somebody else.
  private func impersonated(_ user: UserInfo, _ request: HTTPRequest) throws -> UserInfo {
    guard let name = request.headers.first(name: "impersonate-user") else { return user }
    var result = UserInfo(name)
    result.groups = request.headers["impersonate-group"]
    var access = AccessRequest(user: user, verb: "impersonate")
    let account = "system:serviceaccount:"
    if name.hasPrefix(account) {
      let parts = name.dropFirst(account.count).split(separator: ":").map(String.init)
      guard parts.count == 2 else { throw APIError.badRequest("invalid service account: \(name)") }
      access.resource = "serviceaccounts"
      (access.namespace, access.name) = (parts[0], parts[1])
      if result.groups.isEmpty {
        result.groups = ["system:serviceaccounts", "system:serviceaccounts:\(parts[0])"]
      }
    } else {
      access.resource = "users"
      access.name = name
    }
    guard authorizer.allows(access) != nil else { throw Authorizer.refusal(access) }
    for group in request.headers["impersonate-group"] {
      var access = AccessRequest(user: user, verb: "impersonate")
      access.resource = "groups"
      access.name = group
      guard authorizer.allows(access) != nil else { throw Authorizer.refusal(access) }
    }
    let prefix = "impersonate-extra-"
    for (field, value) in request.headers where field.lowercased().hasPrefix(prefix) {
      var access = AccessRequest(user: user, verb: "impersonate")
      let key = String(field.lowercased().dropFirst(prefix.count))
      (access.group, access.resource) = ("authentication.k8s.io", "userextras")
      (access.subresource, access.name) = (key, value)
      guard authorizer.allows(access) != nil else { throw Authorizer.refusal(access) }
      result.extra[key, default: []].append(value)
    }
    if let uid = request.headers.first(name: "impersonate-uid") {
      var access = AccessRequest(user: user, verb: "impersonate")
      (access.group, access.resource, access.name) = ("authentication.k8s.io", "uids", uid)
      guard authorizer.allows(access) != nil else { throw Authorizer.refusal(access) }
      result.uid = uid
    }
    if !result.groups.contains("system:authenticated") {
      result.groups.append("system:authenticated")
    }
    return result
  }

  private func nonResource(_ request: HTTPRequest) async throws -> HTTPResponse {
    guard request.method == .GET else { throw APIError.noSuchPath }
    let parts = request.path.split(separator: "/").map(String.init)
    let accept = request.headers.first(name: "accept")
    switch parts.first {
    case "version" where parts.count == 1: return Self.json(KubeVersion.json)
    case "api" where parts.count == 1:
      return discoveryRoot(accept, core: true)
        ?? Self.json(
          discovery.coreVersions(serverAddress: address))
    case "apis" where parts.count == 1:
      return discoveryRoot(accept, core: false) ?? Self.json(discovery.groupList)
    case "api" where parts.count == 2:
      guard let found = discovery.resources("", parts[1]) else { throw APIError.noSuchPath }
      return Self.json(found)
    case "apis" where parts.count == 2:
      guard let found = discovery.group(parts[1]) else { throw APIError.noSuchPath }
      return Self.json(found)
    case "apis" where parts.count == 3:
      guard let found = discovery.resources(parts[1], parts[2]) else { throw APIError.noSuchPath }
      return Self.json(found)
    case "openid" where parts == ["openid", "v1", "jwks"]:
      return Self.json(tokens.keySet, type: "application/jwk-set+json")
    case "openapi": return try openAPIReply(parts, request)
    case ".well-known" where parts == [".well-known", "openid-configuration"]:
      return Self.json(ServiceAccountTokens.discovery)
    case nil: return Self.json(["paths": ["/api", "/apis", "/healthz", "/openapi", "/version"]])
    default: throw APIError.noSuchPath
    }
  }

  private func discoveryRoot(_ accept: String?, core: Bool) -> HTTPResponse? {
    guard let version = ReplyForm.discoveryVersion(accept) else { return nil }
    let type =
      version == "v2" ? Discovery.aggregatedType : Discovery.aggregatedBetaType
    var response = Self.json(discovery.aggregated(core: core, form: version), type: type)
    response.headers.add(name: "Vary", value: "Accept")
    return response
  }

  private func openAPIReply(_ parts: [String], _ request: HTTPRequest) throws -> HTTPResponse {
    if parts == ["openapi", "v2"] {
      let accepted = request.headers.first(name: "accept") ?? ""
      guard accepted.contains(OpenAPIProtobuf.accepted) else { return Self.json(openAPI.version2) }
      return Self.bytes(
        OpenAPIProtobuf.encode(openAPI.version2), type: OpenAPIProtobuf.mediaType)
    }
    if parts == ["openapi", "v3"] { return Self.json(openAPI.index) }
    guard parts.count >= 4, parts[1] == "v3" else { throw APIError.noSuchPath }
    let isCore = parts[2] == "api"
    guard isCore || parts.count == 5 else { throw APIError.noSuchPath }
    let (group, version) = isCore ? ("", parts[3]) : (parts[3], parts[4])
    guard discovery.serves(group, version) else { throw APIError.noSuchPath }
    var response = Self.json(openAPI.document(group, version))
    if request.query["hash"] != nil {
      response.headers.replaceOrAdd(name: "Cache-Control", value: "public, immutable")
    }
    return response
  }
}
