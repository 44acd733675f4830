import Glibc
import Linux
import Support

/// The names of an instance's containers, as DNS needs them: AddressPool's file, read again whenever
/// it has been replaced.
///
/// Whoever asks is on some networks, each a subnet; an address counts when it lies in one of them. So
/// containers see the names of those they share a network with, and of nobody else.
struct NameTable {
  private let path: String
  private var seen: (inode: UInt64, seconds: Int, nanoseconds: Int)?
  private var holders: [IPv4Address: AddressPool.Holder] = [:]
  private var addresses: [String: [IPv4Address]] = [:]

  init(path: String) {
    self.path = path
  }

  /// The addresses of both families that `name` has in `subnets`; nil when nobody there has it.
  mutating func find(
    _ name: String, in subnets: [IPv4Subnet]
  ) -> (v4: [IPv4Address], v6: [[UInt8]])? {
    refresh()
    let found = (addresses[name] ?? []).filter { address in
      subnets.contains { $0.contains(address) }
    }
    guard !found.isEmpty else { return nil }
    let v6 = found.compactMap { address -> [UInt8]? in
      guard let text = holders[address]?.v6, case .v6(let octets)? = IPAddress(text) else {
        return nil
      }
      return octets
    }
    return (found, v6)
  }

  /// The first name of whoever has `address`, when it lies in one of `subnets`; for a reverse query.
  mutating func name(of address: IPAddress, in subnets: [IPv4Subnet]) -> String? {
    refresh()
    let text = address.description
    let found = holders.first { entry in
      subnets.contains { $0.contains(entry.key) }
        && (address == .v4(entry.key) || entry.value.v6 == text)
    }
    return found?.value.names.first
  }

  private mutating func refresh() {
    var info = stat()
    guard stat(path, &info) == 0 else {
      (seen, holders, addresses) = (nil, [:], [:])
      return
    }
    let now = (UInt64(info.st_ino), info.st_mtim.tv_sec, info.st_mtim.tv_nsec)
    if let seen, seen == now { return }
    holders = (try? AddressPool.read(path)) ?? [:]
    addresses = [:]
    for (address, holder) in holders {
      for name in holder.names { addresses[name.lowercased(), default: []].append(address) }
    }
    seen = now
  }
}

extension IPAddress {
  /// The address a reverse query is about: `2.0.18.172.in-addr.arpa`, or 32 digits and `ip6.arpa`.
  package init?(reverseName: String) {
    let parts = reverseName.split(separator: ".").map(String.init)
    if reverseName.hasSuffix(".in-addr.arpa"), parts.count == 6 {
      self.init(parts[..<4].reversed().joined(separator: "."))
    } else if reverseName.hasSuffix(".ip6.arpa"), parts.count == 34 {
      let digits = parts[..<32].reversed().compactMap { UInt8($0, radix: 16) }
      guard digits.count == 32, digits.allSatisfy({ $0 < 16 }) else { return nil }
      self.init(bytes: (0..<16).map { digits[$0 * 2] << 4 | digits[$0 * 2 + 1] })
    } else {
      return nil
    }
  }
}
