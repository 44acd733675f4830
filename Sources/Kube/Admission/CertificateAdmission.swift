import Documents
import HTTP

/// Who asks for a certificate is written down by the server, and nobody gets one that stands above
/// all rules.
enum CertificateAdmission {
  static let bucket = "certificates.k8s.io/certificatesigningrequests"

  static func create(
    _ object: inout JSONValue, _ type: ResourceType, _ user: UserInfo
  ) throws(APIError) {
    object.set("spec", "username", to: .string(user.name))
    object.set("spec", "groups", to: .array(user.groups.map(JSONValue.string)))
    object.set("spec", "uid", to: user.uid.isEmpty ? nil : .string(user.uid))
    object.set("spec", "extra", to: nil)
    try checkRequest(object, type)
    try checkDuration(object, type)
    let signer = "kubernetes.io/kube-apiserver-client"
    guard object.text("spec", "signerName") == signer,
      let pem = Base64.decode(object.text("spec", "request")),
      let wish = CertificateRequest(pem: String(decoding: pem, as: UTF8.self)),
      wish.subject.organizations.contains("system:masters")
    else { return }
    throw .forbidden(
      type, object.name, "use of \(signer) signer with system:masters group is not allowed")
  }

  /// What somebody has asked for, and as whom, stays as it was: it is this that others approve.
  static func update(_ object: inout JSONValue, _ old: JSONValue) {
    object["spec"] = old["spec"]
    object["status"] = old["status"]
  }

  /// Whether `user` may approve for the signer, or sign in its place: to be allowed to write the
  /// subresource is not enough (`resources: [signers]`, with the name of the signer or `DOMAIN/*`).
  static func check(
    _ object: JSONValue, _ old: JSONValue, _ type: ResourceType, _ subresource: String,
    _ user: UserInfo, _ api: ObjectAPI
  ) throws(APIError) {
    let verb: String
    switch subresource {
    case "approval": verb = "approve"
    case "status" where object["status"] != old["status"]: verb = "sign"
    default: return
    }
    let signer = old.text("spec", "signerName")
    let domain = signer.prefix { $0 != "/" }
    let authorizer = Authorizer(api: api)
    let isAllowed = [signer, "\(domain)/*"].contains { name in
      var access = AccessRequest(user: user, verb: verb)
      (access.group, access.resource, access.name) = ("certificates.k8s.io", "signers", name)
      return authorizer.allows(access) != nil
    }
    guard !isAllowed else { return }
    throw .forbidden(
      type, old.name, "user not permitted to \(verb) requests with signerName \"\(signer)\"")
  }

  private static func problem(_ pem: String) -> String? {
    if let problem = CertificateRequest.problem(pem: pem) { return problem }
    guard let wish = CertificateRequest(pem: pem), !wish.subject.hasControlCharacters else {
      return "the common name and the organizations must not contain control characters"
    }
    return nil
  }

  /// What is asked must be a request, signed by who has the key.
  private static func checkRequest(_ object: JSONValue, _ type: ResourceType) throws(APIError) {
    let pem = Base64.decode(object.text("spec", "request")) ?? []
    guard let problem = problem(String(decoding: pem, as: UTF8.self)) else { return }
    // As Go prints bytes.
    let shown = pem.map { "0x" + String($0, radix: 16) }.joined(separator: ", ")
    throw .invalid(
      type, object.name,
      [FieldProblem("spec.request", .invalid, value: "[]byte{\(shown)}", problem)])
  }

  /// A certificate that is over before it is looked at is of no use.
  static func checkDuration(_ object: JSONValue, _ type: ResourceType) throws(APIError) {
    guard let seconds = object.number("spec", "expirationSeconds"), seconds < 600 else { return }
    throw .invalid(
      type, object.name,
      [
        .invalid(
          "spec.expirationSeconds", seconds,
          "may not specify a duration less than 600 seconds (10 minutes)")
      ])
  }
}
