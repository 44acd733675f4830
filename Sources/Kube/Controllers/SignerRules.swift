import Documents
import HTTP

/// For whom and for what each of the cluster's own signers signs. The words are kube-controller-manager's.
enum SignerRules {
  /// Why a request cannot be signed; nil when it can.
  static func problem(_ signer: String, _ wish: CertificateRequest, usages: [String]) -> String? {
    switch signer {
    case "kubernetes.io/kube-apiserver-client": return clientProblem(usages)
    case "kubernetes.io/kube-apiserver-client-kubelet":
      if !isOfNodes(wish) { return "subject organization is not system:nodes" }
      if !wish.dnsNames.isEmpty { return "DNS subjectAltNames are not allowed" }
      if !wish.emails.isEmpty { return "Email subjectAltNames are not allowed" }
      if !wish.addresses.isEmpty { return "IP subjectAltNames are not allowed" }
      if !wish.uris.isEmpty { return "URI subjectAltNames are not allowed" }
      return usageProblem(usages, "client auth") ?? nameProblem(wish)
    case "kubernetes.io/kubelet-serving":
      if !isOfNodes(wish) { return "subject organization is not system:nodes" }
      if wish.dnsNames.isEmpty, wish.addresses.isEmpty {
        return "DNS or IP subjectAltName is required"
      }
      if !wish.emails.isEmpty { return "Email subjectAltNames are not allowed" }
      if !wish.uris.isEmpty { return "URI subjectAltNames are not allowed" }
      return usageProblem(usages, "server auth") ?? nameProblem(wish)
    default: return "unrecognized signerName: \"\(signer)\""
    }
  }

  private static func clientProblem(_ usages: [String]) -> String? {
    let known = ["digital signature", "key encipherment", "client auth"]
    if let other = usages.first(where: { !known.contains($0) }) {
      return "invalid usage for client certificate: \(other)"
    }
    return usages.contains("client auth")
      ? nil : "missing required usage for client certificate: client auth"
  }

  /// A node is in this group and in no other: a second one would come along unseen.
  private static func isOfNodes(_ wish: CertificateRequest) -> Bool {
    wish.subject.organizations == ["system:nodes"]
  }

  private static func nameProblem(_ wish: CertificateRequest) -> String? {
    wish.subject.commonName.hasPrefix("system:node:")
      ? nil : "subject common name does not begin with system:node:"
  }

  private static func usageProblem(_ usages: [String], _ purpose: String) -> String? {
    let all = ["digital signature", "key encipherment", purpose]
    // Keys of elliptic curves encipher nothing.
    if Set(usages).union(["key encipherment"]) == Set(all) { return nil }
    return "usages did not match [\(all.sorted().joined(separator: " "))]"
  }
}
