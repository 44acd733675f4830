import Linux
import Support
import Testing

@testable import Networks

@Suite struct UplinkTests {
  @Test(
    "packets of containers leave with the host's address, and nothing stays on the host",
    .enabled(if: Probe.isRoot && Probe.hasNft, "needs root and nft"))
  func translation() throws {
    let state = try InstanceState()
    #expect(
      try Probe.run("nat", state.path) == [
        "before notTried",
        "uplink nat [\"switched on net.ipv4.ip_forward, so that packets of containers can leave "
          + "the machine\"]",
        "again true", "seen as 198.51.100.2", "forward 1",
        "left [] table false forward 0",
      ])
  }

  @Test(
    "a machine without a default route says so",
    .enabled(if: Probe.isRoot && Probe.hasUnshare, "needs root and unshare(1)"))
  func noRoute() throws {
    let state = try InstanceState()
    let lines = try Probe.run("uplink", state.path, through: ["unshare", "-n"])
    #expect(lines.count == 1)
    #expect(lines.first?.contains("unavailable") == true)
    #expect(lines.first?.contains(Probe.hasNft ? "no default route" : "nft is not") == true)
  }

  @Test("subnets of the uplinks do not meet each other, nor what the host has")
  func slots() {
    let subnets = (0..<UplinkSlot.count).map { UplinkSlot(number: $0).subnet }
    #expect(Set(subnets).count == UplinkSlot.count)
    #expect(subnets.allSatisfy { UplinkSlot.range.contains($0.broadcast) })
    #expect(UplinkSlot(number: 1).hostAddress.description == "169.254.100.5")
    #expect(UplinkSlot(number: 1).instanceAddress.description == "169.254.100.6")
    var host = NetworkObservation(links: [], addresses: [], routes: [])
    #expect(UplinkSlot.firstFree(host)?.number == 0)
    host.addresses = [
      NetworkAddress(link: 2, address: "169.254.100.3", prefixLength: 16),
      NetworkAddress(link: 3, address: "169.254.100.5", prefixLength: 30),
      NetworkAddress(link: 3, address: "fe80::1", prefixLength: 64),
    ]
    host.routes = [
      // What avahi or a camera leaves: all of link-local on one interface.
      NetworkRoute(destination: IPv4Subnet("169.254.0.0/16"), gateway: nil, link: 2),
      NetworkRoute(destination: IPv4Subnet("169.254.100.8/30"), gateway: nil, link: 2),
    ]
    #expect(UplinkSlot.firstFree(host)?.number == 3)
  }

  @Test("a chain that drops forwarded packets is recognised in nft's listing")
  func otherFirewalls() {
    let docker = """
      table ip filter {
      \tchain FORWARD {
      \t\ttype filter hook forward priority filter; policy drop;
      \t}
      }
      """
    #expect(UplinkNAT.dropsForwarded(docker))
    let input = "\t\ttype filter hook input priority filter; policy drop;"
    let open = "\t\ttype filter hook forward priority filter; policy accept;"
    #expect(!UplinkNAT.dropsForwarded(input + "\n" + open))
  }

  @Test("the record of an uplink comes back as it was written; a broken one counts as none")
  func record() throws {
    let directory = try TemporaryDirectory()
    let path = directory.path + "/uplink"
    let status = UplinkStatus(kind: .nat, changes: [Text("a", ko: "가")])
    try UplinkRecord(status, slot: UplinkSlot(number: 4)).save(path)
    let read = try #require(UplinkRecord(path: path))
    #expect(read.status == status)
    #expect(read.slot?.number == 4)
    #expect(InstanceNetwork(stateDirectory: directory.path).uplinkStatus() == status)
    try File.replace(path, "{\"status\":")
    #expect(UplinkRecord(path: path) == nil)
    #expect(InstanceNetwork(stateDirectory: directory.path).uplinkStatus().kind == .notTried)
  }
}
