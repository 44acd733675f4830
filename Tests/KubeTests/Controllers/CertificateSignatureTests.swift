import Documents
import HTTP
import Testing

@testable import Kube

@Suite("Signatures of requests for certificates")
struct CertificateSignatureTests {
  @Test(
    "what is signed with its own key is taken, of every kind of key",
    arguments: ["RSA", "P-384", "Ed25519"])
  func own(kind: String) {
    #expect(CertificateRequest.problem(pem: Self.requests[kind] ?? "") == nil)
  }

  @Test("what has been changed since is not", arguments: ["RSA", "P-384", "Ed25519"])
  func changed(kind: String) throws {
    let words = [
      "RSA": "crypto/rsa: verification error", "P-384": "x509: ECDSA verification failure",
      "Ed25519": "x509: Ed25519 verification failure",
    ]
    var bytes = try #require(PEM.decode(Self.requests[kind] ?? ""))
    // Another user: the last letter of jane.
    let place = try #require(
      bytes.indices.first { bytes[$0...].starts(with: Array("jane".utf8)) })
    bytes[place + 3] = UInt8(ascii: "a")
    let request = PEM.encode("CERTIFICATE REQUEST", bytes)
    #expect(CertificateRequest(pem: request)?.subject.commonName == "jana")
    #expect(CertificateRequest.problem(pem: request) == words[kind])
    // The signature itself.
    bytes[place + 3] = UInt8(ascii: "e")
    bytes[bytes.count - 1] ^= 1
    #expect(
      CertificateRequest.problem(pem: PEM.encode("CERTIFICATE REQUEST", bytes)) == words[kind])
  }

  @Test("what is no request is refused in words, and with no crash")
  func damaged() throws {
    let wrong = "PEM block type must be CERTIFICATE REQUEST"
    #expect(CertificateRequest.problem(pem: "") == wrong)
    #expect(CertificateRequest.problem(pem: PEM.encode("CERTIFICATE", [0x30, 0])) == wrong)
    let bytes = try #require(PEM.decode(Self.requests["RSA"] ?? ""))
    for count in stride(from: 0, to: bytes.count, by: 7) {
      let text = PEM.encode("CERTIFICATE REQUEST", Array(bytes.prefix(count)))
      #expect(CertificateRequest.problem(pem: text) != nil)
    }
    for place in stride(from: 0, to: bytes.count, by: 3) {
      var damaged = bytes
      damaged[place] ^= 0x55
      _ = CertificateRequest.problem(pem: PEM.encode("CERTIFICATE REQUEST", damaged))
    }
  }

  @Test("a request that is not signed by who has the key is refused when it is made")
  func admission() throws {
    let cluster = try TestCluster()
    var bytes = try #require(PEM.decode(Self.requests["Ed25519"] ?? ""))
    bytes[bytes.count - 1] ^= 1
    let pem = PEM.encode("CERTIFICATE REQUEST", bytes)
    let error = #expect(throws: APIError.self) {
      try cluster.create([
        "apiVersion": "certificates.k8s.io/v1", "kind": "CertificateSigningRequest",
        "metadata": ["name": "jane"],
        "spec": [
          "request": .string(Base64.encode(pem.utf8)), "usages": ["client auth"],
          "signerName": "kubernetes.io/kube-apiserver-client",
        ],
      ])
    }
    #expect(error?.code == 422)
    #expect(error?.message.contains("spec.request: Invalid value: []byte{0x2d, 0x2d, ") == true)
    #expect(error?.message.hasSuffix("}: x509: Ed25519 verification failure") == true)
  }

  @Test(
    "names that would be more than names in a header are refused, and so is who has such a name")
  func controlCharacters() throws {
    let cluster = try TestCluster()
    let pem = Self.requests["lines"] ?? ""
    #expect(CertificateRequest.problem(pem: pem) == nil)
    let error = #expect(throws: APIError.self) {
      try cluster.create([
        "apiVersion": "certificates.k8s.io/v1", "kind": "CertificateSigningRequest",
        "metadata": ["name": "jane"],
        "spec": [
          "request": .string(Base64.encode(pem.utf8)), "usages": ["client auth"],
          "signerName": "kubernetes.io/kube-apiserver-client",
        ],
      ])
    }
    #expect(error?.code == 422)
    #expect(error?.message.hasSuffix("must not contain control characters") == true)
    let authenticator = Authenticator(api: cluster.api, tokens: ServiceAccountTokens())
    let authority = try CertificateAuthority(name: "kubernetes")
    for (name, isFine) in [("jane", true), ("jane\r\nX-Remote-Group: a", false)] {
      let pair = try authority.client(CertificateSubject("x", organizations: [name]))
      let der = try #require(PEM.decode(pair.certificate))
      let user = try? authenticator.user(certificate: der, authorization: nil)
      #expect((user != nil) == isFine)
    }
  }

  @Test("a node may serve under names and addresses, and under nothing else")
  func names() throws {
    let serving = "kubernetes.io/kubelet-serving"
    func problem(_ kind: String, _ signer: String = serving) throws -> String? {
      let wish = try #require(CertificateRequest(pem: Self.requests[kind] ?? ""))
      let use = signer == serving ? "server auth" : "client auth"
      return SignerRules.problem(signer, wish, usages: ["digital signature", use])
    }
    #expect(try problem("mail") == "Email subjectAltNames are not allowed")
    #expect(try problem("uri") == "URI subjectAltNames are not allowed")
    #expect(try problem("v6") == nil)
    let client = "kubernetes.io/kube-apiserver-client-kubelet"
    #expect(try problem("v6", client) == "IP subjectAltNames are not allowed")
    let wish = try #require(CertificateRequest(pem: Self.requests["v6"] ?? ""))
    #expect(wish.addresses == ["fd00::1"])
    let certificate = try CertificateAuthority(name: "kubernetes").certificate(
      for: wish, isServer: true, seconds: 600)
    let address: [UInt8] = [0x87, 16, 0xfd] + [UInt8](repeating: 0, count: 14) + [1]
    let body = try #require(PEM.decode(certificate))
    #expect(body.indices.contains { body[$0...].starts(with: address) })
  }

  // `openssl req -new`: the first three for /O=devs/CN=jane, the others for a node, with other names beside.
  private static let requests = [
    "RSA": """
    -----BEGIN CERTIFICATE REQUEST-----
    MIICYzCCAUsCAQAwHjENMAsGA1UECgwEZGV2czENMAsGA1UEAwwEamFuZTCCASIw
    DQYJKoZIhvcNAQEBBQADggEPADCCAQoCggEBAMJ2qyoKLhEF72QGujVav0+Ua6mX
    EPBjj4Wni48RXVxyOq9yDVx1KVt90rCqcOvUjKVz9tji8c2pzUjvC9zW4vg8RwGH
    j3k2McqyKS83XvuS3S0zhRzoIsBlzYC5I5kL5xSJfSpuODRjuZSOIOnEZj7DQ7nb
    Qvih0G4GxjWr9j20x2sNLCKsbl7m8oZSBupOwRa1i0rlKrYttHvOQxLq9DGT93Gj
    AG/YbuXmOrMh+Krcm9td9p7S4c2j/R+jbuv8ctu/gxrKB/wILDLMKP7R/6yLQcER
    FHl9twQOxnSK/kbFCR1OxI3V7eME07qdoOMD73Zh6B6Ypm2tmqCmaAEZsrMCAwEA
    AaAAMA0GCSqGSIb3DQEBCwUAA4IBAQDBPgX4BOAkGUzaJPncmXVHBZAU1UCalUW3
    tTrF9S/1E0s0HSbzm8j1opuEW839Mpl+t7dli2FpC9FIXRaK0wu4Ns0A2lS5Elvx
    vK6mHkyku+1eFU/tM8O6O7xFPvk+x8lbZaLEAwqeBtux6aYRvfoKSMDfc4LxURXp
    QkyugoNH3sceCihBgJYPHGj0mOPKO3jYWtlIfA8mQ49Z9Ud25kvosWS5vahuEal6
    9KNyuFJIvaJJmjtkbBlR69rfmdI3CkMJuzD1Aj5ykmOPwa6PRiwYFx8iynVj97Q4
    aACpmChCP310kElKupknjXxnfbCWBtSWXE0iyridfW4MNWtIJA/m
    -----END CERTIFICATE REQUEST-----
    """,
    "P-384": """
    -----BEGIN CERTIFICATE REQUEST-----
    MIIBFzCBnQIBADAeMQ0wCwYDVQQKDARkZXZzMQ0wCwYDVQQDDARqYW5lMHYwEAYH
    KoZIzj0CAQYFK4EEACIDYgAEzeD+wWQWlyOe5J7Y1xOI/EYVuzmdzYytZP98QAYx
    ABX9gyvJSaGvZkPmA3ZQkkHIsojtXNgiw/LReCM27WVt2wFxK/oZDYw1JRM1jdFj
    VYe99PTdp/EUQBmT14xW0J4QoAAwCgYIKoZIzj0EAwMDaQAwZgIxAP5QNFc1Fdd8
    NanOmjuLD9q8O7wzvkNPOnQph7uqMnlyGVdVfc2aLhu1laCLu94fjAIxALmUrfpF
    Zr0870d7pZo9M8r6fqEG9E3a/7tfIddZ9/NctwpdujtjUGYmjVWhvmwIqQ==
    -----END CERTIFICATE REQUEST-----
    """,
    "Ed25519": """
    -----BEGIN CERTIFICATE REQUEST-----
    MIGdMFECAQAwHjENMAsGA1UECgwEZGV2czENMAsGA1UEAwwEamFuZTAqMAUGAytl
    cAMhANwfqiO1OSk3g9r9PWAchK8zRmCnlNYqRMJ+7Du4PVq/oAAwBQYDK2VwA0EA
    76jBrwhTt6ye0+Cy3MGJ8GV1T28iRM+Pu2B8flij95u6D5lN1dbCQ1kHPP/iKk4H
    qbxwKYulRTK72AIuAV9eCA==
    -----END CERTIFICATE REQUEST-----
    """,
    "lines": """
    -----BEGIN CERTIFICATE REQUEST-----
    MIGwMGQCAQAwMTENMAsGA1UECgwEZGV2czEgMB4GA1UEAwwXamFuZQ0KWC1SZW1v
    dGUtR3JvdXA6IGEwKjAFBgMrZXADIQBATbakZGoYgQSwOgfP11ccIVncrj/6LFp/
    J2QtLMFysKAAMAUGAytlcANBAI9FqYIx+OUfgVgAem7tLBxeddJAkXql+lKvZdNs
    RXDkA/9ExuAY+HXU5NzJiekJj77V+mQX0mUve8rI9q7E3Aw=
    -----END CERTIFICATE REQUEST-----
    """,
    "mail": """
    -----BEGIN CERTIFICATE REQUEST-----
    MIHxMIGkAgEAMDExFTATBgNVBAoMDHN5c3RlbTpub2RlczEYMBYGA1UEAwwPc3lz
    dGVtOm5vZGU6b25lMCowBQYDK2VwAyEAyLVGP12NJ0B3X+rR3u8U6oyKlfEmx+aO
    rtHLQ9hAepqgQDA+BgkqhkiG9w0BCQ4xMTAvMC0GA1UdEQQmMCSCA29uZYcECgAA
    AYcQ/QAAAAAAAAAAAAAAAAAAAYEFYUBiLmMwBQYDK2VwA0EA+wZ+9ZrjEFcuT6m6
    3Vn15/C2atDdWzqbDQOKirQeuF5UJhYMPPnSxCMZpvBXbIL6K786EuDpZ+yB85Gu
    pCJtAg==
    -----END CERTIFICATE REQUEST-----
    """,
    "uri": """
    -----BEGIN CERTIFICATE REQUEST-----
    MIHdMIGQAgEAMDExFTATBgNVBAoMDHN5c3RlbTpub2RlczEYMBYGA1UEAwwPc3lz
    dGVtOm5vZGU6b25lMCowBQYDK2VwAyEA+8q/RyFv03Jg2ARF1TUbLsS8n6nhhGge
    MXAvvkGhQXagLDAqBgkqhkiG9w0BCQ4xHTAbMBkGA1UdEQQSMBCCA29uZYYJaHR0
    cHM6Ly9hMAUGAytlcANBAHVCS0+6gczNwFa/SajmkV8rrr8LZllktOD/L3BEDBxA
    EFJbuLUhtOhAep6ZzkMw+/nfZ9M01I3DffpyPM0odwU=
    -----END CERTIFICATE REQUEST-----
    """,
    "v6": """
    -----BEGIN CERTIFICATE REQUEST-----
    MIHfMIGSAgEAMDExFTATBgNVBAoMDHN5c3RlbTpub2RlczEYMBYGA1UEAwwPc3lz
    dGVtOm5vZGU6b25lMCowBQYDK2VwAyEAGjyAeLgYMNHSIRLoh8wO9fepfSuF7X5b
    j04Gc1v2e0GgLjAsBgkqhkiG9w0BCQ4xHzAdMBsGA1UdEQQUMBKHEP0AAAAAAAAA
    AAAAAAAAAAEwBQYDK2VwA0EARdDXPWWxpzCicZxPFD7vfMQp4IbfaKrNw9l/Dr9E
    /Z2O6zlzvF8p8eRnbxGFCrZRnI+axEvijf4zwxmSFzFDDg==
    -----END CERTIFICATE REQUEST-----
    """,
  ]
}
