import Linux
import Support

/// /etc/resolv.conf of a container (resolv.conf(5)): whom to ask for the addresses of names.
package struct ResolverConfiguration: Codable, Sendable, Hashable {
  package var servers: [String] = []
  package var search: [String] = []
  package var options: [String] = []

  /// What the user said: `--dns`, `--dns-search`, `--dns-option`.
  package init(servers: [String] = [], search: [String] = [], options: [String] = []) {
    self.servers = servers
    self.search = search
    self.options = options
  }

  /// Reads a resolv.conf; of lines that may stand only once the last counts, as in the C library.
  init(parsing text: String) {
    for line in text.split(separator: "\n") {
      let code = line.prefix { $0 != "#" && $0 != ";" }
      let words = code.split { $0 == " " || $0 == "\t" }.map(String.init)
      switch words.first {
      case "nameserver" where words.count > 1: servers.append(words[1])
      case "search", "domain": search = Array(words.dropFirst())
      case "options": options += words.dropFirst()
      default: break
      }
    }
  }

  /// The resolvers Docker falls back on too, when the host's are of no use to a container.
  static let publicServers = ["8.8.8.8", "8.8.4.4"]

  /// The file for a container: what the user said, and for the rest what the host has.
  ///
  /// A resolver on the host's loopback cannot be reached from a container. systemd-resolved is one;
  /// the resolvers it uses itself stand in a file of its own. Other such addresses are left out,
  /// and when none remains, public ones are named. With `isHost` (`--network host`) the host's own
  /// hold.
  package func file(isHost: Bool = false) -> String {
    file(isHost: isHost) { try? File.text($0, limit: 1 << 20) }
  }

  /// The file for a container on a network that a user made: its names are resolved at 127.0.0.11,
  /// by its monitor, which asks `servers` for all others.
  package func file(isEmbedded: Bool) -> String {
    let own = ResolverConfiguration(
      parsing: (try? File.text("/etc/resolv.conf", limit: 1 << 20)) ?? "")
    var result = ResolverConfiguration(servers: [NameServer.address.description])
    result.search = search.isEmpty ? own.search : search
    result.options = options.isEmpty ? own.options : options
    // A name without a dot is asked for as it is before any domain is put behind it.
    if !result.options.contains(where: { $0.hasPrefix("ndots:") }) {
      result.options.append("ndots:0")
    }
    return result.text
  }

  /// The resolvers of the host as the host itself asks them, IPv4 only.
  static func hostServers() -> [String] {
    let own = ResolverConfiguration(
      parsing: (try? File.text("/etc/resolv.conf", limit: 1 << 20)) ?? "")
    let known = own.servers.filter { IPv4Address($0) != nil }
    return known.isEmpty ? publicServers : known
  }

  /// `file`, with the host's files read by `read`.
  func file(isHost: Bool, read: (String) -> String?) -> String {
    let own = ResolverConfiguration(parsing: read("/etc/resolv.conf") ?? "")
    var result = self
    if result.servers.isEmpty {
      result.servers = isHost ? own.servers : ResolverConfiguration.reachable(own.servers, read)
    }
    if result.search.isEmpty { result.search = own.search }
    if result.options.isEmpty { result.options = own.options }
    return result.text
  }

  private static func reachable(_ servers: [String], _ read: (String) -> String?) -> [String] {
    let direct = servers.filter(isReachable)
    guard direct.isEmpty else { return direct }
    let systemd = read("/run/systemd/resolve/resolv.conf") ?? ""
    let indirect = ResolverConfiguration(parsing: systemd).servers.filter(isReachable)
    return indirect.isEmpty ? publicServers : indirect
  }

  /// IPv4 and not this machine itself: the instance's network has no IPv6.
  private static func isReachable(_ server: String) -> Bool {
    guard let address = IPAddress(server) else { return false }
    return !address.isV6 && !address.isLoopback && !address.isAny
  }

  private var text: String {
    var lines = servers.map { "nameserver \($0)" }
    // `--dns-search .` says: search nowhere.
    if !search.isEmpty && search != ["."] {
      lines.append("search " + search.joined(separator: " "))
    }
    if !options.isEmpty { lines.append("options " + options.joined(separator: " ")) }
    return lines.map { $0 + "\n" }.joined()
  }
}
