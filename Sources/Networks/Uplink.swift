// The way out of an instance: from its namespace to the world.
//
// All instances use the same addresses, so the outside must never see them. They are translated
// (masqueraded) where they leave the instance's namespace:
//
//     172.17.0.2 ──docker0── uplink0 169.254.100.2 ──dklab0── host ──eth0── world
//                            masquerade #1                     masquerade #2
//
// With root the second half is the host's own forwarding (UplinkNAT.swift). Without root nobody may
// touch the host's network, and a program stands in: it reads the packets from a tap device in the
// instance's namespace and speaks to the world with ordinary sockets (UplinkHelper.swift).
//
// An instance without an uplink works, for everything that stays inside it.

import FoundationEssentials
import Glibc
import Linux
import Support

extension InstanceNetwork {
  /// Connects the instance with the world outside, if this machine can: NAT through the host for
  /// root, pasta or slirp4netns otherwise. Idempotent. Slow (it runs programs): off the critical
  /// path, in a process with one thread that has not called `enter`, after `ensure`. What is missing
  /// is in the result, not thrown.
  @discardableResult
  package func connectUplink() throws -> UplinkStatus {
    let instance = try namespace()
    precondition(!instance.isCurrent, "the uplink leads out of the namespace the caller is in")
    return try locked {
      // The instance may have been torn down while this waited.
      guard isUp else { throw SyscallError("open", namespacePath, errno: ENOENT) }
      if let record = UplinkRecord(path: uplinkPath), record.isWorking { return record.status }
      let record = try UplinkRecord.connect(self, instance)
      try record.save(uplinkPath)
      return record.status
    }
  }

  /// The host as containers reach it: its end of the uplink, or where there is none the gateway of
  /// the default bridge.
  package var hostAddress: IPv4Address {
    UplinkRecord(path: uplinkPath)?.slot?.hostAddress ?? bridge.gateway
  }

  /// What `connectUplink` arrived at, from its record; `.notTried` before.
  package func uplinkStatus() -> UplinkStatus {
    UplinkRecord(path: uplinkPath)?.status ?? UplinkStatus(kind: .notTried)
  }

  /// Undoes what `connectUplink` did to the host. The caller holds the lock.
  func disconnectUplink() throws {
    guard let record = UplinkRecord(path: uplinkPath) else { return }
    if let slot = record.slot { try UplinkNAT.remove(slot) }
    if let helper = record.helper { _ = try helper.send(.terminate) }
    unlink(uplinkPath)
  }
}

/// What was done for an instance's uplink, so that it can be found working and be undone.
struct UplinkRecord: Codable {
  var status: UplinkStatus
  /// Of NAT: which of the host's interfaces and subnets.
  var slot: UplinkSlot?
  /// Of the programs: the running one.
  var helper: ProcessIdentity?

  init(_ status: UplinkStatus, slot: UplinkSlot? = nil, helper: ProcessIdentity? = nil) {
    self.status = status
    self.slot = slot
    self.helper = helper
  }

  /// The record at `path`; nil when there is none.
  init?(path: String) {
    guard let bytes = try? File.read(path),
      let record = try? JSONDecoder().decode(UplinkRecord.self, from: Data(bytes))
    else { return nil }
    self = record
  }

  func save(_ path: String) throws {
    try File.replace(path, Array(try JSONEncoder().encode(self)), durable: false)
  }

  /// Whether what it describes is still there.
  var isWorking: Bool {
    if let helper { return helper.isAlive }
    if let slot { return (try? NetworkObservation.observe().link(slot.hostInterface)) != nil }
    return false
  }

  /// Tries what this machine offers.
  static func connect(
    _ network: InstanceNetwork, _ instance: borrowing NetworkNamespace
  ) throws -> UplinkRecord {
    guard let nft = HostProgram("nft") else {
      return unavailable(
        Text("nft is not installed", ko: "nft가 설치되어 있지 않습니다"),
        hint: Text("sudo apt-get install nftables", ko: "sudo apt-get install nftables"))
    }
    let seen = try NetworkObservation.observe()
    guard seen.routes.contains(where: { $0.destination == nil }) else {
      return unavailable(
        Text("this machine has no default route", ko: "이 컴퓨터에 기본 경로(default route)가 없습니다"),
        hint: Text(
          "connect it to a network; images made on this machine work without",
          ko: "네트워크에 연결하세요. 이 컴퓨터에서 만든 이미지는 네트워크 없이도 동작합니다"))
    }
    let record =
      try NetworkNamespace.current().isOurs
      ? UplinkNAT.connect(instance, seen, nft)
      : UplinkHelper.connect(network, instance)
    if record.status.isConnected { try masquerade(instance, nft) }
    return record
  }

  static func unavailable(_ reason: Text, hint: Text? = nil) -> UplinkRecord {
    UplinkRecord(UplinkStatus(kind: .unavailable, reason: reason, hint: hint))
  }

  /// Hides the containers' addresses behind that of the uplink, in the instance's namespace.
  private static func masquerade(
    _ instance: borrowing NetworkNamespace, _ nft: HostProgram
  ) throws {
    try nft.apply(
      """
      add table ip dklab
      add chain ip dklab postrouting { type nat hook postrouting priority 100; }
      flush chain ip dklab postrouting
      add rule ip dklab postrouting oifname "\(UplinkSlot.instanceInterface)" masquerade
      """, namespace: instance.descriptor.number)
  }
}

extension HostProgram {
  /// Has nft carry out `script` as one transaction.
  func apply(_ script: String, namespace: Int32? = nil) throws {
    let outcome = try run(["-f", "-"], input: script + "\n", namespace: namespace)
    guard !outcome.succeeded else { return }
    let words = outcome.output.split(separator: "\n").first.map(String.init) ?? ""
    throw DklabError(
      .unavailable, id: "network.nft-failed",
      Text("nft refused the rules: \(words)", ko: "nft가 규칙을 거부했습니다: \(words)"))
  }
}
