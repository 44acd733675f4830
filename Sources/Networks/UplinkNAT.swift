// An uplink through the host's own forwarding, for root.
//
// Four things are needed: a veth pair between the two namespaces, an address on either end,
// forwarding switched on, and a rule that gives packets which leave the host its own address. The
// rules live in a table of their own, `ip dklab`, shared by all instances and removed with the last.
// Whether forwarding had been off is remembered in that table's comment: so it is forgotten exactly
// when the kernel forgets the setting.
//
// In nftables an "accept" ends only the chain it stands in. Where another tool's chain drops
// forwarded packets (Docker's does), no rule of ours can change that; Docker has a chain for the
// purpose, and for others the user is told.
//
// Man pages: nft(8), ip-sysctl (Documentation/networking in the kernel), iptables(8).

import Glibc
import Linux
import Support

/// NAT through the host.
enum UplinkNAT {
  private static let lockPath = "/run/lock/dklab-uplink.lock"
  private static let forwarding = "/proc/sys/net/ipv4/ip_forward"
  private static let mark = "ip_forward was 0"

  /// Connects `instance`. `host` is what the host's namespace holds now.
  static func connect(
    _ instance: borrowing NetworkNamespace, _ host: NetworkObservation, _ nft: HostProgram
  ) throws -> UplinkRecord {
    var slot: UplinkSlot?
    var status = UplinkStatus(kind: .nat)
    try InstanceLock.hold(lockPath) {
      guard let free = UplinkSlot.firstFree(try NetworkObservation.observe()) else { return }
      try makeLink(free, instance)
      slot = free
      let wasOff = try File.text(forwarding, limit: 16).hasPrefix("0")
      try nft.apply(rules(comment: wasOff ? mark : "ip_forward was 1"))
      if wasOff {
        try File.command(forwarding, "1")
        status.changes.append(
          Text(
            "switched on net.ipv4.ip_forward, so that packets of containers can leave the machine",
            ko: "컨테이너의 패킷이 밖으로 나갈 수 있도록 net.ipv4.ip_forward를 켰습니다"))
      }
      passOtherFirewalls(&status, nft)
    }
    guard let slot else {
      return UplinkRecord.unavailable(
        Text(
          "no free subnet in \(UplinkSlot.range)", ko: "\(UplinkSlot.range)에 남은 서브넷이 없습니다"))
    }
    return UplinkRecord(status, slot: slot)
  }

  /// Removes the instance's link; with the last one, the rules too.
  static func remove(_ slot: UplinkSlot) throws {
    try InstanceLock.hold(lockPath) {
      var netlink = try NetlinkSocket()
      do {
        try netlink.perform([.removeLink(name: slot.hostInterface)])
      } catch let error as SyscallError where error.errno == ENODEV {}
      let links = try netlink.links()
      guard !links.contains(where: { $0.name.hasPrefix(UplinkSlot.hostPrefix) }),
        let nft = HostProgram("nft")
      else { return }
      let table = try nft.run(["list", "table", "ip", "dklab"])
      guard table.succeeded else { return }
      try nft.apply("delete table ip dklab")
      DockerUserChain.remove()
      // Somebody else may have come to count on it: a bridge or a tunnel says so.
      let others = links.contains { ["bridge", "tun", "wireguard"].contains($0.kind) }
      if table.output.contains(mark) && !others { try File.command(forwarding, "0") }
    }
  }

  private static func makeLink(_ slot: UplinkSlot, _ instance: borrowing NetworkNamespace) throws {
    var outside = try NetlinkSocket()
    var inside = try NetlinkSocket(in: instance)
    // One of an earlier attempt that broke off.
    try? inside.perform([.removeLink(name: UplinkSlot.instanceInterface)])
    try outside.perform([
      .makeVeth(
        near: .init(name: slot.hostInterface), far: .init(name: UplinkSlot.instanceInterface),
        namespace: instance.descriptor.number)
    ])
    let near = try outside.linkIndex(slot.hostInterface)
    try outside.perform([.addAddress(slot.hostAddress, prefixLength: 30, to: near)])
    let far = try inside.linkIndex(UplinkSlot.instanceInterface)
    try inside.perform([
      .bringUp(index: far, name: UplinkSlot.instanceInterface),
      .addAddress(slot.instanceAddress, prefixLength: 30, to: far),
      .addDefaultRoute(gateway: slot.hostAddress),
    ])
    try inside.awaitLinks([UplinkSlot.instanceInterface])
    try outside.awaitLinks([slot.hostInterface])
  }

  /// The whole table: what stood there before is replaced. Its comment stays as it was first made.
  private static func rules(comment: String) -> String {
    """
    add table ip dklab { comment "\(comment)"; }
    add chain ip dklab postrouting { type nat hook postrouting priority 100; }
    add chain ip dklab forward { type filter hook forward priority 0; }
    flush chain ip dklab postrouting
    flush chain ip dklab forward
    add rule ip dklab postrouting ip saddr \(UplinkSlot.range) oifname != "dklab*" masquerade
    add rule ip dklab forward iifname "dklab*" oifname "dklab*" drop
    """
  }

  private static func passOtherFirewalls(_ status: inout UplinkStatus, _ nft: HostProgram) {
    guard let listing = try? nft.run(["list", "chains", "ip"]).output,
      let inet = try? nft.run(["list", "chains", "inet"]).output
    else { return }
    guard dropsForwarded(listing) || dropsForwarded(inet) else { return }
    if DockerUserChain.insert() {
      status.changes.append(
        Text(
          "added rules for dklab to Docker's chain DOCKER-USER",
          ko: "Docker의 DOCKER-USER 체인에 dklab을 위한 규칙을 추가했습니다"))
      return
    }
    status.reason = Text(
      "another firewall on this machine drops forwarded packets",
      ko: "이 컴퓨터의 다른 방화벽이 전달되는 패킷을 버립니다")
    let command =
      "sudo iptables -I FORWARD -i dklab+ -j ACCEPT; "
      + "sudo iptables -I FORWARD -o dklab+ -j ACCEPT"
    status.hint = Text("allow dklab's: \(command)", ko: "dklab의 패킷을 허용하세요: \(command)")
  }

  /// Whether a chain in nft's listing drops what it does not know.
  static func dropsForwarded(_ listing: String) -> Bool {
    listing.split(separator: "\n").contains {
      $0.contains("hook forward") && $0.contains("policy drop")
    }
  }
}
