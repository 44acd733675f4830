// One conversation with one registry: which scheme it speaks, who we are, and what to do when it
// stumbles.
//
//   scheme    TLS; where the user allows otherwise, without a believable certificate, then plain
//   401       answered once for each scope (Authorizer.swift)
//   3xx       followed by hand: to another server neither password nor token goes along
//   stumbles  broken connections and 429, 500, 502, 503, 504 are tried again with growing pauses
//
// distribution-spec, spec.md. Next: BlobDownload.swift, BlobUpload.swift.

import AsyncHTTPClient
import HTTP
import Images
import Linux
import NIOCore
import NIOHTTP1
import Support

/// What is asked of a registry.
struct RegistryRequest: Sendable {
  var method = HTTPMethod.GET
  /// After `/v2/`, or a whole URL that the registry itself gave.
  var path: String
  var headers: [(String, String)] = []
  var body: (@Sendable () -> HTTPClientRequest.Body)?
  var scope = RegistryScope.none
  /// How many times in all it is tried; 1 for what may not be repeated.
  var attempts = 5
  var timeout = TimeAmount.seconds(60)

  init(_ method: HTTPMethod = .GET, _ path: String, scope: RegistryScope) {
    self.method = method
    self.path = path
    self.scope = scope
  }
}

/// A registry one talks to.
package actor RegistryConnection {
  package let endpoint: RegistryEndpoint
  let transport: HTTPTransport
  private let authorizer: Authorizer
  private var base: String?
  private var trust: ServerTrust

  static let userAgent = "dklab/1 (distribution client)"

  package init(
    _ endpoint: RegistryEndpoint, transport: HTTPTransport,
    credentials: [String: RegistryCredentials]
  ) {
    self.endpoint = endpoint
    self.transport = transport
    authorizer = Authorizer(transport: transport, credentials: credentials)
    trust = endpoint.trust
  }

  /// Sends `request`, and again as said above. The answer may have any status that is not one of
  /// those that are tried again.
  ///
  /// Throws ``DklabError`` `registry.unreachable` when there is no answer.
  func send(_ request: RegistryRequest) async throws -> HTTPClientResponse {
    var attempt = 1
    while true {
      var pause: TimeAmount?
      do {
        let response = try await sendOnce(request)
        guard attempt < request.attempts, let wait = Self.pause(response, attempt) else {
          return response
        }
        pause = wait
        try? await Self.drain(response)
      } catch {
        let isClosed = TransferFailure.isConnecting(error)
        // Nobody starts the server of this machine while one waits.
        guard attempt < min(request.attempts, isClosed ? (endpoint.isInsecure ? 1 : 3) : .max),
          TransferFailure.isTransient(error)
        else {
          throw unreachable(error)
        }
      }
      try await Task.sleep(nanoseconds: UInt64((pause ?? Self.backoff(attempt)).nanoseconds))
      attempt += 1
    }
  }

  /// `send`, and a failure unless the status is one of `statuses`.
  func send(_ request: RegistryRequest, expecting statuses: Int...) async throws
    -> HTTPClientResponse
  {
    let response = try await send(request)
    if statuses.contains(Int(response.status.code)) { return response }
    throw try await failure(response)
  }

  /// What `response` says went wrong.
  func failure(_ response: HTTPClientResponse) async throws -> RegistryFailure {
    let body = (try? await response.body.collect(upTo: 1 << 20)).map { Array($0.readableBytesView) }
    return RegistryFailure(
      status: Int(response.status.code), headers: response.headers, body: body ?? [],
      endpoint: endpoint)
  }

  private func sendOnce(_ request: RegistryRequest) async throws -> HTTPClientResponse {
    let base = try await self.base(request.scope)
    let isSecure = base.hasPrefix("https:")
    let response = try await deliver(request, base)
    guard response.status == .unauthorized else { return response }
    let challenges = response.headers["WWW-Authenticate"].flatMap(AuthenticationChallenge.parse)
    guard
      try await authorizer.answer(challenges, of: endpoint, request.scope, isSecure: isSecure)
    else { return response }
    try? await Self.drain(response)
    return try await deliver(request, base)
  }

  /// Sends it and follows redirects. With a body of its own it goes nowhere else.
  private func deliver(_ request: RegistryRequest, _ base: String) async throws
    -> HTTPClientResponse
  {
    let home = HTTPOrigin(base)
    let isWhole = request.path.hasPrefix("http://") || request.path.hasPrefix("https://")
    var url = isWhole ? request.path : "\(base)/v2/\(request.path)"
    for _ in 0..<6 {
      let origin = HTTPOrigin(url)
      let isHome = origin == home
      var message = HTTPClientRequest(url: url)
      message.method = request.method
      message.headers.add(name: "User-Agent", value: Self.userAgent)
      for (name, value) in request.headers { message.headers.add(name: name, value: value) }
      if isHome, let header = await authorizer.header(for: endpoint, request.scope) {
        message.headers.add(name: "Authorization", value: header)
      }
      message.body = request.body?()
      let response = try await transport.send(
        message, trust: isHome ? trust : ServerTrust(), timeout: request.timeout)
      guard [301, 302, 303, 307, 308].contains(response.status.code), request.body == nil,
        request.method == .GET || request.method == .HEAD,
        let location = response.headers.first(name: "Location"), let origin
      else { return response }
      try? await Self.drain(response)
      url = origin.resolve(location)
      // From a server with TLS nobody is led to one without.
      if origin.isSecure, HTTPOrigin(url)?.isSecure != true {
        throw RegistryFailure.badRedirect(url)
      }
    }
    throw RegistryFailure.badRedirect(url)
  }

  /// `https://HOST:PORT/PREFIX`, found out by the first request.
  private func base(_ scope: RegistryScope) async throws -> String {
    if let base { return base }
    var attempts: [(String, ServerTrust)] = []
    var anything = endpoint.trust
    anything.acceptsAnything = endpoint.isInsecure
    if endpoint.scheme != "http" { attempts.append(("https", anything)) }
    if endpoint.isInsecure, endpoint.scheme != "https" { attempts.append(("http", endpoint.trust)) }
    var problem: (any Error)?
    for (scheme, trust) in attempts {
      let candidate = "\(scheme)://\(endpoint.authority)\(endpoint.prefix)"
      var request = HTTPClientRequest(url: candidate + "/v2/")
      request.headers.add(name: "User-Agent", value: Self.userAgent)
      do {
        let response = try await transport.send(request, trust: trust, timeout: .seconds(20))
        try? await Self.drain(response)
        base = candidate
        self.trust = trust
        if response.status == .unauthorized {
          // Answered now, so that a large body is not sent in vain first.
          let challenges = response.headers["WWW-Authenticate"].flatMap(
            AuthenticationChallenge.parse)
          _ = try await authorizer.answer(
            challenges, of: endpoint, scope, isSecure: scheme == "https")
        }
        return candidate
      } catch let error as DklabError {
        throw error
      } catch {
        problem = problem ?? error
      }
    }
    throw problem ?? CancellationError()
  }

  private func unreachable(_ error: any Error) -> any Error {
    if var error = error as? DklabError, error.id.hasPrefix("resolver.") {
      error.id = "registry.unreachable"
      error.message = Text(
        "registry \(endpoint.domain): \(error.message.en)",
        ko: "레지스트리 \(endpoint.domain): \(error.message.ko)")
      return error
    }
    if error is DklabError || error is RegistryFailure || error is CancellationError {
      return error
    }
    let cause = TransferFailure.cause(of: error)
    var hint: Text?
    if TransferFailure.isTLS(error) {
      hint = Text(
        "put the certificate of its authority into /etc/docker/certs.d/\(endpoint.domain)/ca.crt, "
          + "or, if you know what that means, allow it with DKLAB_INSECURE_REGISTRIES=\(endpoint.domain)",
        ko: "인증 기관의 인증서를 /etc/docker/certs.d/\(endpoint.domain)/ca.crt에 두거나, 그 뜻을 안다면 "
          + "DKLAB_INSECURE_REGISTRIES=\(endpoint.domain)(으)로 허용하세요")
    } else if TransferFailure.isConnecting(error), endpoint.isInsecure {
      hint = Text(
        "is the registry running? `dklab registry serve` starts one",
        ko: "레지스트리가 실행 중인지 확인하세요. `dklab registry serve`로 시작합니다")
    }
    return DklabError(
      .unavailable, id: "registry.unreachable",
      Text(
        "registry \(endpoint.domain): \(cause.en)", ko: "레지스트리 \(endpoint.domain): \(cause.ko)"),
      hint: hint)
  }

  /// How long to wait before the same is asked again; nil when the answer is one to keep.
  private static func pause(_ response: HTTPClientResponse, _ attempt: Int) -> TimeAmount? {
    let wait = response.headers.first(name: "Retry-After").flatMap { Int64($0) }
    switch response.status.code {
    // Docker Hub's limit counts hours: asking again soon does not help.
    case 429: return wait.flatMap { $0 <= 30 ? .seconds($0) : nil }
    case 500, 502, 503, 504: return wait.map { .seconds(min($0, 30)) } ?? backoff(attempt)
    default: return nil
    }
  }

  /// A quarter of a second, doubled each time, and somewhat random so that a class does not come back
  /// as one.
  static func backoff(_ attempt: Int) -> TimeAmount {
    let base = min(Int64(250) << Int64(min(attempt, 6) - 1), 8_000)
    return .milliseconds(base + .random(in: 0...base / 2))
  }

  private static func drain(_ response: HTTPClientResponse) async throws {
    _ = try await response.body.collect(upTo: 1 << 20)
  }
}

extension RegistryFailure {
  fileprivate static func badRedirect(_ url: String) -> DklabError {
    DklabError(
      .unavailable, id: "registry.redirect",
      Text(
        "the registry leads to \(url.printableLine), and that is not followed",
        ko: "레지스트리가 \(url.printableLine)(으)로 보내는데, 따라가지 않습니다"))
  }
}
