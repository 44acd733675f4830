import Glibc
import Linux
import Networks
import Support

/// The network as a process of another engine's container sees it. Needs power over its network
/// namespace.
package enum ProcessNetwork {
  /// The addresses `host` has for process `pid`: from the hosts file of its container, then from the
  /// name server there; empty when nobody has that name.
  package static func addresses(
    of host: String, hosts file: String?, pid: pid_t
  ) throws -> [String] {
    if let address = address(of: host, in: file ?? "") { return [address] }
    return (try NameQuery.addresses(of: host, pid: pid) ?? []).map(\.description).sorted()
  }

  /// What comes of a TCP connection to `host`; see `Engine.reach`.
  package static func reach(
    _ host: String, port: UInt16, hosts file: String?, pid: pid_t
  ) throws -> String {
    let address =
      IPv4Address(host) == nil ? try addresses(of: host, hosts: file, pid: pid).first : host
    guard let address else { return NameQuery.Reach.unknown.rawValue }
    return try NameQuery.reach(address, port: port, pid: pid).rawValue
  }

  /// The address `host` has in a hosts file (hosts(5)).
  static func address(of host: String, in file: String) -> String? {
    for line in ((try? File.text(file, limit: 1 << 20)) ?? "").split(separator: "\n") {
      let words = line.prefix { $0 != "#" }.split { $0 == " " || $0 == "\t" }.map(String.init)
      if words.dropFirst().contains(host), let address = words.first { return address }
    }
    return nil
  }
}
