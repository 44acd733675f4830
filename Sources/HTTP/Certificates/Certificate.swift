import Crypto
import FoundationEssentials
import Linux
import Support

/// A certificate and its key, as PEM.
package struct KeyPair: Sendable {
  package let certificate: String
  package let key: String

  package init(certificate: String, key: String) {
    self.certificate = certificate
    self.key = key
  }
}

/// Whom a certificate is for.
package struct CertificateSubject: Sendable, Equatable {
  /// The user's name.
  package var commonName: String
  /// The user's groups.
  package var organizations: [String] = []

  /// Whether one of the names could be taken for more than a name where it is passed on.
  package var hasControlCharacters: Bool {
    ([commonName] + organizations).contains(where: \.hasControlCharacters)
  }

  package init(_ commonName: String, organizations: [String] = []) {
    self.commonName = commonName
    self.organizations = organizations
  }

  /// The subject's name in DER (RFC 5280, 4.1.2.4).
  var name: [UInt8] {
    let groups = organizations.map { attribute("2.5.4.10", $0) }
    return DER.encode(0x30, groups.flatMap { $0 } + attribute("2.5.4.3", commonName))
  }

  private func attribute(_ identifier: String, _ value: String) -> [UInt8] {
    DER.set(DER.sequence(DER.identifier(identifier), DER.text(value)))
  }

  /// The subject of a certificate in DER that somebody has verified; nil when it cannot be read.
  package init?(certificate: [UInt8]) {
    var outer = DERReader(certificate[...])
    guard let whole = outer.next() else { return nil }
    var inner = DERReader(whole.content)
    guard let body = inner.next() else { return nil }
    var fields = DERReader(body.content)
    // version [0], serial number, algorithm, issuer, validity, subject
    guard var field = fields.next() else { return nil }
    if field.tag == 0xa0 {
      guard let serial = fields.next() else { return nil }
      field = serial
    }
    for _ in 0..<3 { guard fields.next() != nil else { return nil } }
    guard let subject = fields.next() else { return nil }
    self.init(name: subject.content)
  }

  /// Reads the parts of a name.
  init?(name: ArraySlice<UInt8>) {
    commonName = ""
    var sets = DERReader(name)
    while let set = sets.next() {
      var pairs = DERReader(set.content)
      while let pair = pairs.next() {
        var parts = DERReader(pair.content)
        guard let identifier = parts.next(), let value = parts.next() else { return nil }
        let text = String(decoding: value.content, as: UTF8.self)
        if identifier.whole.elementsEqual(DER.identifier("2.5.4.3")) { commonName = text }
        if identifier.whole.elementsEqual(DER.identifier("2.5.4.10")) { organizations.append(text) }
      }
    }
    if commonName.isEmpty { return nil }
  }
}

/// What makes a certificate fit for its use.
struct CertificateTemplate {
  var subject: CertificateSubject
  var isAuthority = false
  var isServer = false
  var dnsNames: [String] = []
  var addresses: [String] = []
  var days = 365
  /// How long it holds, when not for days.
  var seconds: Int64?

  /// The part that is signed (RFC 5280, 4.1.2).
  func body(
    publicKey: P256.Signing.PublicKey, issuer: [UInt8], serial: [UInt8], now: Int64
  ) -> [UInt8] {
    body(
      keyInfo: Self.keyInfo(publicKey), point: Array(publicKey.x963Representation), issuer: issuer,
      serial: serial, now: now)
  }

  /// The same for a key of any kind: what describes it, and its bits.
  func body(
    keyInfo: [UInt8], point: [UInt8], issuer: [UInt8], serial: [UInt8], now: Int64
  ) -> [UInt8] {
    let second: Int64 = 1_000_000_000
    // A clock that is a little slow must not refuse a new certificate.
    let from = RFC3339.text((now / second - 300) * second)
    let lifetime = seconds ?? Int64(days) * 86_400
    let until = RFC3339.text((now / second + lifetime) * second)
    return DER.sequence(
      DER.encode(0xa0, DER.integer([2])), DER.integer(serial), Self.algorithm, issuer,
      DER.sequence(DER.time(from), DER.time(until)), subject.name, keyInfo,
      DER.encode(0xa3, DER.encode(0x30, extensions(point))))
  }

  /// ECDSA with SHA-256.
  static let algorithm = DER.sequence(DER.identifier("1.2.840.10045.4.3.2"))

  private static func keyInfo(_ key: P256.Signing.PublicKey) -> [UInt8] {
    DER.sequence(
      DER.sequence(DER.identifier("1.2.840.10045.2.1"), DER.identifier("1.2.840.10045.3.1.7")),
      DER.bits(Array(key.x963Representation)))
  }

  private func extensions(_ point: [UInt8]) -> [UInt8] {
    func item(_ identifier: String, critical: Bool = false, _ content: [UInt8]) -> [UInt8] {
      DER.encode(
        0x30,
        DER.identifier(identifier) + (critical ? DER.boolean(true) : []) + DER.octets(content))
    }
    // keyUsage: bit 0 digitalSignature, bit 5 keyCertSign.
    var all = item(
      "2.5.29.15", critical: true,
      isAuthority ? DER.bits([0x84], unused: 2) : DER.bits([0x80], unused: 7))
    all += item(
      "2.5.29.19", critical: true,
      isAuthority ? DER.sequence(DER.boolean(true)) : DER.sequence())
    let identifier = Array(Insecure.SHA1.hash(data: point))
    all += item("2.5.29.14", DER.octets(identifier))
    if !isAuthority {
      let use = isServer ? "1.3.6.1.5.5.7.3.1" : "1.3.6.1.5.5.7.3.2"
      all += item("2.5.29.37", DER.sequence(DER.identifier(use)))
    }
    let names =
      dnsNames.flatMap { DER.encode(0x82, Array($0.utf8)) }
      + addresses.compactMap { IPAddress($0) }.flatMap { address in
        switch address {
        case .v4(let address): DER.encode(0x87, address.octets)
        case .v6(let bytes): DER.encode(0x87, bytes)
        }
      }
    if !names.isEmpty { all += item("2.5.29.17", DER.encode(0x30, names)) }
    return all
  }
}
