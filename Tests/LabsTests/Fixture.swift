import Documents
import Support

@testable import Labs

/// Building blocks for snapshots.
enum Fixture {
  static func container(
    image: String = "nginx", status: String = "running", exit: Int = 0, error: String = "",
    command: [String] = ["nginx"], ports: [Int: Int] = [:], exposed: [Int] = [],
    env: [String] = [], tty: Bool = false, memoryKill: Bool = false, labels: [String: String] = [:]
  ) -> JSONValue {
    let bindings = JSONObject(
      ports.map { ("\($0.key)/tcp", JSONValue.array([["HostIp": "", "HostPort": "\($0.value)"]])) })
    return [
      "Id": .string(String(repeating: "a1", count: 32)), "Image": .string("sha256:\(image)"),
      "Path": .string(command.first ?? ""),
      "Args": .array(command.dropFirst().map { .string($0) }),
      "State": [
        "Status": .string(status), "ExitCode": .integer(Int64(exit)), "Error": .string(error),
        "OOMKilled": .bool(memoryKill), "Pid": 100,
      ],
      "HostConfig": ["PortBindings": .object(bindings), "Memory": 0],
      "NetworkSettings": ["Ports": .object(status == "running" ? bindings : [:])],
      "Config": [
        "Image": .string(image), "Tty": .bool(tty), "OpenStdin": .bool(tty),
        "Env": .array(env.map { .string($0) }),
        "Labels": .object(JSONObject(labels.map { ($0.key, .string($0.value)) })),
        "ExposedPorts": .object(JSONObject(exposed.map { ("\($0)/tcp", [:]) })),
      ],
    ]
  }

  static func image(_ name: String, size: Int64 = 1000) -> JSONValue {
    [
      "Id": .string("sha256:\(name)"), "RepoTags": [.string(ImageView.withTag(name))],
      "Size": .integer(size), "RootFS": ["Layers": ["sha256:1", "sha256:2"]],
      "Config": ["Cmd": ["nginx"]],
    ]
  }

  /// Events in order, a second apart: `container.create web1 image=nginx`.
  static func journal(_ lines: String...) -> [JournalEvent] {
    lines.enumerated().map { number, line in
      let tokens = InfoString.tokens(line)
      let kind = tokens[0].split(separator: ".").map(String.init)
      var attributes: [String: String] = [:]
      var name = ""
      for token in tokens.dropFirst() {
        if let equals = token.firstIndex(of: "="), !token.hasPrefix("-") {
          attributes[String(token[..<equals])] = String(token[token.index(after: equals)...])
        } else {
          name = token
        }
      }
      return JournalEvent(
        time: Int64(number + 1) * 1_000_000_000, type: kind[0], action: kind[1], name: name,
        attributes: attributes)
    }
  }

  /// The verdict of one check, written as in a lab.
  static func verdict(_ yaml: String, _ snapshot: Snapshot) throws -> Verdict {
    let fence = Fence(
      kind: "check", words: [], attributes: [:], body: yaml + "\n",
      location: SourceLocation(file: "lab.md", line: 1, column: 1))
    let read = CheckReader.read(fence, file: "lab.md")
    if let problem = read.diagnostics.first { throw problem.error }
    let (check, fields) = CheckReader.check(
      read.sources[0], Variables(values: ["port": "8080", "kernel": "6.1.0"]))
    guard let check else { throw fields.diagnostics[0].error }
    return Evaluation.verdicts(for: [check], in: snapshot)[0]
  }
}
