import Documents
import Testing

@testable import Kube

@Suite("What a pod asks of the kernel")
struct PodSecurityTests {
  private func pod(_ context: JSONValue, _ spec: [(String, JSONValue)] = []) -> JSONValue {
    var pod: JSONValue = [
      "metadata": ["name": "web", "namespace": "default", "uid": "u"],
      "spec": ["securityContext": context, "containers": [["name": "main"]]],
    ]
    for (key, value) in spec { pod.set("spec", key, to: value) }
    return pod
  }

  private func sysctl(_ name: String) -> JSONValue {
    ["sysctls": [["name": .string(name), "value": "1"]]]
  }

  @Test("settings that reach beyond the pod are refused, and the pod has failed")
  func sysctls() throws {
    #expect(PodSecurity(pod: pod(sysctl("kernel/shm_rmid_forced"))).refusal == nil)
    #expect(
      PodSecurity(pod: pod(sysctl("net/ipv4/tcp_syncookies"))).sysctls
        == ["net.ipv4.tcp_syncookies": "1"])
    let unsafe = pod(sysctl("kernel.msgmax"))
    let refusal = try #require(PodSecurity(pod: unsafe).refusal)
    #expect(refusal.reason == "SysctlForbidden")
    #expect(refusal.message == "forbidden sysctl: \"kernel.msgmax\" not allowlisted")
    let status = PodStatus(unsafe, [], verdict: refusal, hostAddress: "127.0.0.1", now: 0).json
    #expect(status.text("phase") == "Failed" && status.text("reason") == "SysctlForbidden")
    #expect(PodPlan(unsafe, [], verdict: refusal, now: 0).operations == [])
    let host = pod(sysctl("net.ipv4.tcp_syncookies"), [("hostNetwork", true)])
    #expect(PodSecurity(pod: host).refusal != nil)
  }

  @Test("runAsNonRoot holds for the pod's user, or else for the image's")
  func nonRoot() {
    func problem(_ context: JSONValue, user: String) -> String? {
      let pod = pod(context)
      do {
        try PodSecurity(pod: pod).check(pod.list("spec", "containers")[0], user: user)
        return nil
      } catch { return error.message }
    }
    let place = "(pod: \"web_default(u)\", container: main)"
    #expect(problem([:], user: "") == nil)
    #expect(problem(["runAsNonRoot": true, "runAsUser": 7], user: "") == nil)
    #expect(problem(["runAsNonRoot": true], user: "1000:0") == nil)
    #expect(
      problem(["runAsNonRoot": true, "runAsUser": 0], user: "7")
        == "container's runAsUser breaks non-root policy \(place)")
    #expect(
      problem(["runAsNonRoot": true], user: "")
        == "container has runAsNonRoot and image will run as root \(place)")
    #expect(
      problem(["runAsNonRoot": true], user: "web")
        == "container has runAsNonRoot and image has non-numeric user (web), cannot verify user is "
        + "non-root \(place)")
  }

  @Test("the hosts of a pod are the kubelet's, with the aliases it asks for")
  func hosts() {
    let text = PodHosts.text(
      pod(
        [:],
        [
          ("hostname", "h"), ("subdomain", "sub"),
          ("hostAliases", [["ip": "1.2.3.4", "hostnames": ["a", "b"]]]),
        ]), address: "10.0.0.9", own: "")
    #expect(text.hasPrefix("# Kubernetes-managed hosts file.\n127.0.0.1\tlocalhost\n"))
    #expect(
      text.hasSuffix(
        "10.0.0.9\th.sub.default.svc.cluster.local\th\n\n# Entries added by HostAliases.\n"
          + "1.2.3.4\ta\tb\n"))
    #expect(
      PodHosts.text(pod([:], [("hostNetwork", true)]), address: "", own: "127.0.0.1 me\n")
        == "# Kubernetes-managed hosts file (host network).\n127.0.0.1 me\n")
  }

  @Test("variables in a subPathExpr that nobody knows are found")
  func unknown() {
    #expect(PodEnvironment.unknown(in: "$(A)/$(B)", ["A": "1"]) == "B")
    #expect(PodEnvironment.unknown(in: "$(A)/$$(B)/$c", ["A": "1"]) == nil)
  }
}
