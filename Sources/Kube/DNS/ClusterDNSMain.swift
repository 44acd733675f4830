// What `dklab __kubedns ROOT CLUSTER` runs: the cluster's name server. It listens at the gateway of the
// pods' network; pods know it by the address of the service kube-system/kube-dns, which leads there.
// Questions for other names go to the host's resolvers, from the host's network.
//
// Next: ClusterZone.swift; NameServer.swift in Networks.

import Engine
import Glibc
import Linux
import Networks
import Support

/// The name server of a cluster.
package enum ClusterDNSMain {
  /// The part's name: of its process, its log and its switch.
  package static let name = "kube-dns"
  package static let verb = "__kubedns"

  private final class Names {
    var zone = ClusterZone()
  }

  /// Serves until SIGTERM. `arguments` follow `__kubedns`.
  package static func run(_ arguments: [String]) -> Int32 {
    guard arguments.count == 2 else { return 64 }
    do {
      let directory = try ClusterDirectory(root: arguments[0], name: arguments[1])
      let stop = try signalDescriptor([SIGTERM, SIGINT])
      signal(SIGPIPE, SIG_IGN)
      try directory.claim(name)
      let pods = PodNetwork(root: directory.root, cluster: directory.name)
      let names = Names()
      let server = try NameServer(NameService.open(servers: [], links: [:])) { question in
        names.zone.reply(question)
      }
      try server.listen(in: pods.network, at: pods.gateway)
      let client = LocalClient(socketPath: directory.socketPath)
      let services = WatchedObjects(client, "/api/v1/services")
      let slices = WatchedObjects(client, "/apis/discovery.k8s.io/v1/endpointslices")
      let endpoints = WatchedObjects(client, "/api/v1/endpoints")
      let loop = WatchLoop(
        stop: stop, watched: [services, slices, endpoints],
        services: [
          .init(
            descriptor: server.descriptor, deadline: { server.nextDeadline },
            handle: { server.handle() })
        ])
      loop.run {
        names.zone = ClusterZone(
          services: services.sorted, slices: slices.sorted, endpoints: endpoints.sorted)
      } ready: {
        ClusterServerMain.tellReady()
      }
      return 0
    } catch {
      for line in ErrorReport().lines(for: error) { StandardLog.print(line) }
      return 1
    }
  }
}
