/// Scheme, host and port of a URL: what decides whether credentials may go along.
package struct HTTPOrigin: Sendable, Hashable, CustomStringConvertible {
  package var isSecure: Bool
  /// Without the brackets of an IPv6 address.
  package var host: String
  package var port: Int

  /// Of an absolute `http` or `https` URL; nil for anything else.
  package init?(_ url: String) {
    guard let colon = url.range(of: "://") else { return nil }
    switch url[..<colon.lowerBound].lowercased() {
    case "http": isSecure = false
    case "https": isSecure = true
    default: return nil
    }
    var authority = url[colon.upperBound...].prefix { !["/", "?", "#"].contains($0) }
    if let at = authority.lastIndex(of: "@") {
      authority = authority[authority.index(after: at)...]
    }
    guard let (host, port) = Self.split(authority) else { return nil }
    self.host = host
    self.port = port ?? (isSecure ? 443 : 80)
  }

  /// `HOST`, `HOST:PORT`, `[IPv6]:PORT`; nil when the port is none or the host is missing.
  package static func split(_ authority: some StringProtocol) -> (host: String, port: Int?)? {
    var host = String(authority)
    var port: Int?
    if let colon = host.lastIndex(of: ":"), !host[colon...].contains("]") {
      guard let number = UInt16(host[host.index(after: colon)...]), number > 0 else { return nil }
      port = Int(number)
      host = String(host[..<colon])
    }
    if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
    return host.isEmpty ? nil : (host, port)
  }

  package var description: String {
    "\(isSecure ? "https" : "http")://\(host.contains(":") ? "[\(host)]" : host):\(port)"
  }

  /// The URL that `location`, absolute or a path, means in an answer from here.
  package func resolve(_ location: String) -> String {
    if location.contains("://") { return location }
    if location.hasPrefix("//") { return (isSecure ? "https:" : "http:") + location }
    return description + (location.hasPrefix("/") ? "" : "/") + location
  }
}

extension String {
  /// The first place where `text` stands.
  fileprivate func range(of text: String) -> Range<String.Index>? {
    var start = startIndex
    while start < endIndex {
      if self[start...].hasPrefix(text) { return start..<index(start, offsetBy: text.count) }
      start = index(after: start)
    }
    return nil
  }
}
