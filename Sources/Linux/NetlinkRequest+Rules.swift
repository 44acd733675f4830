// Rules in front of the routing tables: who may be routed where.
//
// Before the kernel looks up a route it walks a list of rules, lowest number first. A rule says for
// which packets it is (by the interface they came in on, their addresses, their ports) and what to
// do: look into a table, or refuse. A look-up that finds nothing goes on with the next rule; so does
// one whose result is "suppressed", because it leads out through an interface of a given group.
//
// Two rules a bridge thus keep networks apart without any firewall: routes that do not lead to
// another bridge count, and everything else is unreachable.
//
// Try it: unshare -n sh -c 'ip rule add iif lo lookup main suppress_ifgroup 7; ip rule'
//
// Man page: ip-rule(8). Constants: linux/fib_rules.h.

/// A rule of the policy routing database.
package struct RoutingRule: Sendable, Hashable {
  /// What a packet that fits meets.
  package enum Action: Sendable, Hashable {
    /// Look into the main table; results through interfaces of this group do not count.
    case lookUpMain(exceptGroup: UInt32)
    /// Look into the table with this number.
    case lookUp(table: UInt32)
    /// The sender is told that there is no way.
    case unreachable
  }

  package var priority: UInt32
  /// The interface the packet came in on.
  package var from: String
  package var source: IPv4Address?
  /// Packets of this protocol (6 is TCP, 17 UDP) with this source port.
  package var sourcePort: Port?

  /// A port of a protocol.
  package struct Port: Sendable, Hashable {
    package var `protocol`: UInt8
    package var number: UInt16

    package init(protocol: UInt8, number: UInt16) {
      self.protocol = `protocol`
      self.number = number
    }
  }

  package var action: Action

  package init(
    priority: UInt32, from: String, source: IPv4Address? = nil, sourcePort: Port? = nil,
    _ action: Action
  ) {
    self.priority = priority
    self.from = from
    self.source = source
    self.sourcePort = sourcePort
    self.action = action
  }
}

extension NetlinkRequest {
  /// Adds a rule for IPv4.
  package static func addRule(_ rule: RoutingRule) -> NetlinkRequest {
    NetlinkRequest(
      message: rule.message(type: 32, flags: [.create, .exclusive]), call: "RTM_NEWRULE",
      subject: "rule \(rule.priority) from \(rule.from)")
  }

  /// Takes a rule out; ENOENT when there is none.
  package static func removeRule(_ rule: RoutingRule) -> NetlinkRequest {
    NetlinkRequest(
      message: rule.message(type: 33, flags: []), call: "RTM_DELRULE",
      subject: "rule \(rule.priority) from \(rule.from)")
  }

  /// Makes every address one of this machine's for whoever looks into `table`: what `ip route add
  /// local 0.0.0.0/0 dev lo table N` does. `index` is that of `lo`.
  package static func addLocalRoute(table: UInt32, index: Int32) -> NetlinkRequest {
    // struct rtmsg: family, two prefix lengths, tos, table, protocol, scope, type, flags.
    var message = NetlinkMessage(type: RTM.newRoute, flags: [.create, .exclusive])
    let (bootProtocol, hostScope, local) = (UInt8(3), UInt8(254), UInt8(2))
    for field in [2, 0, 0, 0, UInt8(table), bootProtocol, hostScope, local] {
      message.append(field)
    }
    message.append(UInt32(0))
    message.attribute(RTA.outInterface, number: index)
    message.attribute(RTA.table, number: table)
    return NetlinkRequest(
      message: message, call: "RTM_NEWROUTE", subject: "local default in table \(table)")
  }

  /// Makes every address of `subnet` one of this machine's, though no interface has it: `ip route add
  /// local SUBNET dev lo src SOURCE`. `index` is that of `lo`; `source` stands in packets this machine
  /// sends there itself.
  package static func addLocalRoute(
    _ subnet: IPv4Subnet, source: IPv4Address, index: Int32
  ) -> NetlinkRequest {
    var message = NetlinkMessage(type: RTM.newRoute, flags: [.create, .exclusive])
    let (localTable, bootProtocol, hostScope, local) = (UInt8(255), UInt8(3), UInt8(254), UInt8(2))
    for field in [
      2, UInt8(subnet.prefixLength), 0, 0, localTable, bootProtocol, hostScope, local,
    ] {
      message.append(field)
    }
    message.append(UInt32(0))
    message.attribute(RTA.destination, subnet.base.octets)
    message.attribute(RTA.outInterface, number: index)
    message.attribute(RTA.preferredSource, source.octets)
    return NetlinkRequest(message: message, call: "RTM_NEWROUTE", subject: "local \(subnet)")
  }
}

extension RoutingRule {
  /// struct fib_rule_hdr: family, two prefix lengths, tos, table, two reserved, action, flags.
  fileprivate func message(type: UInt16, flags: NetlinkMessage.Flags) -> NetlinkMessage {
    let (toTable, refuse) = (UInt8(1), UInt8(7))
    let mainTable: UInt32 = 254
    var message = NetlinkMessage(type: type, flags: flags)
    let code = action == .unreachable ? refuse : toTable
    let table: UInt32 =
      switch action {
      case .lookUpMain: mainTable
      case .lookUp(let table): table
      case .unreachable: 0
      }
    for field in [2, 0, source == nil ? 0 : 32, 0, UInt8(table), 0, 0, code] {
      message.append(UInt8(field))
    }
    message.append(UInt32(0))
    message.attribute(3, text: from)  // FRA_IIFNAME
    message.attribute(6, number: priority)  // FRA_PRIORITY
    if let source { message.attribute(2, source.octets) }  // FRA_SRC
    if table != 0 { message.attribute(15, number: table) }  // FRA_TABLE
    if case .lookUpMain(let group) = action { message.attribute(13, number: group) }
    if let sourcePort {
      message.attribute(22, number: sourcePort.protocol)  // FRA_IP_PROTO
      // FRA_SPORT_RANGE: from and to, in the machine's byte order.
      message.nest(23) { range in
        range.append(sourcePort.number)
        range.append(sourcePort.number)
      }
    }
    return message
  }
}
