// The answer to a challenge, remembered for as long as it holds.
//
//   Basic    user name and password go along with every request
//   Bearer   they are exchanged for a token, which allows certain actions for some minutes. Where a
//            login gave an identity token instead of a password, OAuth2's refresh does the same
//
// Secrets go to the server that the user knows, and to the realm that server names: over TLS, unless
// the server itself is one that the user allowed to be insecure.
//
// distribution: token.md, oauth.md. Next: RegistryConnection.swift.

import AsyncHTTPClient
import Documents
import HTTP
import Linux
import NIOCore
import Support

/// Who one is at the registries, and the tokens for it.
actor Authorizer {
  private struct Key: Hashable {
    var authority: String
    var scope: RegistryScope
  }

  private struct Token {
    var header: String
    /// Milliseconds of the monotonic clock.
    var expires: Int64
  }

  private let transport: HTTPTransport
  private let credentials: [String: RegistryCredentials]
  private var tokens: [Key: Token] = [:]

  /// `credentials` by the domain they are for.
  init(transport: HTTPTransport, credentials: [String: RegistryCredentials]) {
    self.transport = transport
    self.credentials = credentials
  }

  /// What to send along unasked; nil when nothing is known yet.
  func header(for endpoint: RegistryEndpoint, _ scope: RegistryScope) -> String? {
    let token = tokens[Key(authority: endpoint.authority, scope: scope)]
    return token.flatMap { $0.expires > monotonicMilliseconds() ? $0.header : nil }
  }

  /// Whether there is a login for `endpoint`.
  func isKnown(at endpoint: RegistryEndpoint) -> Bool { credentials[endpoint.domain] != nil }

  /// Answers `challenges`, which came over TLS or not as `isSecure` says; false when there is
  /// nothing to answer with.
  func answer(
    _ challenges: [AuthenticationChallenge], of endpoint: RegistryEndpoint,
    _ scope: RegistryScope, isSecure: Bool
  ) async throws -> Bool {
    let key = Key(authority: endpoint.authority, scope: scope)
    tokens[key] = nil
    if let bearer = challenges.first(where: { $0.scheme == "bearer" }) {
      if let token = credentials[endpoint.domain]?.registryToken {
        tokens[key] = Token(header: "Bearer \(token)", expires: .max)
        return true
      }
      tokens[key] = try await token(bearer, endpoint, scope, isSecure: isSecure)
      return true
    }
    guard challenges.contains(where: { $0.scheme == "basic" }),
      let basic = credentials[endpoint.domain]?.basicHeader
    else { return false }
    tokens[key] = Token(header: basic, expires: .max)
    return true
  }

  private func token(
    _ challenge: AuthenticationChallenge, _ endpoint: RegistryEndpoint, _ scope: RegistryScope,
    isSecure: Bool
  ) async throws -> Token {
    guard let realm = challenge.parameters["realm"], let origin = HTTPOrigin(realm),
      origin.isSecure || !isSecure
    else {
      throw DklabError(
        .denied, id: "registry.realm",
        Text(
          "\(endpoint.domain): sends its users to `\(challenge.parameters["realm"] ?? "")` to "
            + "authenticate, which is no https URL",
          ko: "\(endpoint.domain): 인증 주소 `\(challenge.parameters["realm"] ?? "")`이(가) "
            + "https 주소가 아닙니다"))
    }
    let own = credentials[endpoint.domain]
    // What the server asks for counts, and what we know we will need beyond it.
    let asked = challenge.parameters["scope"].map { [$0] } ?? []
    let scopes = scope.names.isEmpty ? asked : scope.names
    var fields = [("service", challenge.parameters["service"] ?? "")].filter { !$0.1.isEmpty }
    var request: HTTPClientRequest
    if let identity = own?.identityToken {
      fields += [
        ("grant_type", "refresh_token"), ("refresh_token", identity), ("client_id", "dklab"),
        ("scope", scopes.joined(separator: " ")),
      ]
      request = HTTPClientRequest(url: realm)
      request.method = .POST
      request.headers.add(name: "Content-Type", value: "application/x-www-form-urlencoded")
      request.body = .bytes(ByteBuffer(string: PercentEncoding.form(fields)))
    } else {
      fields += scopes.map { ("scope", $0) }
      if let user = own?.user { fields.append(("account", user)) }
      let separator = realm.contains("?") ? "&" : "?"
      request = HTTPClientRequest(url: realm + separator + PercentEncoding.form(fields))
      if let basic = own?.basicHeader { request.headers.add(name: "Authorization", value: basic) }
    }
    request.headers.add(name: "User-Agent", value: RegistryConnection.userAgent)
    let trust =
      HTTPOrigin("https://" + endpoint.authority)?.host == origin.host
      ? endpoint.trust : ServerTrust()
    let response = try await transport.send(request, trust: trust)
    let body = Array(
      try await response.body.collect(upTo: 1 << 20).readableBytesView)
    guard response.status == .ok else {
      throw RegistryFailure(
        status: Int(response.status.code), headers: response.headers, body: body,
        endpoint: endpoint
      ).loginError
    }
    let json = try JSONValue.parse(body, file: realm)
    guard let text = json["token"]?.string ?? json["access_token"]?.string, !text.isEmpty,
      text.utf8.allSatisfy({ (0x21...0x7e).contains($0) })
    else {
      throw DklabError(
        .unavailable, id: "registry.token",
        Text("\(realm): answered without a token", ko: "\(realm): 응답에 토큰이 없습니다"))
    }
    // The specification's default is a minute; the tail of it is not worth a refusal.
    let life = Int64(json["expires_in"]?.int ?? 60)
    return Token(
      header: "Bearer \(text)", expires: monotonicMilliseconds() + max(life - 10, 5) * 1000)
  }
}
