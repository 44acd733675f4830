// The network of a cluster's pods.
//
//     host                  │ the cluster's namespace             │ a pod
//     127.0.0.1:6443 API    │ cni0 10.244.0.1                     │
//     0.0.0.0:30080 ─ proxy ┼──▶ ├─ veth ─────────────────────────┼─ eth0 10.244.0.7/32
//                           │    │ API :6443, name server :53     │
//                           │ 10.96.0.0/16: rules of kube-proxy   │
//
// Every pod is alone behind the gateway (`BridgeConfiguration.isRouted`): so what one pod sends to
// another passes through the routing of this namespace, in both directions, and a service's address
// can be exchanged for a pod's on the way and back. Addresses of services belong to nobody; the whole
// range is claimed here, so that a service without endpoints refuses instead of saying nothing.
//
// Next: Proxy/ProxyMain.swift, DNS/ClusterDNSMain.swift.

import Engine
import Linux
import Networks
import Support

/// The pods' network of one cluster.
struct PodNetwork {
  /// The engine's name for it, and the bridge's.
  static let name = "pods"
  static let bridge = "cni0"

  let root: DataRoot
  let cluster: String
  var ranges = ClusterNetwork()

  init(root: String, cluster: String) {
    self.root = DataRoot(path: root)
    self.cluster = cluster
  }

  private var instance: String { KubeletMain.instance(cluster) }

  /// The namespace and what is in it, for sockets and rules.
  var network: InstanceNetwork {
    InstanceNetwork(stateDirectory: root.instance(instance) + "/network")
  }

  /// Makes what is missing; may be repeated. The caller has one thread.
  func ensure() throws {
    let engine = try Engine(root: root, instance: instance)
    if try !engine.networks().contains(where: { $0.name == Self.name }) {
      var wish = NetworkWish()
      wish.subnets = ["\(ranges.pods)"]
      wish.gateways = [ranges.gateway]
      wish.options = [
        NetworkRecord.routedOption: "true", "com.docker.network.bridge.name": Self.bridge,
      ]
      _ = try engine.createNetwork(Self.name, wish)
    }
    guard let bridge = try engine.findNetwork(Self.name).bridge,
      let services = IPv4Subnet("\(ranges.services)")
    else { return }
    try engine.network.ensure(bridge)
    try engine.network.claim(services, on: bridge)
  }

  /// The gateway's address.
  var gateway: IPv4Address { IPv4Address(ranges.gateway) ?? .any }

  /// A socket that listens for pods at the gateway.
  func listen(port: Int) throws -> FileDescriptor {
    try network.open {
      try InternetSocket.bind(.stream, SocketAddress(.v4(gateway), port: UInt16(clamping: port)))
    }
  }
}
