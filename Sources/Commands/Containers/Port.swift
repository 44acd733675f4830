import ArgumentParser
import Networks
import Support

struct Port: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "port", abstract: "List port mappings or a specific mapping for the container",
    usage: "\(ProgramName.current) port CONTAINER [PRIVATE_PORT[/PROTO]]")

  @Argument(completion: Completion.runningContainers) var container: String
  @Argument var privatePort: String?

  func run() throws {
    let engine = try openEngine()
    let record = try engine.container(container)
    for line in try PortLines.lines(record.state.ports, asked: privatePort, of: container) {
      print(line)
    }
  }
}

/// What `docker port` prints.
enum PortLines {
  static func lines(
    _ bindings: [PortBinding], asked: String?, of container: String
  ) throws -> [String] {
    let sorted = bindings.sorted { left, right in
      (left.containerPort, left.protocol.rawValue, left.hostIP)
        < (right.containerPort, right.protocol.rawValue, right.hostIP)
    }
    guard let asked else {
      return sorted.map { "\($0.containerPort)/\($0.protocol.rawValue) -> \(host($0))" }
    }
    let wanted = try PortRequest.parseExposed(asked)
    let found = sorted.filter { binding in
      wanted.contains { $0.port == binding.containerPort && $0.protocol == binding.protocol }
    }
    guard !found.isEmpty else {
      let name = asked.contains("/") ? asked : "\(asked)/tcp"
      throw DklabError(
        .notFound, id: "port.not-published",
        Text(
          "no public port '\(name)' published for \(container)",
          ko: "컨테이너 \(container)에 게시된 포트 '\(name)'이(가) 없습니다"))
    }
    return found.map(host)
  }

  private static func host(_ binding: PortBinding) -> String {
    let ip = binding.hostIP.contains(":") ? "[\(binding.hostIP)]" : binding.hostIP
    return "\(ip):\(binding.hostPort)"
  }
}
