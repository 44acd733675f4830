import Linux

/// What somebody who has a key wants certified (PKCS #10, RFC 2986).
///
/// Next: RequestSignature.swift.
package struct CertificateRequest: Sendable {
  package let subject: CertificateSubject
  package private(set) var dnsNames: [String] = []
  package private(set) var addresses: [String] = []
  package private(set) var emails: [String] = []
  package private(set) var uris: [String] = []
  /// What describes the public key (SubjectPublicKeyInfo), and its bits.
  let keyInfo: [UInt8]
  let point: [UInt8]

  /// Why nobody may ask like that: it is no request at all, or not signed with the key that it is about. Nil
  /// when it is.
  package static func problem(pem: String) -> String? {
    guard pem.contains("-----BEGIN CERTIFICATE REQUEST-----"), let der = PEM.decode(pem) else {
      return "PEM block type must be CERTIFICATE REQUEST"
    }
    var outer = DERReader(der[...])
    guard let whole = outer.next(), whole.tag == 0x30 else { return "asn1: not a sequence" }
    if outer.next() != nil { return "asn1: syntax error: trailing data" }
    var parts = DERReader(whole.content)
    guard let info = parts.next(), let algorithm = parts.next(), let seal = parts.next(),
      seal.tag == 0x03
    else { return "asn1: structure error: a request has information, an algorithm and a signature" }
    var fields = DERReader(info.content)
    var kind = DERReader(algorithm.content)
    guard fields.next() != nil, fields.next() != nil, let key = fields.next(),
      let identifier = kind.next()
    else { return "asn1: structure error: a request has a version, a subject and a key" }
    return RequestSignature(
      algorithm: Array(identifier.whole), keyInfo: Array(key.whole), signed: Array(info.whole),
      signature: Array(seal.content.dropFirst())
    ).problem
  }

  /// Reads a request in PEM; nil for what is none.
  package init?(pem: String) {
    guard let der = PEM.decode(pem) else { return nil }
    var outer = DERReader(der[...])
    guard let whole = outer.next() else { return nil }
    var parts = DERReader(whole.content)
    guard let info = parts.next() else { return nil }
    var fields = DERReader(info.content)
    // version, subject, key, attributes [0]
    guard fields.next() != nil, let name = fields.next(), let key = fields.next(),
      let subject = CertificateSubject(name: name.content)
    else { return nil }
    var keyParts = DERReader(key.content)
    guard keyParts.next() != nil, let bits = keyParts.next(), bits.tag == 0x03 else { return nil }
    self.subject = subject
    keyInfo = Array(key.whole)
    point = Array(bits.content.dropFirst())
    if let attributes = fields.next() { readNames(attributes.content) }
  }

  /// The names under which a server wants to be known: an extension within an attribute.
  private mutating func readNames(_ attributes: ArraySlice<UInt8>) {
    var list = DERReader(attributes)
    while let attribute = list.next() {
      var parts = DERReader(attribute.content)
      guard let identifier = parts.next(), let values = parts.next(),
        identifier.whole.elementsEqual(DER.identifier("1.2.840.113549.1.9.14"))
      else { continue }
      var sets = DERReader(values.content)
      guard let extensions = sets.next() else { continue }
      var items = DERReader(extensions.content)
      while let item = items.next() {
        var fields = DERReader(item.content)
        guard let kind = fields.next(), var value = fields.next(),
          kind.whole.elementsEqual(DER.identifier("2.5.29.17"))
        else { continue }
        if value.tag == 0x01, let next = fields.next() { value = next }
        var inner = DERReader(value.content)
        guard let names = inner.next() else { continue }
        var all = DERReader(names.content)
        while let name = all.next() {
          switch (name.tag, name.content.count) {
          case (0x82, _): dnsNames.append(String(decoding: name.content, as: UTF8.self))
          case (0x81, _): emails.append(String(decoding: name.content, as: UTF8.self))
          case (0x86, _): uris.append(String(decoding: name.content, as: UTF8.self))
          case (0x87, _):
            if let address = IPAddress(bytes: Array(name.content)) {
              addresses.append("\(address)")
            }
          default: break
          }
        }
      }
    }
  }
}
