import Support

/// Where an API listens or is found: a Unix socket or a TCP address, in the spelling of
/// `docker -H` and `DOCKER_HOST` (`unix:///run/dklab.sock`, `tcp://127.0.0.1:2375`).
package enum ListenAddress: Equatable, Sendable, CustomStringConvertible {
  case unix(path: String)
  case tcp(host: String, port: Int)

  /// Reads `text`; a bare absolute path is a Unix socket. IPv6 hosts stand in brackets, port 0
  /// asks for a free one.
  ///
  /// - Throws: ``DklabError`` `invalid` with the accepted forms, for anything else.
  package init(_ text: String) throws {
    if text.hasPrefix("/") {
      self = .unix(path: text)
    } else if text.hasPrefix("unix://"), text.dropFirst(7).hasPrefix("/") {
      self = .unix(path: String(text.dropFirst(7)))
    } else if text.hasPrefix("tcp://"), let (host, port) = Self.hostAndPort(text.dropFirst(6)) {
      self = .tcp(host: host, port: port)
    } else {
      throw DklabError(
        .invalid, id: "http.address",
        Text(
          "listen address: `\(text)`: not an address", ko: "수신 주소: `\(text)`: 주소가 아닙니다"),
        hint: Text(
          "write unix:///PATH or tcp://HOST:PORT, for example tcp://127.0.0.1:2375",
          ko: "unix:///경로 또는 tcp://호스트:포트로 쓰세요. 예: tcp://127.0.0.1:2375"))
    }
  }

  package var description: String {
    switch self {
    case .unix(let path): "unix://\(path)"
    case .tcp(let host, let port): "tcp://\(host.contains(":") ? "[\(host)]" : host):\(port)"
    }
  }

  /// Whether only this machine can reach it.
  package var isLocal: Bool {
    switch self {
    case .unix: true
    case .tcp(let host, _): host == "localhost" || host == "::1" || host.hasPrefix("127.")
    }
  }

  private static func hostAndPort(_ text: Substring) -> (String, Int)? {
    guard let colon = text.lastIndex(of: ":"),
      let port = UInt16(text[text.index(after: colon)...])
    else { return nil }
    var host = text[..<colon]
    if host.hasPrefix("["), host.hasSuffix("]") {
      host = host.dropFirst().dropLast()
    } else if host.contains(":") {
      return nil
    }
    return host.isEmpty || host.contains("/") ? nil : (String(host), Int(port))
  }
}
