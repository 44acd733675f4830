// Which registries there are besides the names in images, and whom to believe about them.
//
//   registry-mirrors        asked before Docker Hub, in this order
//   insecure-registries     may have any certificate, or none: names, NAME:PORT, or addresses and
//                           networks (10.0.0.0/8). localhost and 127.0.0.0/8 are, as in docker
//
// Both keys are docker's own (daemon.json). They are read from /etc/docker/daemon.json, then from
// DKLAB_ROOT/registries.json, and DKLAB_REGISTRY_MIRRORS and DKLAB_INSECURE_REGISTRIES (separated by
// commas) add to them. Certificates of a registry's own authority lie where docker wants them:
// certs.d/HOST:PORT/*.crt, with a pair NAME.cert and NAME.key to show to the server.
//
// Next: RegistryEndpoint.swift.

import Documents
import Glibc
import HTTP
import Images
import Linux
import Support

/// What the user decided about registries.
package struct RegistryConfiguration: Sendable {
  package var mirrors: [String] = []
  package var insecure: [String] = []
  var certificateDirectories: [String] = []

  package init() {}

  /// As files and environment say; `root` is the DKLAB_ROOT.
  ///
  /// Throws when a file is there and is no JSON.
  package init(root: String) throws {
    for path in ["/etc/docker/daemon.json", root + "/registries.json"] where File.exists(path) {
      let json = try JSONValue.parse(try File.read(path, limit: 1 << 20), file: path)
      mirrors += Self.strings(json["registry-mirrors"])
      insecure += Self.strings(json["insecure-registries"])
    }
    mirrors += Self.list("DKLAB_REGISTRY_MIRRORS")
    insecure += Self.list("DKLAB_INSECURE_REGISTRIES")
    let own = Self.variable("XDG_CONFIG_HOME") ?? (Self.variable("HOME") ?? "/root") + "/.config"
    certificateDirectories = [
      own + "/docker/certs.d", "/etc/docker/certs.d", "/etc/containers/certs.d",
    ]
  }

  /// Whether `domain` (`HOST[:PORT]`) may be talked to without a certificate one can believe.
  package func isInsecure(_ domain: String) -> Bool {
    guard let (host, _) = HTTPOrigin.split(domain) else { return false }
    let address = IPAddress(host)
    if host == "localhost" || address?.isLoopback == true { return true }
    return insecure.contains { entry in
      if entry == domain || entry == host { return true }
      guard case .v4(let address) = address else { return false }
      let parts = entry.split(separator: "/")
      guard parts.count == 2, let network = IPv4Address(String(parts[0])),
        let length = Int(parts[1]), (0...32).contains(length)
      else { return false }
      let mask = length == 0 ? 0 : UInt32.max << UInt32(32 - length)
      return address.value & mask == network.value & mask
    }
  }

  /// Whom to believe about `domain`.
  func trust(_ domain: String) -> ServerTrust {
    var trust = ServerTrust()
    for directory in certificateDirectories.map({ "\($0)/\(domain)" })
    where File.isDirectory(directory) {
      let names = (try? Directory.list(directory)) ?? []
      trust.authorities += names.filter { $0.hasSuffix(".crt") }.map { "\(directory)/\($0)" }
      for name in names where name.hasSuffix(".cert") && trust.identity == nil {
        let key = name.dropLast(5) + ".key"
        guard names.contains(String(key)) else { continue }
        trust.identity = .init(certificate: "\(directory)/\(name)", key: "\(directory)/\(key)")
      }
    }
    return trust
  }

  private static func strings(_ value: JSONValue?) -> [String] {
    value?.array?.compactMap(\.string) ?? []
  }

  private static func list(_ name: String) -> [String] {
    (variable(name) ?? "").split { $0 == "," || $0 == " " }.map(String.init)
  }

  private static func variable(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
  }
}
