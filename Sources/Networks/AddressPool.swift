import Glibc
import Linux
import Support

/// Which container has which address under which names: one line each, `ADDRESS OWNER NAME…`, in a
/// file. The address may be followed by `,IPV6ADDRESS`.
///
/// The networks of an instance do not overlap, so one file serves them all, and the address tells
/// which network a line is about. It is also what DNS answers from (NameTable).
///
/// Replaced as a whole by rename(2), so a killed process leaves the old or the new list. It is not
/// synced to the disk: what it describes, a network namespace, does not survive a power cut either.
/// The caller holds the instance's lock.
struct AddressPool {
  /// Who has an address.
  struct Holder: Equatable {
    var owner: String
    var names: [String] = []
    /// In colon notation.
    var v6: String?
  }

  let path: String
  let subnet: IPv4Subnet
  let gateway: IPv4Address
  /// New addresses come from here.
  let range: IPv4Subnet
  private let reserved: [IPv4Address]
  private(set) var holders: [IPv4Address: Holder] = [:]

  /// Owners by address, of this subnet.
  var owners: [IPv4Address: String] {
    holders.filter { subnet.contains($0.key) }.mapValues(\.owner)
  }

  /// Reads the file; a missing one is an empty pool, and lines that make no sense are dropped.
  init(
    path: String, subnet: IPv4Subnet, gateway: IPv4Address, range: IPv4Subnet? = nil,
    reserved: [IPv4Address] = []
  ) throws {
    self.path = path
    self.subnet = subnet
    self.gateway = gateway
    self.range = range ?? subnet
    self.reserved = reserved
    holders = try AddressPool.read(path)
  }

  /// The lines of the file at `path`.
  static func read(_ path: String) throws -> [IPv4Address: Holder] {
    guard File.exists(path) else { return [:] }
    var holders: [IPv4Address: Holder] = [:]
    for line in try File.text(path).split(separator: "\n") {
      let words = line.split(separator: " ").map(String.init)
      let places = (words.first ?? "").split(separator: ",")
      guard words.count >= 2, let first = places.first, let address = IPv4Address(String(first))
      else { continue }
      holders[address] = Holder(
        owner: words[1], names: Array(words.dropFirst(2)),
        v6: places.count > 1 ? String(places[1]) : nil)
    }
    return holders
  }

  /// The address `owner` has; nil when it has none.
  func address(of owner: String) -> IPv4Address? {
    owners.filter { $0.value == owner }.map(\.key).min()
  }

  /// Gives `owner` the lowest free address, or `wanted`. An owner keeps the one it has.
  mutating func allocate(
    owner: String, wanted: IPv4Address? = nil, names: [String] = [],
    v6: (IPv4Address) -> String? = { _ in nil }
  ) throws -> IPv4Address {
    if let held = address(of: owner) {
      if wanted == nil || wanted == held {
        if holders[held]?.names != names {
          holders[held]?.names = names
          try save()
        }
        return held
      }
      holders[held] = nil
    }
    let address = try wanted.map(checked) ?? lowestFree()
    let address6 = v6(address)
    if let address6, let holder = holders.values.first(where: { $0.v6 == address6 }) {
      throw AddressPool.inUse(address6, by: holder.owner)
    }
    holders[address] = Holder(owner: owner, names: names, v6: address6)
    try save()
    return address
  }

  /// Takes back what the owners hold that `isReleased` names, of all subnets or of this one only.
  mutating func release(
    onlyThisSubnet: Bool = false, where isReleased: (String) -> Bool
  ) throws -> [String] {
    let gone = holders.filter { address, holder in
      isReleased(holder.owner) && (!onlyThisSubnet || subnet.contains(address))
    }
    guard !gone.isEmpty else { return [] }
    for address in gone.keys { holders[address] = nil }
    try save()
    return gone.values.map(\.owner).sorted()
  }

  /// Puts `names` in the place of those `owner` has on this subnet.
  mutating func rename(owner: String, to names: [String]) throws {
    guard let held = address(of: owner), holders[held]?.names != names else { return }
    holders[held]?.names = names
    try save()
  }

  private func checked(_ address: IPv4Address) throws -> IPv4Address {
    guard subnet.hosts.contains(address.value), address != gateway else {
      throw DklabError(
        .invalid, id: "network.address-invalid",
        Text(
          "invalid address \(address): not a host address of subnet \(subnet)",
          ko: "\("\(address)".with(.topic)) 서브넷 \(subnet)의 호스트 주소가 아닙니다"),
        hint: Text(
          "use an address from \(IPv4Address(value: gateway.value + 1)) up",
          ko: "\(IPv4Address(value: gateway.value + 1))부터의 주소를 쓰세요"))
    }
    if let holder = holders[address]?.owner { throw AddressPool.inUse("\(address)", by: holder) }
    return address
  }

  private static func inUse(_ address: String, by holder: String) -> DklabError {
    DklabError(
      .conflict, id: "network.address-in-use",
      Text(
        "Address already in use: \(address) belongs to container \(holder.prefix(12))",
        ko: "이미 사용 중인 주소입니다: \(address.with(.topic)) 컨테이너 \(holder.prefix(12))의 것입니다"))
  }

  private func lowestFree() throws -> IPv4Address {
    // Also the first address of a smaller range, if it is not the subnet's own first.
    let bounds =
      max(
        range.base.value, subnet.hosts.lowerBound)...min(
        range.broadcast.value, subnet.hosts.upperBound)
    for value in bounds {
      let address = IPv4Address(value: value)
      if address != gateway && holders[address] == nil && !reserved.contains(address) {
        return address
      }
    }
    throw DklabError(
      .unavailable, id: "network.exhausted",
      Text(
        "no available IPv4 addresses in subnet \(range)",
        ko: "서브넷 \(range)에 남은 IPv4 주소가 없습니다"),
      hint: Text("remove containers that are not needed", ko: "필요 없는 컨테이너를 지우세요"))
  }

  private func save() throws {
    let lines = holders.sorted { $0.key < $1.key }.map { address, holder in
      let place = holder.v6.map { "\(address),\($0)" } ?? "\(address)"
      return ([place, holder.owner] + holder.names).joined(separator: " ") + "\n"
    }
    try File.replace(path, lines.joined(), durable: false)
  }
}
