// A container's network, as its monitor holds it: the interfaces, the published ports, the names.
//
// All three live exactly as long as the container, so they live in the process that lives as long.
// A restart gets the same interfaces in a new namespace; `network connect` changes them on the way.
//
// Next: PortRelay.swift and NameServer.swift in Networks.

import FoundationEssentials
import Glibc
import Linux
import Networks
import Runtime
import Support

/// The network half of a monitor.
final class MonitorNetwork {
  private let network: InstanceNetwork
  private var endpoints: [Endpoint]
  private var relay: PortRelay?
  private var names: NameServer?
  private let nameService: NameService?
  private var resolvesNames: Bool

  /// Moves this process into the instance's namespace: from here on its sockets reach the container;
  /// those it was given stay where they were opened.
  init(_ request: MonitorRequest, state: String) throws {
    network = InstanceNetwork(stateDirectory: state)
    endpoints = request.endpoints
    nameService = request.names
    resolvesNames = request.resolvesNames
    try network.enter()
    relay =
      request.ports.isEmpty
      ? nil : try PortRelay(ports: request.ports, target: endpoints.gatewayEndpoint?.address)
  }

  /// Gives a new run of the container its interfaces.
  func attach(_ pid: pid_t) throws {
    try network.attach(pid: pid, endpoints)
    if let relay, !relay.isListeningHere { relay.listenHere() }
    keepSources()
    try serveNames(pid)
  }

  /// Carries out a `network` frame.
  func change(_ pid: pid_t, _ payload: [UInt8]) throws {
    let change = try JSONDecoder().decode(NetworkChange.self, from: Data(payload))
    let before = endpoints
    func isNew(_ endpoint: Endpoint) -> Bool {
      !before.contains { $0.hostInterface == endpoint.hostInterface }
    }
    for old in before
    where !change.endpoints.contains(where: { $0.hostInterface == old.hostInterface }) {
      try network.detach(old)
    }
    try network.attach(pid: pid, change.endpoints.filter(isNew))
    if let gateway = change.endpoints.gatewayEndpoint, gateway != before.gatewayEndpoint {
      try network.setDefaultRoute(pid: pid, gateway)
    }
    endpoints = change.endpoints
    resolvesNames = change.resolvesNames
    relay?.setTarget(endpoints.gatewayEndpoint?.address)
    keepSources()
    if var service = nameService, service.links != change.links {
      service.links = change.links
      names?.service = service
    }
    try serveNames(pid)
  }

  /// Lets the container see who its clients are.
  private func keepSources() {
    // On a routed bridge the rules that bring answers back would catch what containers say to each
    // other.
    guard let relay, let endpoint = endpoints.gatewayEndpoint, !endpoint.isRouted else { return }
    relay.source = RelaySource(
      ports: relay.bindings, bridge: endpoint.bridge,
      neighbours: endpoints.map { IPv4Subnet($0.address, prefixLength: $0.prefixLength) })
  }

  private func serveNames(_ pid: pid_t) throws {
    guard resolvesNames, let service = nameService else {
      // Kept, for the sockets it has of the host's namespace: they could not be opened again.
      names?.stopListening()
      return
    }
    let server = try names ?? NameServer(service, table: network.poolPath)
    server.subnets = endpoints.map { IPv4Subnet($0.address, prefixLength: $0.prefixLength) }
    server.isInternal = endpoints.allSatisfy(\.isInternal)
    try server.listen(pid: pid)
    names = server
  }

  /// Closes the published ports and stops answering for names, for good.
  func leave() {
    relay?.close()
    relay = nil
    names?.stopListening()
    names = nil
  }

  /// What the monitor's loop waits for on behalf of ports and names.
  var entries: [PollEntry] {
    [relay?.descriptor, names?.descriptor].compactMap { fd in
      fd.map { PollEntry(fd: $0, events: .readable) }
    }
  }

  func handle() {
    relay?.handle()
    names?.handle()
  }

  var deadline: Int64? {
    [relay?.nextDeadline, names?.nextDeadline].compactMap { $0 }.min()
  }
}
