// Plugging a container into bridges.
//
// One end of a veth pair becomes a port of the bridge, the other end an interface of the container:
// eth0 for its first network, eth1 for the next. Each brings the route to its own subnet; one of them
// also leads everywhere else.
//
// Man pages: veth(4), rtnetlink(7). Next: NetlinkRequest.swift in Linux.

import Glibc
import Linux
import Support

extension InstanceNetwork {
  /// Puts the interface of `endpoint` into the network namespace of process `pid`.
  package func attach(pid: pid_t, _ endpoint: Endpoint) throws {
    try attach(pid: pid, [endpoint])
  }

  /// Puts the interfaces of `endpoints` into the network namespace of process `pid`, and brings `lo`
  /// up: for each a veth pair, a port of its bridge, addresses; a default route. The process may run
  /// already (`network connect`). `ensure` of the bridges comes before, by this or another process.
  package func attach(pid: pid_t, _ endpoints: [Endpoint]) throws {
    guard !endpoints.isEmpty else { return }
    let container = try NetworkNamespace(of: pid)
    let namespace = try namespace()
    var inside = try NetlinkSocket(
      in: container, preparation: InstanceNamespace.disableIPv6OnNewInterfaces)
    var outside = try NetlinkSocket(in: namespace)
    try inside.perform([.bringUp(index: 1, name: "lo")])
    for endpoint in endpoints {
      try plug(endpoint, into: container, outside: &outside, inside: &inside)
    }
    if let gateway = endpoints.gatewayEndpoint {
      let link = gateway.isRouted ? try inside.linkIndex(gateway.interface) : nil
      try inside.perform([
        .addDefaultRoute(gateway: gateway.gateway, replacing: true, link: link)
      ])
    }
    try attachV6(endpoints, container)
    try inside.awaitLinks(endpoints.map(\.interface))
    try outside.awaitLinks(endpoints.flatMap { [$0.hostInterface, $0.bridge] })
  }

  private func plug(
    _ endpoint: Endpoint, into container: borrowing NetworkNamespace,
    outside: inout NetlinkSocket, inside: inout NetlinkSocket
  ) throws {
    let pair = NetlinkRequest.makeVeth(
      near: .init(name: endpoint.hostInterface), master: try outside.linkIndex(endpoint.bridge),
      far: .init(name: endpoint.interface, mac: endpoint.mac),
      namespace: container.descriptor.number)
    do {
      try outside.perform([pair])
    } catch let error as SyscallError where error.errno == EEXIST {
      // Left from the container's last run, whose namespace has not ended yet.
      try outside.perform([.removeLink(name: endpoint.hostInterface)])
      try outside.perform([pair])
    }
    let index = try inside.linkIndex(endpoint.interface)
    try inside.perform([
      .bringUp(index: index, name: endpoint.interface),
      .addAddress(endpoint.address, prefixLength: endpoint.prefixLength, to: index),
    ])
  }

  private func attachV6(
    _ endpoints: [Endpoint], _ container: borrowing NetworkNamespace
  ) throws {
    let speakers = endpoints.filter { $0.v6 != nil }
    guard !speakers.isEmpty else { return }
    var inside = try NetlinkSocket(in: container) {
      InstanceNamespace.enableIPv6(on: speakers.map(\.interface))
    }
    for endpoint in speakers {
      guard let v6 = endpoint.v6 else { continue }
      let index = try inside.linkIndex(endpoint.interface)
      try inside.perform([
        .addAddress(v6: v6.address, prefixLength: v6.prefixLength, to: index)
      ])
      if endpoint.isDefaultRoute {
        try? inside.perform([.addDefaultRoute(gatewayV6: v6.gateway)])
      }
    }
  }

  /// Sends what goes elsewhere through `endpoint` from now on.
  package func setDefaultRoute(pid: pid_t, _ endpoint: Endpoint) throws {
    var inside = try NetlinkSocket(in: try NetworkNamespace(of: pid))
    let link = endpoint.isRouted ? try inside.linkIndex(endpoint.interface) : nil
    try inside.perform([.addDefaultRoute(gateway: endpoint.gateway, replacing: true, link: link)])
  }

  /// Removes the interface at once. Not needed when the container's namespace ends, which removes
  /// it too, a little later; needed before the same endpoint is attached again.
  package func detach(_ endpoint: Endpoint) throws {
    var netlink = try NetlinkSocket(in: try namespace())
    do {
      try netlink.perform([.removeLink(name: endpoint.hostInterface)])
    } catch let error as SyscallError where error.errno == ENODEV {}
  }
}
