import Documents
import HTTP

/// Who asks for a certificate is written down by the server, and nobody gets one that stands above
/// all rules.
enum CertificateAdmission {
  static func create(
    _ object: inout JSONValue, _ type: ResourceType, _ user: UserInfo
  ) throws(APIError) {
    object.set("spec", "username", to: .string(user.name))
    object.set("spec", "groups", to: .array(user.groups.map(JSONValue.string)))
    object.set("spec", "uid", to: user.uid.isEmpty ? nil : .string(user.uid))
    object.set("spec", "extra", to: nil)
    let signer = "kubernetes.io/kube-apiserver-client"
    guard object.text("spec", "signerName") == signer,
      let pem = Base64.decode(object.text("spec", "request")),
      let wish = CertificateRequest(pem: String(decoding: pem, as: UTF8.self)),
      wish.subject.organizations.contains("system:masters")
    else { return }
    throw .forbidden(
      type, object.name, "use of \(signer) signer with system:masters group is not allowed")
  }
}
