/// What somebody who has a key wants certified (PKCS #10, RFC 2986).
///
/// Simplification: that the request is signed with its own key is not checked; it says only that who
/// asks has the key, and a certificate for a key that one does not have is of no use.
package struct CertificateRequest: Sendable {
  package let subject: CertificateSubject
  package private(set) var dnsNames: [String] = []
  /// IPv4 addresses.
  package private(set) var addresses: [String] = []
  /// What describes the public key (SubjectPublicKeyInfo), and its bits.
  let keyInfo: [UInt8]
  let point: [UInt8]

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
          case (0x87, 4): addresses.append(name.content.map(String.init).joined(separator: "."))
          default: break
          }
        }
      }
    }
  }
}
