import Linux
import Support

/// The three files of /etc that the kit writes for every container (hosts(5), resolv.conf(5)).
package enum ContainerFiles {
  /// /etc/hostname.
  package static func hostname(_ name: String) -> String { name + "\n" }

  /// A name and an address, as `--add-host NAME:ADDRESS` gives them.
  package struct HostEntry: Codable, Sendable, Hashable {
    package var name: String
    package var address: String

    package init(name: String, address: String) {
      self.name = name
      self.address = address
    }

    /// Reads `NAME:ADDRESS` or `NAME=ADDRESS`; an IPv6 address may stand in brackets. Throws
    /// `network.host-invalid`.
    package init(parsing text: String) throws {
      let cut = text.firstIndex(of: "=") ?? text.firstIndex(of: ":") ?? text.endIndex
      var address = text[cut...].dropFirst()
      if address.hasPrefix("[") && address.hasSuffix("]") {
        address = address.dropFirst().dropLast()
      }
      guard cut > text.startIndex, cut < text.endIndex, !address.isEmpty else {
        throw DklabError(
          .invalid, id: "network.host-invalid",
          Text("bad format for add-host: \"\(text)\"", ko: "--add-host의 형식이 잘못되었습니다: \"\(text)\""),
          hint: Text("accepted: NAME:ADDRESS", ko: "쓸 수 있는 형식: 이름:주소"))
      }
      guard IPAddress(String(address)) != nil else {
        throw DklabError(
          .invalid, id: "network.host-invalid",
          Text(
            "invalid IP address in add-host: \"\(address)\"",
            ko: "--add-host의 IP 주소가 잘못되었습니다: \"\(address)\""))
      }
      name = String(text[..<cut])
      self.address = String(address)
    }
  }

  /// /etc/hosts as Docker writes it: the loopback names, `extra`, then the container's own address
  /// when it has one.
  package static func hosts(
    hostname: String, domain: String = "", address: IPv4Address?, extra: [HostEntry] = []
  ) -> String {
    hosts(
      hostname: hostname, domain: domain, addresses: address.map { ["\($0)"] } ?? [], extra: extra)
  }

  /// The same for a container with any number of addresses, of both families.
  package static func hosts(
    hostname: String, domain: String, addresses: [String], extra: [HostEntry]
  ) -> String {
    var lines = [
      "127.0.0.1\tlocalhost", "::1\tlocalhost ip6-localhost ip6-loopback",
      "fe00::\tip6-localnet", "ff00::\tip6-mcastprefix", "ff02::1\tip6-allnodes",
      "ff02::2\tip6-allrouters",
    ]
    lines += extra.map { "\($0.address)\t\($0.name)" }
    let names = domain.isEmpty ? hostname : "\(hostname).\(domain) \(hostname)"
    lines += addresses.map { "\($0)\t\(names)" }
    return lines.joined(separator: "\n") + "\n"
  }

  /// /etc/hosts of a step of a build as BuildKit writes it: in every network the same.
  package static func hosts(ofStep hostname: String, extra: [HostEntry]) -> String {
    let lines =
      ["127.0.0.1\tlocalhost \(hostname)", "::1\tlocalhost ip6-localhost ip6-loopback"]
      + extra.map { "\($0.address)\t\($0.name)" }
    return lines.map { $0 + "\n" }.text(separatedBy: "")
  }

  /// /etc/hosts for `--network host`: the host's own, and `extra`.
  package static func hostsOfHost(extra: [HostEntry] = []) -> String {
    let own = (try? File.text("/etc/hosts", limit: 1 << 20)) ?? ""
    let separator = own.isEmpty || own.hasSuffix("\n") ? "" : "\n"
    return own + separator + extra.map { "\($0.address)\t\($0.name)\n" }.joined()
  }
}
