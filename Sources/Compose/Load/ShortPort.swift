import Documents
import Support

/// The short form of a published port: `[[HOST:]PUBLISHED:]TARGET[/PROTOCOL]`, with ranges.
enum ShortPort {
  /// The long forms of a short one: a range gives one for each port.
  ///
  /// - Throws: ``DklabError`` with the place of `node`.
  static func expand(_ node: YAMLNode, at path: ComposePath) throws -> [YAMLNode] {
    let text = node.text ?? ""
    let slash = text.lastIndex(of: "/")
    let transport = slash.map { text[text.index(after: $0)...].lowercased() } ?? "tcp"
    guard ["tcp", "udp", "sctp"].contains(transport) else {
      throw problem(node, path, "unknown protocol `\(transport)`", "알 수 없는 프로토콜 `\(transport)`")
    }
    var rest = slash.map { text[..<$0] } ?? text[...]
    var host: Substring?
    if rest.hasPrefix("["), let close = rest.firstIndex(of: "]") {
      host = rest[rest.index(after: rest.startIndex)..<close]
      rest = rest[rest.index(after: close)...].drop { $0 == ":" }
    }
    var parts = rest.split(separator: ":", omittingEmptySubsequences: false)
    if host == nil, parts.count == 3 { host = parts.removeFirst() }
    guard (1...2).contains(parts.count), let targets = range(parts[parts.count - 1]) else {
      throw problem(node, path, "not a port", "포트가 아닙니다")
    }
    var published: ClosedRange<Int>?
    if parts.count == 2, !parts[0].isEmpty {
      guard let found = range(parts[0]) else {
        throw problem(node, path, "not a port: `\(parts[0])`", "포트가 아닙니다: `\(parts[0])`")
      }
      published = found
    }
    if let published, published.count != targets.count, targets.count != 1 {
      throw problem(node, path, "the two ranges differ in length", "두 범위의 길이가 다릅니다")
    }
    return targets.enumerated().map { offset, target in
      var members: [(String, YAMLNode)] = [("mode", node.string("ingress"))]
      if let host, !host.isEmpty { members.append(("host_ip", node.string(String(host)))) }
      members.append(("target", node.plain("\(target)")))
      if let published {
        let isPool = targets.count == 1 && published.count > 1
        let value =
          isPool
          ? "\(published.lowerBound)-\(published.upperBound)" : "\(published.lowerBound + offset)"
        members.append(("published", node.string(value)))
      }
      members.append(("protocol", node.string(transport)))
      return node.object(members)
    }
  }

  private static func range(_ text: Substring) -> ClosedRange<Int>? {
    let ends = text.split(separator: "-", omittingEmptySubsequences: false)
      .map { UInt16($0).map(Int.init) }
    guard (1...2).contains(ends.count), let first = ends[0], let last = ends[ends.count - 1],
      first > 0, first <= last
    else { return nil }
    return first...last
  }

  private static func problem(
    _ node: YAMLNode, _ path: ComposePath, _ english: String, _ korean: String
  ) -> DklabError {
    node.error(
      "compose.port",
      Text(
        "\(path): invalid port `\(node.text ?? "")`: \(english)",
        ko: "\(path): 잘못된 포트 `\(node.text ?? "")`: \(korean)"),
      hint: Text(
        "write \"HOST:CONTAINER\", for example \"8000:80\"; ports are 1 to 65535",
        ko: "\"호스트:컨테이너\"로 쓰세요. 예: \"8000:80\". 포트는 1부터 65535까지입니다"))
  }
}
