import Glibc
import Linux
import Support

// Further bridges of an instance: one for each network that a user made.

extension InstanceNetwork {
  /// Makes `bridge` in the instance's namespace unless it is there; makes the namespace too.
  /// Idempotent, safe against a concurrent call.
  package func ensure(_ bridge: BridgeConfiguration) throws {
    try ensure()
    guard bridge.interface != self.bridge.interface else { return }
    let namespace = try namespace()
    var netlink = try NetlinkSocket(in: namespace)
    if try netlink.exists(bridge.interface) { return }
    try locked {
      if try netlink.exists(bridge.interface) { return }
      try InstanceNamespace.makeBridge(bridge, &netlink)
      if bridge.isRouted { try prepareRouting(bridge, namespace) }
      guard let subnet6 = bridge.subnet6, let gateway6 = bridge.gateway6 else { return }
      var inside = try NetlinkSocket(in: namespace) {
        InstanceNamespace.enableIPv6(on: [bridge.interface])
      }
      let index = try inside.linkIndex(bridge.interface)
      try inside.perform([
        .addAddress(v6: gateway6, prefixLength: subnet6.prefixLength, to: index)
      ])
    }
  }

  /// Lets packets pass that come in and go out through the same bridge, quietly, and keeps the bridge
  /// from showing them to the packet filter before they are routed.
  private func prepareRouting(
    _ bridge: BridgeConfiguration, _ namespace: borrowing NetworkNamespace
  ) throws {
    _ = try NetlinkSocket(in: namespace) {
      for name in ["all", bridge.interface] {
        try? File.command("/proc/sys/net/ipv4/conf/\(name)/send_redirects", "0")
      }
      // There with the module br_netfilter only.
      try? File.command("/proc/sys/net/bridge/bridge-nf-call-iptables", "0")
    }
  }

  /// Makes every address of `subnet` the instance's own, so that a packet to one of them is answered
  /// here, if only with a refusal, when no rule sends it elsewhere. Idempotent.
  package func claim(_ subnet: IPv4Subnet, on bridge: BridgeConfiguration) throws {
    var netlink = try NetlinkSocket(in: try namespace())
    do {
      try netlink.perform([.addLocalRoute(subnet, source: bridge.gateway, index: 1)])
    } catch let error as SyscallError where error.errno == EEXIST {}
  }

  /// Takes `bridge` away, if it is there, and its rules.
  package func removeBridge(_ bridge: BridgeConfiguration) throws {
    guard isUp else { return }
    try locked {
      var netlink = try NetlinkSocket(in: try namespace())
      for rule in bridge.rules { try? netlink.perform([.removeRule(rule)]) }
      do {
        try netlink.perform([.removeLink(name: bridge.interface)])
      } catch let error as SyscallError where error.errno == ENODEV {}
    }
  }
}

extension NetlinkSocket {
  /// Whether there is an interface called `name`.
  mutating func exists(_ name: String) throws -> Bool {
    do {
      _ = try linkIndex(name)
      return true
    } catch let error as SyscallError where error.errno == ENODEV {
      return false
    }
  }
}
