import Glibc
import Support

/// `--device HOST[:CONTAINER[:rwm]]`: a device of the host that a container shall have.
package struct DeviceRequest: Sendable, Hashable, Codable {
  package var hostPath: String
  package var containerPath: String
  package var access: DeviceRule.Access

  package init(hostPath: String, containerPath: String, access: DeviceRule.Access = .everything) {
    self.hostPath = hostPath
    self.containerPath = containerPath
    self.access = access
  }

  /// Reads the flag as docker does: of two parts, the second may be the access instead of a path.
  package init(parsing text: String) throws {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard (1...3).contains(parts.count), !parts.contains("") else {
      throw Self.invalid(text, Text("wrong number of parts", ko: "항목 수가 맞지 않습니다"))
    }
    var (host, container, access) = (parts[0], parts[0], DeviceRule.Access.everything)
    if parts.count == 2, let letters = DeviceRule.Access(letters: parts[1]) {
      access = letters
    } else if parts.count >= 2 {
      container = parts[1]
    }
    if parts.count == 3 {
      guard let letters = DeviceRule.Access(letters: parts[2]) else {
        throw Self.invalid(
          text, Text("bad mode specified: \(parts[2])", ko: "잘못된 접근 모드입니다: \(parts[2])"))
      }
      access = letters
    }
    for path in [host, container] where !path.hasPrefix("/") {
      throw Self.invalid(
        text, Text("\(path) is not an absolute path", ko: "\(path)은(는) 절대 경로가 아닙니다"))
    }
    while host.count > 1, host.hasSuffix("/") { host.removeLast() }
    self.init(hostPath: host, containerPath: container, access: access)
  }

  private static func invalid(_ text: String, _ why: Text) -> DklabError {
    DklabError(
      .invalid, id: "device.invalid",
      Text(
        "invalid device \"\(text)\": \(why.en)", ko: "잘못된 장치 지정입니다 \"\(text)\": \(why.ko)"),
      hint: Text(
        "HOST[:CONTAINER[:ACCESS]], where ACCESS is some of r, w and m",
        ko: "HOST[:CONTAINER[:ACCESS]] 형식이며 ACCESS는 r, w, m의 조합입니다"))
  }

  /// The nodes to make, and the rules that let them be used. A directory stands for the devices in
  /// it and below, as in Docker.
  package func resolve() throws -> [(node: DeviceNode, rule: DeviceRule)] {
    if let node = DeviceNode(hostPath: hostPath) { return [resolved(node, containerPath)] }
    guard File.isDirectory(hostPath) else {
      throw DklabError(
        .notFound, id: "device.not-found",
        Text(
          "error gathering device information: no device file at \(hostPath)",
          ko: "\(hostPath)에 장치 파일이 없습니다"))
    }
    return try devices(below: hostPath).map { node in
      resolved(node, containerPath + node.path.dropFirst(hostPath.count))
    }
  }

  private func devices(below directory: String) throws -> [DeviceNode] {
    try Directory.list(directory).flatMap { name -> [DeviceNode] in
      let path = "\(directory)/\(name)"
      if let node = DeviceNode(hostPath: path) { return [node] }
      let isLink = (try? File.link(path)) != nil
      return !isLink && File.isDirectory(path) ? try devices(below: path) : []
    }
  }

  private func resolved(_ node: DeviceNode, _ path: String) -> (DeviceNode, DeviceRule) {
    var node = node
    node.path = path
    return (node, DeviceRule(allow: true, node.kind, node.major, node.minor, access))
  }
}

extension DeviceRule {
  /// `--device-cgroup-rule "c 188:* rmw"`.
  package init(parsing text: String) throws {
    let words = text.split(separator: " ", omittingEmptySubsequences: false)
    let numbers =
      words.count == 3 ? words[1].split(separator: ":", omittingEmptySubsequences: false) : []
    guard numbers.count == 2, let kind = Kind(rawValue: String(words[0])), words[2].count <= 3,
      let access = Access(letters: words[2]), let major = Self.number(numbers[0]),
      let minor = Self.number(numbers[1])
    else {
      throw DklabError(
        .invalid, id: "device.rule",
        Text("invalid device cgroup format '\(text)'", ko: "잘못된 장치 cgroup 규칙입니다: '\(text)'"),
        hint: Text(
          "for example \"c 188:* rmw\": a, b or c, then major:minor, then some of r, w and m",
          ko: "예: \"c 188:* rmw\" (a, b, c 중 하나, major:minor, r·w·m의 조합)"))
    }
    self.init(allow: true, kind, major, minor, access)
  }

  /// A number or `*`; nil inside is the star, nil outside neither.
  private static func number(_ text: Substring) -> UInt32?? {
    if text == "*" { return .some(nil) }
    return UInt32(text).map { .some($0) }
  }
}
