import Crypto
import Documents
import FoundationEssentials
import Support

/// Tokens by which pods are known: JSON Web Tokens (RFC 7519) signed by the cluster, bound to a
/// service account and perhaps to a pod, with an end.
package struct ServiceAccountTokens: Sendable {
  private let key: P256.Signing.PrivateKey
  package static let issuer = "https://kubernetes.default.svc.cluster.local"

  /// A new signer.
  package init() {
    key = P256.Signing.PrivateKey()
  }

  /// The signer that was written down before.
  package init(key: String) throws {
    self.key = try P256.Signing.PrivateKey(pemRepresentation: key)
  }

  /// The signer's key, to be kept where only its owner reads it.
  package var keyPEM: String { key.pemRepresentation }

  /// By what the key is known: the hash of its public half (RFC 7517, `kid`).
  private var keyIdentifier: String {
    Base64.encode(Array(SHA256.hash(data: key.publicKey.derRepresentation)), isURL: true)
  }

  private var header: JSONValue {
    ["alg": "ES256", "kid": .string(keyIdentifier), "typ": "JWT"]
  }

  /// What those who want to check tokens themselves are told (OpenID Connect Discovery 1.0).
  static let discovery: JSONValue = [
    "issuer": .string(issuer), "jwks_uri": .string(issuer + "/openid/v1/jwks"),
    "response_types_supported": ["id_token"], "subject_types_supported": ["public"],
    "id_token_signing_alg_values_supported": ["ES256"],
  ]

  /// The public half of the key, as a set of JSON Web Keys (RFC 7517, RFC 7518 section 6.2).
  package var keySet: JSONValue {
    let point = Array(key.publicKey.rawRepresentation)
    return [
      "keys": [
        [
          "use": "sig", "kty": "EC", "kid": .string(keyIdentifier), "crv": "P-256", "alg": "ES256",
          "x": .string(Base64.encode(point.prefix(32), isURL: true)),
          "y": .string(Base64.encode(point.suffix(32), isURL: true)),
        ]
      ]
    ]
  }

  /// Throws 422 for a time that no token lasts.
  static func checkDuration(_ seconds: Int) throws(APIError) {
    guard !(600...1 << 32).contains(seconds) else { return }
    throw APIError(
      422, "Invalid",
      "TokenRequest.authentication.k8s.io \"\" is invalid: spec.expirationSeconds: Invalid value: "
        + "\(seconds): may not specify a duration "
        + (seconds < 600 ? "less than 10 minutes" : "larger than 2^32 seconds"))
  }

  /// A token for a service account; `pod` binds it to one.
  package func issue(
    account: JSONValue, audiences: [String], seconds: Int, pod: JSONValue? = nil, now: Int64
  ) throws -> (token: String, expires: Int64) {
    let start = now / 1_000_000_000
    var binding: JSONValue = [
      "namespace": .string(account.namespace),
      "serviceaccount": ["name": .string(account.name), "uid": .string(account.uid)],
    ]
    if let pod { binding["pod"] = ["name": .string(pod.name), "uid": .string(pod.uid)] }
    let claims: JSONValue = [
      "aud": .array((audiences.isEmpty ? [Self.issuer] : audiences).map(JSONValue.string)),
      "exp": .integer(start + Int64(seconds)), "iat": .integer(start), "nbf": .integer(start),
      "iss": .string(Self.issuer), "kubernetes.io": binding,
      "sub": .string("system:serviceaccount:\(account.namespace):\(account.name)"),
    ]
    let signed =
      Base64.encode(header.bytes(), isURL: true) + "."
      + Base64.encode(claims.bytes(), isURL: true)
    let signature = try key.signature(for: Array(signed.utf8))
    let token = signed + "." + Base64.encode(Array(signature.rawRepresentation), isURL: true)
    return (token, start + Int64(seconds))
  }

  /// What a token says, when it is ours and not past its end; nil otherwise.
  package func claims(of token: String, now: Int64) -> JSONValue? {
    let parts = token.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 3, let raw = Base64.decode(parts[2]),
      let signature = try? P256.Signing.ECDSASignature(rawRepresentation: raw),
      key.publicKey.isValidSignature(signature, for: Array("\(parts[0]).\(parts[1])".utf8)),
      let bytes = Base64.decode(parts[1]), let claims = try? JSONValue.parse(bytes),
      let end = claims.number("exp"), Int64(end) > now / 1_000_000_000,
      claims.text("iss") == Self.issuer
    else { return nil }
    return claims
  }
}
