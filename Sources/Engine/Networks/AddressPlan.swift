import Linux
import Networks
import Support

/// Decides the addresses of a new network: which subnet, which gateway. Pure; `others` are the pools
/// of the networks there are.
struct AddressPlan {
  let wish: NetworkWish
  let others: [NetworkConfiguration.Pool]

  /// Docker's default pools: sixteen bits each from 172.17 to 172.31, then 192.168 by twenty bits.
  static let defaults: [IPv4Subnet] =
    (17...31).map { IPv4Subnet(IPv4Address(172, UInt8($0), 0, 0), prefixLength: 16) }
    + (0..<16).map { IPv4Subnet(IPv4Address(192, 168, UInt8($0 * 16), 0), prefixLength: 20) }

  func pools() throws -> [NetworkConfiguration.Pool] {
    var pools = try wish.subnets.map(pool)
    if !pools.contains(where: { $0.subnet != nil }) { pools.insert(try defaultPool(), at: 0) }
    if wish.hasIPv6, !pools.contains(where: { $0.subnet6 != nil }) {
      pools.append(try defaultPool6())
    }
    for index in pools.indices {
      if let other = pools[..<index].first(where: { overlap($0, pools[index]) }) {
        let (first, second) = (other.subnetText, pools[index].subnetText)
        throw DklabError(
          .invalid, id: "network.overlap",
          Text(
            "multiple overlapping subnet configuration is not supported",
            ko: "한 네트워크의 서브넷들은 서로 겹칠 수 없습니다"),
          hint: Text("\(first) and \(second) overlap", ko: "\(first)와(과) \(second)이(가) 겹칩니다"))
      }
      guard !others.contains(where: { overlap($0, pools[index]) }) else {
        throw DklabError(
          .denied, id: "network.overlap",
          Text(
            "invalid pool request: Pool overlaps with other one on this address space",
            ko: "다른 네트워크와 겹치는 서브넷입니다: \(pools[index].subnetText)"),
          hint: Text(
            "\(pools[index].subnetText) overlaps; `dklab network inspect` shows the subnets in use",
            ko: "`dklab network inspect`가 쓰이고 있는 서브넷을 보여 줍니다"))
      }
    }
    try matchRanges(&pools)
    try matchGateways(&pools)
    try matchAuxiliary(&pools)
    for index in pools.indices where pools[index].gateway == nil {
      pools[index].gateway = firstAddress(pools[index])
    }
    return pools
  }

  private func pool(_ text: String) throws -> NetworkConfiguration.Pool {
    if let subnet = IPv4Subnet(text) {
      guard text == subnet.description, subnet.prefixLength <= 30 else {
        throw AddressPlan.invalid(
          "invalid subnet \(text): it should be \(subnet.description)",
          "잘못된 서브넷 \(text): \(subnet.description)이어야 합니다")
      }
      return NetworkConfiguration.Pool(subnet: subnet)
    }
    guard let subnet = IPv6Subnet(text) else {
      throw AddressPlan.invalid("invalid CIDR address: \(text)", "잘못된 CIDR 주소입니다: \(text)")
    }
    return NetworkConfiguration.Pool(subnet6: subnet)
  }

  private func defaultPool() throws -> NetworkConfiguration.Pool {
    let taken = others.compactMap(\.subnet)
    guard
      let free = AddressPlan.defaults.first(where: { candidate in
        !taken.contains { $0.overlaps(candidate) }
      })
    else {
      throw DklabError(
        .unavailable, id: "network.no-subnet",
        Text(
          "all predefined address pools have been fully subnetted",
          ko: "미리 정해진 주소 범위를 모두 썼습니다"),
        hint: Text(
          "remove unused networks with `dklab network prune`, or give --subnet",
          ko: "`dklab network prune`으로 쓰지 않는 네트워크를 지우거나 --subnet을 쓰세요"))
    }
    return NetworkConfiguration.Pool(subnet: free)
  }

