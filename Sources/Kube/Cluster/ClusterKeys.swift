import HTTP
import Linux
import Support

/// The keys and certificates of a cluster, made when it is made.
package struct ClusterKeys: Sendable {
  package let authority: CertificateAuthority
  package let tokens: ServiceAccountTokens
  /// The user `kubernetes-admin`, who may do everything.
  package let admin: KeyPair
  /// By whom the API server is known to servers that serve a part of the API for it.
  package let frontProxyAuthority: CertificateAuthority
  package let frontProxy: KeyPair

  /// Reads what is there, and makes and writes down what is missing.
  package init(_ directory: ClusterDirectory, network: ClusterNetwork) throws {
    try Directory.make(directory.path + "/pki", mode: 0o700)
    func text(_ file: String) -> String? { try? File.text(directory.pki(file)) }
    if let certificate = text("ca.crt"), let key = text("ca.key") {
      authority = try CertificateAuthority(certificate: certificate, key: key)
    } else {
      authority = try CertificateAuthority(name: "kubernetes")
      try File.replace(directory.pki("ca.key"), authority.keyPEM, mode: 0o600)
      try File.replace(directory.pki("ca.crt"), authority.certificate)
    }
    if let key = text("sa.key") {
      tokens = try ServiceAccountTokens(key: key)
    } else {
      tokens = ServiceAccountTokens()
      try File.replace(directory.pki("sa.key"), tokens.keyPEM, mode: 0o600)
    }
    if let certificate = text("admin.crt"), let key = text("admin.key") {
      admin = KeyPair(certificate: certificate, key: key)
    } else {
      admin = try authority.client(
        CertificateSubject("kubernetes-admin", organizations: ["system:masters"]))
      try File.replace(directory.pki("admin.key"), admin.key, mode: 0o600)
      try File.replace(directory.pki("admin.crt"), admin.certificate)
    }
    // An authority of its own: what it signs for may speak in everybody's name.
    if let certificate = text("front-proxy-ca.crt"), let key = text("front-proxy-ca.key") {
      frontProxyAuthority = try CertificateAuthority(certificate: certificate, key: key)
    } else {
      frontProxyAuthority = try CertificateAuthority(name: "front-proxy-ca")
      try File.replace(
        directory.pki("front-proxy-ca.key"), frontProxyAuthority.keyPEM, mode: 0o600)
      try File.replace(directory.pki("front-proxy-ca.crt"), frontProxyAuthority.certificate)
    }
    if let certificate = text("front-proxy-client.crt"), let key = text("front-proxy-client.key") {
      frontProxy = KeyPair(certificate: certificate, key: key)
    } else {
      frontProxy = try frontProxyAuthority.client(CertificateSubject("front-proxy-client"))
      try File.replace(directory.pki("front-proxy-client.key"), frontProxy.key, mode: 0o600)
      try File.replace(directory.pki("front-proxy-client.crt"), frontProxy.certificate)
    }
    guard text("server.crt") == nil || text("server.key") == nil else { return }
    let names = ["kubernetes", "kubernetes.default", "kubernetes.default.svc"]
    let server = try authority.server(
      "kube-apiserver",
      dnsNames: ["localhost"] + names + ["kubernetes.default.svc.cluster.local"],
      addresses: ["127.0.0.1", network.apiAddress])
    try File.replace(directory.pki("server.key"), server.key, mode: 0o600)
    try File.replace(directory.pki("server.crt"), server.certificate)
  }
}
