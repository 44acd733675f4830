import Crypto
import FoundationEssentials
import Support

/// An authority of one's own, of a cluster or a course: it signs the certificates by which server and
/// clients know each other.
///
/// Keys are elliptic (P-256), certificates made by hand: such an authority needs a dozen fields of X.509
/// and none of its history.
package struct CertificateAuthority: Sendable {
  package let certificate: String
  private let key: P256.Signing.PrivateKey
  private let name: [UInt8]

  /// The authority's key, to be kept where only its owner reads it.
  package var keyPEM: String { key.pemRepresentation }

  /// A new authority.
  package init(name: String, now: Int64 = RFC3339.now()) throws {
    let key = P256.Signing.PrivateKey()
    var template = CertificateTemplate(subject: CertificateSubject(name))
    template.isAuthority = true
    template.days = 3650
    self.key = key
    self.name = template.subject.name
    certificate = try Self.sign(
      template, key.publicKey, issuer: template.subject.name, by: key, now: now)
  }

  /// The authority that was written down before.
  package init(certificate: String, key: String) throws {
    self.certificate = certificate
    self.key = try P256.Signing.PrivateKey(pemRepresentation: key)
    guard let der = PEM.decode(certificate), let subject = CertificateSubject(certificate: der)
    else {
      throw DklabError(
        .invalid, id: "http.authority",
        Text(
          "the certificate authority cannot be read: not a certificate",
          ko: "인증 기관을 읽을 수 없습니다: 인증서가 아닙니다"))
    }
    name = subject.name
  }

  /// A certificate by which a user or a component is known.
  package func client(_ subject: CertificateSubject, now: Int64 = RFC3339.now()) throws -> KeyPair {
    try issue(CertificateTemplate(subject: subject), now)
  }

  /// A certificate for a server under these names and addresses.
  package func server(
    _ name: String, dnsNames: [String], addresses: [String], now: Int64 = RFC3339.now()
  ) throws -> KeyPair {
    var template = CertificateTemplate(subject: CertificateSubject(name))
    template.isServer = true
    template.dnsNames = dnsNames
    template.addresses = addresses
    return try issue(template, now)
  }

  /// A certificate for a key that somebody else keeps; `isServer` makes it a server's.
  package func certificate(
    for request: CertificateRequest, isServer: Bool, seconds: Int64, now: Int64 = RFC3339.now()
  ) throws -> String {
    var template = CertificateTemplate(subject: request.subject)
    template.isServer = isServer
    template.seconds = seconds
    template.dnsNames = request.dnsNames
    template.addresses = request.addresses
    let body = template.body(
      keyInfo: request.keyInfo, point: request.point, issuer: name, serial: Self.serial(),
      now: now)
    return try Self.seal(body, by: key)
  }

  private func issue(_ template: CertificateTemplate, _ now: Int64) throws -> KeyPair {
    let own = P256.Signing.PrivateKey()
    return KeyPair(
      certificate: try Self.sign(template, own.publicKey, issuer: name, by: key, now: now),
      key: own.pemRepresentation)
  }

  private static func sign(
    _ template: CertificateTemplate, _ subject: P256.Signing.PublicKey, issuer: [UInt8],
    by key: P256.Signing.PrivateKey, now: Int64
  ) throws -> String {
    try seal(
      template.body(publicKey: subject, issuer: issuer, serial: serial(), now: now), by: key)
  }

  private static func serial() -> [UInt8] { (0..<16).map { _ in UInt8.random(in: 1...127) } }

  private static func seal(_ body: [UInt8], by key: P256.Signing.PrivateKey) throws -> String {
    let signature = try key.signature(for: body)
    let whole = DER.sequence(
      body, CertificateTemplate.algorithm, DER.bits(Array(signature.derRepresentation)))
    return PEM.encode("CERTIFICATE", whole)
  }
}

/// DER as text between two lines (RFC 7468).
package enum PEM {
  package static func encode(_ label: String, _ bytes: [UInt8]) -> String {
    var text = "-----BEGIN \(label)-----\n"
    var rest = Data(bytes).base64EncodedString()[...]
    while !rest.isEmpty {
      text += rest.prefix(64) + "\n"
      rest = rest.dropFirst(64)
    }
    return text + "-----END \(label)-----\n"
  }

  /// The content of the first block.
  package static func decode(_ text: String) -> [UInt8]? {
    let lines = text.split(whereSeparator: \.isNewline)
    guard let first = lines.firstIndex(where: { $0.hasPrefix("-----BEGIN") }),
      let last = lines.firstIndex(where: { $0.hasPrefix("-----END") }), first < last
    else { return nil }
    return Data(base64Encoded: lines[(first + 1)..<last].joined()).map { Array($0) }
  }
}
