// What `dklab __kubeproxy ROOT CLUSTER` runs: services carry traffic because of it.
//
// Addresses of services are rules in the kernel (ProxyRules.swift), in the namespace of the pods; where
// there is no nft, this process listens at them itself. Ports of nodes are always its own sockets, on
// the host, like published ports of containers: the host and the pods share no network.
//
// When it ends, the kernel's rules stay: services go on as they were, and learn of no change.
//
// Next: ServicePort.swift, ProxyRules.swift; ServiceRelay.swift in Networks.

import Documents
import Engine
import Glibc
import Linux
import Networks
import Support

/// The service proxy of a cluster.
package enum ProxyMain {
  /// The part's name: of its process, its log and its switch.
  package static let name = "kube-proxy"
  package static let verb = "__kubeproxy"

  /// Serves until SIGTERM. `arguments` follow `__kubeproxy`.
  package static func run(_ arguments: [String]) -> Int32 {
    guard arguments.count == 2 else { return 64 }
    do {
      let directory = try ClusterDirectory(root: arguments[0], name: arguments[1])
      let stop = try signalDescriptor([SIGTERM, SIGINT])
      signal(SIGPIPE, SIG_IGN)
      try directory.claim(name)
      let pods = PodNetwork(root: directory.root, cluster: directory.name)
      let proxy = try ServiceProxy(
        client: LocalClient(socketPath: directory.socketPath), network: pods.network)
      proxy.run(until: stop) { ClusterServerMain.tellReady() }
      return 0
    } catch {
      for line in ErrorReport().lines(for: error) { StandardLog.print(line) }
      return 1
    }
  }
}

/// Keeps rules and sockets as the services and their endpoints are.
final class ServiceProxy {
  private let client: LocalClient
  private let network: InstanceNetwork
  private let services: WatchedObjects
  private let slices: WatchedObjects
  private let endpoints: WatchedObjects
  private let relay: ServiceRelay
  /// The kernel's rules as they were last made; nil when that is not known.
  private var rules: ProxyRules?
  private var usesKernel: Bool
  private var reported: Set<String> = []

  init(client: LocalClient, network: InstanceNetwork) throws {
    self.client = client
    self.network = network
    services = WatchedObjects(client, "/api/v1/services")
    slices = WatchedObjects(client, "/apis/discovery.k8s.io/v1/endpointslices")
    endpoints = WatchedObjects(client, "/api/v1/endpoints")
    relay = try ServiceRelay { try network.open($0) }
    // For those who want to see the difference.
    usesKernel = getenv("DKLAB_KUBE_PROXY").map { String(cString: $0) } != "userspace"
  }

  func run(until stop: Int32, ready: () -> Void) {
    let loop = WatchLoop(
      stop: stop, watched: [services, slices, endpoints],
      services: [
        .init(
          descriptor: relay.descriptor, deadline: { [relay] in relay.nextDeadline },
          handle: { [relay] in relay.handle() })
      ])
    loop.run(change: synchronize, ready: ready)
  }

  private func synchronize() {
    let ports = ServicePort.all(
      services: services.sorted, slices: slices.sorted, endpoints: endpoints.sorted)
    if usesKernel { changeRules(ProxyRules(ports)) }
    let wanted = Self.places(ports, includingAddresses: !usesKernel)
    let failures = relay.update(wanted.mapValues(\.servers))
    for (place, error) in failures {
      // A machine without IPv6.
      if place.address.isV6, [EAFNOSUPPORT, EADDRNOTAVAIL].contains(error.errno) { continue }
      if let port = wanted[place]?.port { report(port, place, error) }
    }
  }

  private func changeRules(_ wanted: ProxyRules) {
    guard wanted != rules else { return }
    do {
      if try network.filter(wanted.script(after: rules)) {
        rules = wanted
        return
      }
      StandardLog.print("kube-proxy: nft is not installed: relaying in this process")
    } catch {
      rules = nil
      do {
        if try network.filter(wanted.script(after: nil)) {
          rules = wanted
          return
        }
      } catch {
        StandardLog.print("kube-proxy: relaying in this process: \(error)")
      }
    }
    usesKernel = false
  }

  /// Where this process listens, for which port, and whom it leads to.
  static func places(_ ports: [ServicePort], includingAddresses: Bool)
    -> [ServiceRelay.Place: (port: ServicePort, servers: ServiceRelay.Servers)]
  {
    var result: [ServiceRelay.Place: (port: ServicePort, servers: ServiceRelay.Servers)] = [:]
    for port in ports {
      guard let kind = PortProtocol(rawValue: port.transport), !port.endpoints.isEmpty else {
        continue
      }
      let targets = port.endpoints.compactMap { endpoint in
        IPAddress(endpoint.address).map {
          SocketAddress($0, port: UInt16(clamping: endpoint.port))
        }
      }
      let servers = ServiceRelay.Servers(targets, affinity: port.affinity.map { Int64($0) * 1000 })
      func listen(_ address: IPAddress, _ number: Int, isOnHost: Bool) {
        let place = ServiceRelay.Place(
          address: address, port: UInt16(clamping: number), kind: kind, isOnHost: isOnHost)
        result[place] = (port, servers)
      }
      if let number = port.nodePort {
        for address in [IPAddress.v4(.any), .anyV6] { listen(address, number, isOnHost: true) }
      }
      if includingAddresses, let address = IPAddress(port.clusterIP) {
        listen(address, port.port, isOnHost: false)
      }
    }
    return result
  }

  /// Says once that a port cannot be had: to the log, and to whoever describes the service.
  private func report(_ port: ServicePort, _ place: ServiceRelay.Place, _ error: SyscallError) {
    let what = "cannot listen on port \(place.port)/\(port.transport): \(error)"
    guard reported.insert("\(port.title) \(what)").inserted,
      let service = services.objects["\(port.namespace)/\(port.service)"]
    else { return }
    StandardLog.print("kube-proxy: \(port.title): \(what)")
    var object = service
    (object["apiVersion"], object["kind"]) = ("v1", "Service")
    let note = EventNote(
      object, "FailedListen", what, from: ProxyMain.name, isWarning: true)
    _ = try? client.request("POST", "/dklab/events", note.json)
  }
}
