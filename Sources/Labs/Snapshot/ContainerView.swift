import Documents
import Support

/// A container's `docker inspect` document, read by meaning.
struct ContainerView {
  let name: String
  let inspect: JSONValue

  var id: String { inspect["Id"]?.string ?? "" }
  var status: String { inspect["State"]?["Status"]?.string ?? "" }
  var isRunning: Bool { status == "running" || status == "paused" }
  /// Whether its process has come to an end, or never got as far as running: Docker leaves a
  /// container whose program was not found in the state `created`, with the status 127.
  var hasEnded: Bool {
    status == "exited" || status == "dead" || (status == "created" && exitCode != 0)
  }

  var exitCode: Int { inspect["State"]?["ExitCode"]?.int ?? 0 }
  var error: String { inspect["State"]?["Error"]?.string ?? "" }
  var wasKilledForMemory: Bool { inspect["State"]?["OOMKilled"]?.bool ?? false }
  /// The image as the student wrote it, and its id.
  var image: String { inspect["Config"]?["Image"]?.string ?? "" }
  var imageID: String { inspect["Image"]?.string ?? "" }
  var hasTerminal: Bool { inspect["Config"]?["Tty"]?.bool ?? false }
  var keepsInputOpen: Bool { inspect["Config"]?["OpenStdin"]?.bool ?? false }

  /// The command line: program and arguments.
  var command: [String] {
    let program = inspect["Path"]?.string.map { [$0] } ?? []
    return program + (inspect["Args"]?.array ?? []).compactMap(\.string)
  }

  /// Whether it was run in the foreground, with its output in the student's terminal.
  var isAttached: Bool { inspect["Config"]?["AttachStdout"]?.bool ?? false }
  /// Nanoseconds between its last start and its end; 0 when it has not ended.
  var lifetime: Int64 {
    let finished = inspect["State"]?["FinishedAt"]?.string.flatMap(RFC3339.nanoseconds) ?? 0
    return max(0, finished - (startedAt ?? finished))
  }

  /// When it was last started; nil when it never was.
  var startedAt: Int64? {
    inspect["State"]?["StartedAt"]?.string.flatMap(RFC3339.nanoseconds).flatMap {
      $0 > 0 ? $0 : nil
    }
  }

  /// The names of its environment variables.
  var environmentNames: [String] {
    (inspect["Config"]?["Env"]?.array ?? []).compactMap(\.string)
      .map { String($0.prefix { $0 != "=" }) }
  }

  /// Environment settings, `KEY` to value.
  func environment(_ key: String) -> String? {
    let entries = inspect["Config"]?["Env"]?.array ?? []
    return entries.compactMap(\.string).first { $0.hasPrefix(key + "=") }
      .map { String($0.dropFirst(key.count + 1)) }
  }

  func label(_ key: String) -> String? { inspect["Config"]?["Labels"]?[key]?.string }

  /// One published port.
  struct Binding: Hashable {
    var containerPort: Int
    var proto: String
    var hostPort: Int
    /// The address of the host it is bound to; empty for all.
    var address = ""
  }

  /// What the student asked for with `-p`; a host port the engine chose itself is filled in.
  var bindings: [Binding] {
    let asked = Self.bindings(inspect["HostConfig"]?["PortBindings"])
    let given = Self.bindings(inspect["NetworkSettings"]?["Ports"])
    let known = Set(given.map { [$0.containerPort, $0.hostPort] })
    return given
      + asked.filter { $0.hostPort != 0 && !known.contains([$0.containerPort, $0.hostPort]) }
  }

  private static func bindings(_ ports: JSONValue?) -> [Binding] {
    (ports?.object ?? [:]).flatMap { key, value -> [Binding] in
      let parts = key.split(separator: "/")
      guard let port = parts.first.flatMap({ Int($0) }) else { return [] }
      var seen: Set<Int> = []
      return (value.array ?? []).compactMap { binding in
        let host = binding["HostPort"]?.string.flatMap { Int($0) } ?? binding["HostPort"]?.int ?? 0
        // The same binding for IPv4 and IPv6 is one.
        guard seen.insert(host).inserted else { return nil }
        return Binding(
          containerPort: port, proto: parts.count > 1 ? String(parts[1]) : "tcp", hostPort: host,
          address: binding["HostIp"]?.string ?? "")
      }
    }
  }

  /// Ports that image or command line declare with EXPOSE.
  var exposedPorts: [Int] {
    (inspect["Config"]?["ExposedPorts"]?.object?.keys ?? [])
      .compactMap { $0.split(separator: "/").first.flatMap { Int($0) } }.sorted()
  }
}