  /// A unique local prefix (RFC 4193): the first of `fd00:dklb` in hexadecimal that is free.
  private func defaultPool6() throws -> NetworkConfiguration.Pool {
    for number in 0..<0xFFFF {
      guard let candidate = IPv6Subnet("fd00:d:1ab:\(String(number, radix: 16))::/64") else {
        break
      }
      let pool = NetworkConfiguration.Pool(subnet6: candidate)
      if !others.contains(where: { overlap($0, pool) }) { return pool }
    }
    throw AddressPlan.invalid("no IPv6 subnet is left", "남은 IPv6 서브넷이 없습니다")
  }

  private func overlap(
    _ left: NetworkConfiguration.Pool, _ right: NetworkConfiguration.Pool
  ) -> Bool {
    if let one = left.subnet, let other = right.subnet { return one.overlaps(other) }
    if let one = left.subnet6, let other = right.subnet6 { return one.overlaps(other) }
    return false
  }

  private func matchRanges(_ pools: inout [NetworkConfiguration.Pool]) throws {
    for text in wish.ranges {
      guard let range = IPv4Subnet(text),
        let index = pools.firstIndex(where: { pool in
          pool.subnet.map { $0.contains(range.base) && $0.prefixLength <= range.prefixLength }
            ?? false
        })
      else {
        throw AddressPlan.invalid(
          "no matching subnet for range \(text)", "범위 \(text)에 맞는 서브넷이 없습니다")
      }
      pools[index].range = range.description
    }
  }

  private func matchGateways(_ pools: inout [NetworkConfiguration.Pool]) throws {
    for text in wish.gateways {
      guard let index = try self.index(of: text, in: pools, "gateway") else {
        throw AddressPlan.invalid(
          "no matching subnet for gateway \(text)", "게이트웨이 \(text)에 맞는 서브넷이 없습니다")
      }
      guard pools[index].gateway == nil else {
        throw AddressPlan.invalid(
          "cannot configure multiple gateways (\(text), \(pools[index].gateway ?? "")) "
            + "for the same subnet (\(pools[index].subnetText))",
          "서브넷 \(pools[index].subnetText)에 게이트웨이가 둘입니다")
      }
      pools[index].gateway = text
    }
  }

  private func matchAuxiliary(_ pools: inout [NetworkConfiguration.Pool]) throws {
    for (name, text) in wish.auxiliary {
      guard let index = try self.index(of: text, in: pools, "auxiliary address") else {
        throw AddressPlan.invalid(
          "no matching subnet for aux-address \(text)", "주소 \(text)에 맞는 서브넷이 없습니다")
      }
      pools[index].auxiliary[name] = text
    }
  }

  /// The pool that contains the address `text`.
  private func index(
    of text: String, in pools: [NetworkConfiguration.Pool], _ what: String
  ) throws -> Int? {
    guard let address = IPAddress(text) else {
      throw AddressPlan.invalid("invalid \(what): \(text)", "IP 주소가 아닙니다: \(text)")
    }
    return pools.firstIndex { pool in
      switch address {
      case .v4(let address):
        pool.subnet.map { $0.hosts.contains(address.value) } ?? false
      case .v6(let octets): pool.subnet6?.contains(octets) ?? false
      }
    }
  }

  private func firstAddress(_ pool: NetworkConfiguration.Pool) -> String? {
    // As Docker: with a range and no gateway, the range's first address.
    if let range = pool.range.flatMap({ IPv4Subnet($0) }), let subnet = pool.subnet {
      return "\(IPv4Address(value: max(range.base.value, subnet.hosts.lowerBound)))"
    }
    if let subnet = pool.subnet { return "\(IPv4Address(value: subnet.hosts.lowerBound))" }
    return pool.subnet6.flatMap { IPAddress(bytes: $0.address(at: 1))?.description }
  }

  static func invalid(_ english: String, _ korean: String) -> DklabError {
    DklabError(.invalid, id: "network.subnet-invalid", Text(english, ko: korean))
  }
}
