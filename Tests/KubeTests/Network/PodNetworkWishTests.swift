import Documents
import Engine
import Testing

@testable import Kube

@Suite("What pods want of the network")
struct PodNetworkWishTests {
  private func spec(_ pod: JSONValue) -> ContainerSpec {
    var spec = ContainerSpec(image: "busybox")
    var whole: JSONValue = ["metadata": ["name": "p", "namespace": "team"]]
    whole["spec"] = pod
    PodNetworkWish(pod: whole, range: "10.244.1.0/24", network: ClusterNetwork()).apply(to: &spec)
    return spec
  }

  @Test("a pod asks the cluster's name server, with the search list of its namespace")
  func clusterFirst() {
    let host = spec(["dnsPolicy": "ClusterFirst"]).host
    #expect(host.dns == ["10.96.0.10"])
    #expect(host.dnsSearch == ["team.svc.cluster.local", "svc.cluster.local", "cluster.local"])
    #expect(host.dnsOptions == ["ndots:5"])
  }

  @Test("dnsConfig adds to the policy, and overrides options of the same name")
  func config() {
    let config: JSONValue = [
      "nameservers": ["1.1.1.1"], "searches": ["my.test"],
      "options": [["name": "ndots", "value": "2"], ["name": "edns0"]],
    ]
    let merged = spec(["dnsPolicy": "ClusterFirst", "dnsConfig": config]).host
    #expect(merged.dns == ["10.96.0.10", "1.1.1.1"] && merged.dnsSearch.last == "my.test")
    #expect(merged.dnsOptions == ["ndots:2", "edns0"])
    let alone = spec(["dnsPolicy": "None", "dnsConfig": config]).host
    #expect(alone.dns == ["1.1.1.1"] && alone.dnsSearch == ["my.test"])
    #expect(spec(["dnsPolicy": "Default"]).host.dns == [])
  }

  @Test("its address comes from its node's range; ports of the host are published")
  func addresses() {
    let container: JSONValue = [
      "name": "c", "ports": [["containerPort": 80, "hostPort": 8080], ["containerPort": 90]],
    ]
    let made = spec(["containers": [container]])
    #expect(made.host.networkMode == "pods" && made.networks.first?.range == "10.244.1.0/24")
    #expect(made.host.ports.map(\.containerPort) == [80])
    #expect(made.host.ports.first?.hostPorts == 8080...8080)
    let shared = spec(["hostNetwork": true, "containers": [container]])
    #expect(shared.host.networkMode == "host" && shared.networks.isEmpty)
    #expect(shared.host.ports.isEmpty)
  }
}
