import Documents
import HTTP

/// Who makes a request: by client certificate, or by the token of a service account. Nobody else is
/// let in.
package struct Authenticator: Sendable {
  let api: ObjectAPI
  let tokens: ServiceAccountTokens

  package init(api: ObjectAPI, tokens: ServiceAccountTokens) {
    self.api = api
    self.tokens = tokens
  }

  /// The user; `certificate` has been verified by the TLS layer. Throws 401.
  package func user(certificate: [UInt8]?, authorization: String?) throws(APIError) -> UserInfo {
    if let authorization, !authorization.isEmpty {
      let parts = authorization.split(separator: " ", maxSplits: 1)
      guard parts.count == 2, parts[0].lowercased() == "bearer",
        let found = user(token: String(parts[1]), for: [ServiceAccountTokens.issuer])
      else { throw .unauthorized }
      return found.user
    }
    guard let certificate, let subject = CertificateSubject(certificate: certificate),
      !subject.hasControlCharacters
    else { throw .unauthorized }
    return UserInfo(
      subject.commonName, groups: subject.organizations + ["system:authenticated"])
  }

  /// The service account that a token stands for, and for which of `audiences` it is meant; nil
  /// when for none. The account, and the pod it is bound to, must still be there.
  package func user(token: String, for audiences: [String]) -> (
    user: UserInfo, audiences: [String]
  )? {
    guard let claims = tokens.claims(of: token, now: api.now()),
      let binding = claims["kubernetes.io"]
    else { return nil }
    let meant = audiences.filter { claims.list("aud").contains(.string($0)) }
    guard !meant.isEmpty else { return nil }
    let namespace = binding.text("namespace")
    let name = binding.text("serviceaccount", "name")
    guard let account = api.store.get(ObjectKey("serviceaccounts", namespace, name))?.value,
      account.uid == binding.text("serviceaccount", "uid")
    else { return nil }
    var user = UserInfo(
      "system:serviceaccount:\(namespace):\(name)",
      groups: [
        "system:serviceaccounts", "system:serviceaccounts:\(namespace)", "system:authenticated",
      ])
    user.uid = account.uid
    if let pod = binding["pod"] {
      let key = ObjectKey("pods", namespace, pod.text("name"))
      guard api.store.get(key)?.value.uid == pod.text("uid") else { return nil }
      user.extra["authentication.kubernetes.io/pod-name"] = [pod.text("name")]
      user.extra["authentication.kubernetes.io/pod-uid"] = [pod.text("uid")]
    }
    return (user, meant)
  }
}
