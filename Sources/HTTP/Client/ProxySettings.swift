import AsyncHTTPClient
import Glibc
import Linux

/// Which requests go through a proxy, by the variables that curl and docker read.
package struct ProxySettings: Sendable {
  /// One proxy.
  struct Proxy: Sendable {
    var host: String
    var port: Int
    var authorization: HTTPClient.Authorization?
  }

  private let secure: Proxy?
  private let plain: Proxy?
  private let exceptions: [String]

  /// As the environment says.
  package init() {
    self.init { name in getenv(name).map { String(cString: $0) } }
  }

  /// As `variable` says. Of a name in both cases, the small one goes first; HTTP_PROXY counts only
  /// in small letters, since a web server gives it to CGI programs from a header.
  init(_ variable: (String) -> String?) {
    secure = (variable("https_proxy") ?? variable("HTTPS_PROXY")).flatMap(Proxy.init)
    plain = variable("http_proxy").flatMap(Proxy.init)
    exceptions = (variable("no_proxy") ?? variable("NO_PROXY") ?? "")
      .split { $0 == "," || $0 == " " }.map { $0.lowercased() }
  }

  func proxy(for host: String, isSecure: Bool) -> Proxy? {
    guard let proxy = isSecure ? secure : plain, !isExempt(host.lowercased()) else { return nil }
    return proxy
  }

  private func isExempt(_ host: String) -> Bool {
    if host == "localhost" || IPAddress(host)?.isLoopback == true { return true }
    return exceptions.contains { exception in
      if exception == "*" { return true }
      let suffix = exception.hasPrefix(".") ? exception : "." + exception
      return host == suffix.dropFirst() || host.hasSuffix(suffix)
    }
  }
}

extension ProxySettings.Proxy {
  /// `http://user:password@host:port`, or the shorter forms of it.
  init?(_ text: String) {
    let url = text.contains("://") ? text : "http://" + text
    guard let origin = HTTPOrigin(url), !origin.isSecure else { return nil }
    host = origin.host
    port = origin.port
    let authority = url.dropFirst("http://".count).prefix { $0 != "/" }
    if let at = authority.lastIndex(of: "@") {
      let parts = authority[..<at].split(separator: ":", maxSplits: 1).map(String.init)
      authorization = .basic(username: parts[0], password: parts.count > 1 ? parts[1] : "")
    }
  }
}
