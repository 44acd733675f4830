// What a pod asks of the kernel on its own behalf: settings of its namespaces, and not to be root.
//
// Man pages: sysctl(8), proc_sys(5). Next: ContainerTranslation.swift

import Documents
import Support

/// The parts of a pod's security context that a node may have to refuse.
struct PodSecurity {
  let pod: JSONValue

  /// Settings that change nothing outside of the pod, and that no node forbids.
  private static let safe: Set<String> = [
    "kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.tcp_syncookies",
    "net.ipv4.ping_group_range", "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.ip_local_reserved_ports", "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem",
  ]

  /// The settings, by their name with dots.
  var sysctls: [String: String] {
    let all = pod.list("spec", "securityContext", "sysctls").map {
      ($0.text("name").replacing("/", with: "."), $0.text("value"))
    }
    return Dictionary(all, uniquingKeysWith: { _, last in last })
  }

  /// Why the node does not take the pod at all.
  var refusal: NodeVerdict? {
    let isHost = pod.flag("spec", "hostNetwork")
    for name in sysctls.keys.sorted() {
      if !Self.safe.contains(name) {
        return NodeVerdict(
          reason: "SysctlForbidden", message: "forbidden sysctl: \"\(name)\" not allowlisted")
      }
      if isHost, name.hasPrefix("net.") {
        return NodeVerdict(
          reason: "SysctlForbidden",
          message: "forbidden sysctl: \"\(name)\" not allowed with host net enabled")
      }
    }
    return nil
  }

  /// Throws when a container must not be root and would be. `user` is the image's.
  func check(_ container: JSONValue, user: String) throws(ConfigurationError) {
    func setting(_ key: String) -> JSONValue? {
      container.at("securityContext", key) ?? pod.at("spec", "securityContext", key)
    }
    guard setting("runAsNonRoot")?.bool ?? false else { return }
    let place =
      "(pod: \"\(pod.name)_\(pod.namespace)(\(pod.uid))\", container: \(container.text("name")))"
    if let wanted = setting("runAsUser")?.int {
      guard wanted == 0 else { return }
      throw ConfigurationError(message: "container's runAsUser breaks non-root policy \(place)")
    }
    let name = user.split(separator: ":", omittingEmptySubsequences: false).first ?? ""
    if name.isEmpty || Int(name) == 0 {
      throw ConfigurationError(
        message: "container has runAsNonRoot and image will run as root \(place)")
    }
    if Int(name) == nil {
      throw ConfigurationError(
        message:
          "container has runAsNonRoot and image has non-numeric user (\(name)), cannot verify "
          + "user is non-root \(place)")
    }
  }

  /// The option that stands for a seccomp profile. `profiles` is the node's directory of them.
  func seccomp(_ container: JSONValue, profiles: String) -> String? {
    let profile =
      container.at("securityContext", "seccompProfile")
      ?? pod.at("spec", "securityContext", "seccompProfile")
    switch profile?.text("type") {
    case "Unconfined": return "seccomp=unconfined"
    case "Localhost": return "seccomp=\(profiles)/\(profile?.text("localhostProfile") ?? "")"
    default: return nil
    }
  }
}
