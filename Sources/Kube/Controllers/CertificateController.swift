import Documents
import HTTP
import Support

/// Signs the certificates that somebody has asked for and somebody else has approved, with the
/// cluster's own authority: so a user without root on the server becomes known to it.
package struct CertificateController: Controller {
  package let name = "certificate-controller"
  package let watches = ["certificates.k8s.io/certificatesigningrequests"]
  private let authority: CertificateAuthority
  private static let bucket = "certificates.k8s.io/certificatesigningrequests"
  private static let year = 365 * 86_400

  /// Who the cluster itself signs for; all other signers are somebody else's. The value says whether
  /// the certificate is a server's.
  private static let signers = [
    "kubernetes.io/kube-apiserver-client": false,
    "kubernetes.io/kube-apiserver-client-kubelet": false, "kubernetes.io/kubelet-serving": true,
  ]

  package init(authority: CertificateAuthority) {
    self.authority = authority
  }

  package func keys(for event: StoreEvent, _ view: ClusterView) -> [ObjectKey] {
    event.kind == .deleted ? [] : [event.object.key]
  }

  package func plan(_ key: ObjectKey, _ view: ClusterView) -> Plan {
    var plan = Plan()
    guard let request = view.object(key), request.isCondition("Approved"),
      !request.isCondition("Denied"), !request.isCondition("Failed"),
      request.text("status", "certificate").isEmpty,
      let isServer = Self.signers[request.text("spec", "signerName")]
    else { return plan }
    let seconds = request.number("spec", "expirationSeconds") ?? Self.year
    var new = request
    var problem = "the request is not a PKCS #10 request in PEM with a common name"
    if let pem = Base64.decode(request.text("spec", "request")),
      let wish = CertificateRequest(pem: String(decoding: pem, as: UTF8.self))
    {
      let usages = request.list("spec", "usages").compactMap(\.string)
      let refusal = SignerRules.problem(request.text("spec", "signerName"), wish, usages: usages)
      problem = refusal ?? problem
      if refusal == nil,
        let certificate = try? authority.certificate(
          for: wish, isServer: isServer, seconds: Int64(min(seconds, Self.year)), now: view.now)
      {
        new.set("status", "certificate", to: .string(Base64.encode(certificate.utf8)))
        plan.add(
          .updateStatus(bucket: Self.bucket, new),
          Text(
            "request \(request.name) is approved, and \(wish.subject.commonName) gets a certificate",
            ko: "요청 \(request.name)이(가) 승인되어 \(wish.subject.commonName)에게 인증서를 발급합니다"))
        return plan
      }
    }
    Conditions.set(
      &new, "Failed", status: true, reason: "SignerValidationFailure", message: problem,
      now: view.timestamp, extra: [("lastUpdateTime", .string(view.timestamp))])
    plan.add(
      .updateStatus(bucket: Self.bucket, new),
      Text(
        "request \(request.name) cannot be signed: \(problem)",
        ko: "요청 \(request.name)에 서명할 수 없습니다: \(problem)"))
    return plan
  }
}
