import NIOSSL
import Support

/// What a server shows of itself, and what it asks of its clients.
package struct TLSIdentity: Sendable {
  /// What clients must show.
  package enum Clients: Sendable, Equatable {
    /// Nothing.
    case anyone
    /// A certificate if they have one; a wrong one is refused. The handler sees which.
    case optional(authority: String)
    /// A certificate that this authority signed.
    case verified(authority: String)
  }

  /// PEM files: the certificate with its chain, and its key; each authority in `clients` as well.
  package var certificate: String
  package var key: String
  package var clients: Clients

  package init(certificate: String, key: String, clients: Clients = .anyone) {
    self.certificate = certificate
    self.key = key
    self.clients = clients
  }

  /// TLS 1.2 or newer, HTTP/1.1.
  ///
  /// - Throws: `DklabError` `http.tls` naming the file that cannot be used.
  func context() throws -> NIOSSLContext {
    var configuration = TLSConfiguration.makeServerConfiguration(
      certificateChain: try load(certificate) {
        try NIOSSLCertificate.fromPEMFile(certificate).map { .certificate($0) }
      },
      privateKey: try load(key) { .privateKey(try NIOSSLPrivateKey(file: key, format: .pem)) })
    configuration.minimumTLSVersion = .tlsv12
    configuration.applicationProtocols = ["http/1.1"]
    switch clients {
    case .anyone: break
    case .optional(let authority):
      configuration.trustRoots = try roots(authority)
      configuration.certificateVerification = .optionalVerification
    case .verified(let authority):
      configuration.trustRoots = try roots(authority)
      configuration.certificateVerification = .noHostnameVerification
    }
    return try load(certificate) { try NIOSSLContext(configuration: configuration) }
  }

  private func roots(_ file: String) throws -> NIOSSLTrustRoots {
    .certificates(try load(file) { try NIOSSLCertificate.fromPEMFile(file) })
  }

  private func load<Result>(_ file: String, _ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch {
      throw DklabError(
        .invalid, id: "http.tls",
        Text(
          "TLS: \(file): not usable as a certificate or key: \(error)",
          ko: "TLS: \(file): 인증서나 키로 쓸 수 없습니다: \(error)"),
        hint: Text("a PEM file is expected", ko: "PEM 파일이어야 합니다"))
    }
  }
}
