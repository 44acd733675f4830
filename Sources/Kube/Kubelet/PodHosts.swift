import Documents
import Networks
import Support

/// /etc/hosts of a pod's containers, as the kubelet writes it.
enum PodHosts {
  /// The text. `address` is the pod's; `own` is what the node has, for a pod in its network.
  static func text(_ pod: JSONValue, address: String, own: String) -> String {
    let isHost = pod.flag("spec", "hostNetwork")
    var lines: [String]
    if isHost {
      lines = [
        "# Kubernetes-managed hosts file (host network).",
        own.hasSuffix("\n") ? String(own.dropLast()) : own,
      ]
    } else {
      lines = [
        "# Kubernetes-managed hosts file.", "127.0.0.1\tlocalhost",
        "::1\tlocalhost ip6-localhost ip6-loopback", "fe00::0\tip6-localnet",
        "fe00::0\tip6-mcastprefix", "fe00::1\tip6-allnodes", "fe00::2\tip6-allrouters",
      ]
      let host = ContainerTranslation.hostname(pod)
      let subdomain = pod.text("spec", "subdomain")
      let full =
        subdomain.isEmpty
        ? "" : "\(host).\(subdomain).\(pod.namespace).svc.\(ClusterNetwork.domain)\t"
      if !address.isEmpty { lines.append("\(address)\t\(full)\(host)") }
    }
    let aliases = pod.list("spec", "hostAliases")
    if !aliases.isEmpty {
      lines += ["", "# Entries added by HostAliases."]
      lines += aliases.map { alias in
        ([alias.text("ip")] + alias.list("hostnames").compactMap(\.string)).joined(separator: "\t")
      }
    }
    return lines.map { $0 + "\n" }.joined()
  }
}
