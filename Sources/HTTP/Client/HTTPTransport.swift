// Requests to servers anywhere: what AsyncHTTPClient does not decide by itself.
//
//   names         looked up by NameResolver, since the C library cannot in a static binary; the
//                 address is handed over, TLS and the Host header keep the name
//   trust         the machine's certificates, and more or none for one server (ServerTrust)
//   proxies       HTTPS_PROXY, HTTP_PROXY and NO_PROXY, as curl and docker read them
//   redirects     not followed here: the caller knows what may go along to another server
//
// Next: Registry's RegistryConnection.swift.

import AsyncHTTPClient
import Glibc
import Linux
import NIOCore
import NIOSSL
import Support

/// Whom to believe about one server.
package struct ServerTrust: Sendable, Hashable {
  /// PEM files of further certificate authorities.
  package var authorities: [String] = []
  /// PEM files of a certificate and its key to show the server.
  package var identity: Identity?
  /// Accepts any certificate.
  package var acceptsAnything = false
  /// Believes `authorities` and nobody else.
  package var isOnlyTheirs = false

  /// A certificate of one's own.
  package struct Identity: Sendable, Hashable {
    package var certificate: String
    package var key: String

    package init(certificate: String, key: String) {
      self.certificate = certificate
      self.key = key
    }
  }

  package init() {}
}

/// Connections to servers, kept open for the next request.
package actor HTTPTransport {
  private struct Key: Hashable {
    var host: String
    var isSecure: Bool
    var trust: ServerTrust
  }

  private struct Entry {
    var client: HTTPClient
    var addresses: [IPAddress]
  }

  private let resolver: NameResolver
  private let proxies: ProxySettings
  private var clients: [Key: Entry] = [:]
  private var isClosed = false

  package init(resolver: NameResolver = NameResolver(), proxies: ProxySettings = ProxySettings()) {
    self.resolver = resolver
    self.proxies = proxies
  }

  /// Sends `request` and returns when the head of the answer is there, within `timeout`. Neither
  /// follows redirects nor repeats anything.
  ///
  /// Throws ``DklabError`` of the resolver and what AsyncHTTPClient and NIOSSL throw.
  package func send(
    _ request: HTTPClientRequest, trust: ServerTrust = ServerTrust(),
    timeout: TimeAmount = .seconds(60)
  ) async throws -> HTTPClientResponse {
    guard let origin = HTTPOrigin(request.url) else {
      throw DklabError(
        .invalid, id: "http.url",
        Text("\(request.url): not an http URL", ko: "\(request.url): http 주소가 아닙니다"))
    }
    let key = Key(host: origin.host, isSecure: origin.isSecure, trust: trust)
    let client = try client(for: key)
    do {
      return try await client.execute(request, timeout: timeout)
    } catch {
      // The name may have other addresses: the next attempt takes the next one.
      if TransferFailure.isConnecting(error) { rotate(key) }
      throw error
    }
  }

  /// Closes all connections. From now on no request is sent.
  package func close() async {
    isClosed = true
    let all = clients.values.map(\.client)
    clients = [:]
    for client in all { try? await client.shutdown() }
  }

  private func rotate(_ key: Key) {
    guard !isClosed, let entry = clients[key], entry.addresses.count > 1 else { return }
    let addresses = Array(entry.addresses.dropFirst() + entry.addresses.prefix(1))
    guard let client = try? make(key, addresses) else { return }
    clients[key] = Entry(client: client, addresses: addresses)
    Task { try? await entry.client.shutdown() }
  }

  private func client(for key: Key) throws -> HTTPClient {
    if isClosed { throw HTTPClientError.alreadyShutdown }
    if let entry = clients[key] { return entry.client }
    let proxy = proxies.proxy(for: key.host, isSecure: key.isSecure)
    let addresses = try resolver.addresses(of: proxy?.host ?? key.host)
    let client = try make(key, addresses)
    clients[key] = Entry(client: client, addresses: addresses)
    return client
  }

  private func make(_ key: Key, _ addresses: [IPAddress]) throws -> HTTPClient {
    var configuration = HTTPClient.Configuration()
    configuration.redirectConfiguration = .disallow
    configuration.httpVersion = .http1Only
    configuration.timeout.connect = .seconds(10)
    configuration.timeout.read = .seconds(60)
    configuration.connectionPool.retryConnectionEstablishment = false
    configuration.tlsConfiguration = try TLSConfiguration(trust: key.trust)
    let address = addresses.first?.description ?? key.host
    if let proxy = proxies.proxy(for: key.host, isSecure: key.isSecure) {
      configuration.proxy = .server(
        host: address, port: proxy.port, authorization: proxy.authorization)
    } else if IPAddress(key.host) == nil {
      configuration.dnsOverride = [key.host: address]
    }
    return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
  }
}

extension TLSConfiguration {
  /// For a client that believes the machine's certificates and `trust`.
  fileprivate init(trust: ServerTrust) throws {
    self = .makeClientConfiguration()
    if trust.acceptsAnything { certificateVerification = .none }
    let own = try trust.authorities.flatMap { try NIOSSLCertificate.fromPEMFile($0) }
    if trust.isOnlyTheirs {
      trustRoots = .certificates(own)
    } else if !own.isEmpty {
      additionalTrustRoots.append(.certificates(own))
    }
    if let identity = trust.identity {
      certificateChain = try NIOSSLCertificate.fromPEMFile(identity.certificate)
        .map { .certificate($0) }
      privateKey = .privateKey(try NIOSSLPrivateKey(file: identity.key, format: .pem))
    }
  }
}
