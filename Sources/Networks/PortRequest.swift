import Linux
import Support

/// A port somebody asks to have published: one `-p`, after its container-port range was unrolled.
package struct PortRequest: Codable, Sendable, Hashable {
  /// Empty for all addresses, IPv4 and IPv6.
  package var hostIP: String
  /// The host ports that will do, lowest first; nil for any free one.
  package var hostPorts: ClosedRange<UInt16>?
  package var containerPort: UInt16
  package var `protocol`: PortProtocol

  package init(
    hostIP: String = "", hostPorts: ClosedRange<UInt16>? = nil, containerPort: UInt16,
    protocol: PortProtocol = .tcp
  ) {
    self.hostIP = hostIP
    self.hostPorts = hostPorts
    self.containerPort = containerPort
    self.protocol = `protocol`
  }

  /// Reads `-p`'s value: `[HOST-IP:][HOST-PORT[-END]:]CONTAINER-PORT[-END][/tcp|/udp]`, or Docker's
  /// long form `published=8080,target=80,protocol=tcp`.
  ///
  /// Two ranges of one length pair up; a host range with one container port means any of the range.
  /// Throws `DklabError` `port.invalid` or `port.address-invalid` in Docker's words.
  package static func parse(_ text: String) throws -> [PortRequest] {
    let short = text.contains("=") ? try shortForm(text) : text
    var rest = short[...]
    let transport = try takeProtocol(&rest)
    let containerText = String(takeLast(&rest) ?? "")
    guard !containerText.isEmpty else {
      throw PortError.invalid(
        "no port specified: \(text)<empty>", ko: "포트가 없습니다: \"\(text)\"")
    }
    let hostText = String(takeLast(&rest) ?? "")
    let hostIP = try address(rest)
    guard let container = range(containerText), container.lowerBound > 0 else {
      throw PortError.invalid(
        "invalid containerPort: \(containerText)", ko: "잘못된 컨테이너 포트입니다: \(containerText)")
    }
    // Port 0 means, as for bind(2), that any will do.
    let isOpen = hostText.isEmpty || hostText == "0"
    guard let host = isOpen ? container : range(hostText), isOpen || host.lowerBound > 0 else {
      throw PortError.invalid(
        "invalid hostPort: \(hostText)", ko: "잘못된 호스트 포트입니다: \(hostText)")
    }
    guard container.count == 1 || container.count == host.count else {
      throw PortError.invalid(
        "invalid ranges specified for container and host Ports: \(containerText) and \(hostText)",
        ko: "컨테이너와 호스트의 포트 범위가 맞지 않습니다: \(containerText), \(hostText)")
    }
    return container.enumerated().map { offset, port in
      let pairs = container.count > 1
      let hostPort = host.lowerBound + UInt16(pairs ? offset : 0)
      return PortRequest(
        hostIP: hostIP, hostPorts: isOpen ? nil : pairs ? hostPort...hostPort : host,
        containerPort: port, protocol: transport)
    }
  }

  /// A port as images and `--expose` write it: `80`, `80/tcp`, `8000-8010/udp`.
  package static func parseExposed(
    _ text: String
  ) throws -> [(port: UInt16, protocol: PortProtocol)] {
    var rest = text[...]
    let transport = try takeProtocol(&rest)
    guard let ports = range(String(rest)), ports.lowerBound > 0 else {
      throw PortError.invalid(
        "invalid range format for --expose: \(text)", ko: "--expose의 형식이 잘못되었습니다: \(text)")
    }
    return ports.map { ($0, transport) }
  }

  private static func takeProtocol(_ rest: inout Substring) throws -> PortProtocol {
    guard let slash = rest.lastIndex(of: "/") else { return .tcp }
    let name = rest[rest.index(after: slash)...]
    guard let known = PortProtocol(rawValue: name.lowercased()) else {
      throw PortError.invalid(
        "invalid proto: \(name) (accepted: tcp, udp)",
        ko: "잘못된 프로토콜입니다: \(name) (쓸 수 있는 값: tcp, udp)")
    }
    rest = rest[..<slash]
    return known
  }

  /// Cuts off what stands after the last colon outside brackets; nil when nothing is left.
  private static func takeLast(_ rest: inout Substring) -> Substring? {
    guard !rest.isEmpty, !rest.hasSuffix("]") else { return nil }
    guard let colon = rest.lastIndex(of: ":") else {
      defer { rest = "" }
      return rest
    }
    defer { rest = rest[..<colon] }
    return rest[rest.index(after: colon)...]
  }

  private static func address(_ text: Substring) throws -> String {
    var bare = text
    if bare.hasPrefix("[") && bare.hasSuffix("]") { bare = bare.dropFirst().dropLast() }
    if bare.isEmpty && text.isEmpty { return "" }
    guard let address = IPAddress(String(bare)) else {
      throw PortError.invalidAddress(String(text))
    }
    return address.description
  }

  private static func range(_ text: String) -> ClosedRange<UInt16>? {
    let ends = text.split(separator: "-", omittingEmptySubsequences: false)
    let isNumeric = ends.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy { (48...57).contains($0) } }
    guard isNumeric, (1...2).contains(ends.count), let first = UInt16(ends[0]),
      let last = UInt16(ends[ends.count - 1]), first <= last
    else { return nil }
    return first...last
  }

  /// The short form of `published=8080,target=80,protocol=tcp`.
  private static func shortForm(_ text: String) throws -> String {
    var fields: [String: String] = [:]
    for pair in text.split(separator: ",") {
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, ["published", "target", "protocol", "mode"].contains(parts[0]) else {
        throw PortError.invalid(
          "invalid publish opts format (should be name=value but got '\(pair)')",
          ko: "잘못된 포트 게시 형식입니다 (이름=값이어야 하는데 '\(pair)'입니다)")
      }
      fields[String(parts[0])] = String(parts[1])
    }
    let published = fields["published"].map { "\($0):" } ?? ""
    return "\(published)\(fields["target"] ?? "")/\(fields["protocol"] ?? "tcp")"
  }
}
