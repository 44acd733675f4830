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

  /// Reads the flag as docker does, and refuses it in docker's words: of two parts, the second may be the
  /// access instead of a path.
  package init(parsing text: String) throws {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard (1...3).contains(parts.count), !parts[0].isEmpty else {
      throw Self.invalid("bad format for path: \(text)", ko: "잘못된 장치 지정입니다: \(text)")
    }
    var (host, container, access) = (parts[0], parts[0], DeviceRule.Access.everything)
    if parts.count == 2, let letters = Self.access(parts[1]) {
      access = letters
    } else if parts.count >= 2 {
      container = parts[1]
    }
    if parts.count == 3 {
      guard let letters = Self.access(parts[2]) else {
        throw Self.invalid("bad mode specified: \(parts[2])", ko: "잘못된 접근 모드입니다: \(parts[2])")
      }
      access = letters
    }
    for path in [container, host] where !path.hasPrefix("/") {
      throw Self.invalid("\(path) is not an absolute path", ko: "절대 경로가 아닙니다: \(path)")
    }
    while host.count > 1, host.hasSuffix("/") { host.removeLast() }
    self.init(hostPath: host, containerPath: container, access: access)
  }

  /// Each letter once.
  private static func access(_ text: String) -> DeviceRule.Access? {
    Set(text).count == text.count ? DeviceRule.Access(letters: text) : nil
  }

  private static func invalid(_ english: String, ko korean: String) -> DklabError {
    DklabError(
      .invalid, id: "device.invalid", Text(english, ko: korean),
      hint: Text(
        "HOST[:CONTAINER[:ACCESS]], where ACCESS is some of r, w and m",
        ko: "HOST[:CONTAINER[:ACCESS]] 형식이며 ACCESS는 r, w, m의 조합입니다"), exitStatus: 125)
  }

  /// A device of the host as the container shall have it.
  package struct Found: Sendable {
    /// Where it is on the host.
    package var source: String
    /// The node to make, under its path in the container.
    package var node: DeviceNode
    /// What lets it be used.
    package var rule: DeviceRule
  }

  /// The devices that are meant: a directory stands for those in it and below, as in Docker. Throws
  /// `DklabError` `device.not-found`, in dockerd's words, when there are none.
  package func resolve() throws -> [Found] {
    if let node = DeviceNode(hostPath: hostPath) { return [found(node, containerPath)] }
    guard File.exists(hostPath) else {
      throw notFound("no such file or directory", ko: "그런 파일이 없습니다")
    }
    let inside = containerPath.hasSuffix("/") ? containerPath.dropLast() : containerPath[...]
    let nodes = File.isDirectory(hostPath) ? try devices(below: hostPath) : []
    guard !nodes.isEmpty else { throw notFound("not a device node", ko: "장치 노드가 아닙니다") }
    return nodes.map { found($0, "\(inside)\($0.path.dropFirst(hostPath.count))") }
  }

  private func notFound(_ why: String, ko korean: String) -> DklabError {
    DklabError(
      .notFound, id: "device.not-found",
      Text(
        "error gathering device information while adding custom device \"\(hostPath)\": \(why)",
        ko: "--device로 준 \(hostPath)을(를) 쓸 수 없습니다: \(korean)"))
  }

  private func devices(below directory: String) throws -> [DeviceNode] {
    try Directory.list(directory).flatMap { name -> [DeviceNode] in
      // As Docker: terminals and shared memory are the container's own.
      if ["pts", "shm", "fd", "mqueue", ".lxc", ".lxd-mounts", ".udev"].contains(name) {
        return []
      }
      let path = "\(directory)/\(name)"
      if (try? File.link(path)) != nil || path == "/dev/console" { return [] }
      if let node = DeviceNode(hostPath: path) { return [node] }
      return File.isDirectory(path) ? try devices(below: path) : []
    }
  }

  private func found(_ node: DeviceNode, _ path: String) -> Found {
    var node = node
    let source = node.path
    node.path = path
    let rule = DeviceRule(allow: true, node.kind, node.major, node.minor, access)
    return Found(source: source, node: node, rule: rule)
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
