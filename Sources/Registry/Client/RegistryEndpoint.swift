import HTTP
import Images

/// One server that speaks the distribution protocol for some names.
package struct RegistryEndpoint: Sendable, Hashable {
  /// `HOST[:PORT]` as connections are made to it.
  package var authority: String
  /// The path before `/v2/`, for a mirror below another server's path.
  var prefix = ""
  /// What the user calls it, and keeps credentials under: `docker.io` for Docker Hub.
  package var domain: String
  var trust: ServerTrust
  /// Whether it may be spoken to without TLS, or with a certificate nobody knows.
  var isInsecure: Bool
  var isMirror = false
  /// Given by a mirror's URL; else found out by trying.
  var scheme: String?

  /// The servers to ask for images of `domain`, mirrors first; only the last of them takes pushes.
  package static func all(
    for domain: String, _ configuration: RegistryConfiguration
  ) -> [RegistryEndpoint] {
    let own = RegistryEndpoint(
      authority: domain == Self.hub ? Self.hubServer : domain, domain: domain,
      trust: configuration.trust(domain), isInsecure: configuration.isInsecure(domain))
    guard domain == Self.hub else { return [own] }
    return configuration.mirrors.compactMap { mirror($0, configuration) } + [own]
  }

  private static func mirror(
    _ url: String, _ configuration: RegistryConfiguration
  ) -> RegistryEndpoint? {
    let scheme = ["https", "http"].first { url.hasPrefix($0 + "://") }
    let rest = scheme.map { url.dropFirst($0.count + 3) } ?? url[...]
    let authority = String(rest.prefix { $0 != "/" })
    guard HTTPOrigin.split(authority) != nil else { return nil }
    var prefix = String(rest.dropFirst(authority.count))
    while prefix.hasSuffix("/") { prefix.removeLast() }
    return RegistryEndpoint(
      authority: authority, prefix: prefix, domain: authority,
      trust: configuration.trust(authority),
      isInsecure: scheme == "http" || configuration.isInsecure(authority), isMirror: true,
      scheme: scheme)
  }

  static let hub = "docker.io"
  private static let hubServer = "registry-1.docker.io"
}
