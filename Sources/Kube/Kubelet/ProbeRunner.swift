// Probes: whether a container has started, is ready, still lives. Each is a child process, so that
// one that hangs holds up nothing: a command in the container, or a connection from inside the pod's
// network.
//
// Man pages: fork(2), setns(2). Next: Kubelet.swift

import CLinux
import Documents
import Glibc
import Linux
import Support

/// The probes of all containers of a node.
final class ProbeRunner {
  private enum Kind: String, CaseIterable {
    case startup = "startupProbe"
    case liveness = "livenessProbe"
    case readiness = "readinessProbe"
  }

  private struct Watch {
    var pid: pid_t = 0
    var deadline: Int64 = 0
    var next: Int64 = 0
    var successes = 0
    var failures = 0
    /// What the probe says; nil until it has said anything.
    var result: Bool?
  }

  private var watches: [String: Watch] = [:]
  private let second: Int64 = 1_000_000_000
  /// Starts a command in a container: its arguments after the program's name.
  private let execute: (_ container: String, _ command: [String]) -> pid_t?

  init(execute: @escaping (String, [String]) -> pid_t?) {
    self.execute = execute
  }

  /// What the probes of a running container say now; begins those that are due. `again` is when to
  /// look next.
  func health(
    of container: JSONValue, _ observed: ObservedContainer, network: pid_t, now: Int64,
    again: inout Int64?
  ) -> (health: PodPlan.Health, failed: String?) {
    var health = PodPlan.Health()
    var failed: String?
    for kind in Kind.allCases {
      guard let probe = container[kind.rawValue] else { continue }
      // Until it has started nobody asks for more.
      if kind != .startup, !health.isStarted {
        if kind == .readiness { health.isReady = false }
        continue
      }
      let key = "\(observed.id)/\(kind.rawValue)"
      var watch = watches[key] ?? Watch()
      if watch.next == 0 {
        watch.next =
          observed.startedAt + Int64(probe.number("initialDelaySeconds") ?? 0) * second
      }
      collect(&watch, probe, now)
      if watch.pid == 0, now >= watch.next {
        start(&watch, probe, observed, network, container, now)
      }
      watches[key] = watch
      let due = watch.pid == 0 ? watch.next : min(now + second / 20, watch.deadline)
      again = min(again ?? .max, due)
      switch kind {
      case .startup:
        health.isStarted = watch.result == true
        if watch.result == false { health.mustRestart = true }
      case .readiness: health.isReady = watch.result == true
      case .liveness: if watch.result == false { health.mustRestart = true }
      }
      if watch.failures == 1 || watch.result == false { failed = kind.rawValue }
    }
    return (health, failed)
  }

  /// Forgets what is known of containers that are not there any more.
  func forget(except living: Set<String>) {
    watches = watches.filter { key, watch in
      if living.contains(String(key.prefix { $0 != "/" })) { return true }
      if watch.pid > 0 {
        kill(watch.pid, SIGKILL)
        waitpid(watch.pid, nil, 0)
      }
      return false
    }
  }

  private func collect(_ watch: inout Watch, _ probe: JSONValue, _ now: Int64) {
    guard watch.pid > 0 else { return }
    var status: Int32 = 0
    let ended = waitpid(watch.pid, &status, WNOHANG)
    if ended == 0 {
      guard now >= watch.deadline else { return }
      kill(watch.pid, SIGKILL)
      waitpid(watch.pid, &status, 0)
    }
    watch.pid = 0
    watch.next = now + Int64(probe.number("periodSeconds") ?? 10) * second
    if ended > 0, status == 0 {
      watch.successes += 1
      watch.failures = 0
      if watch.successes >= probe.number("successThreshold") ?? 1 { watch.result = true }
    } else {
      watch.failures += 1
      watch.successes = 0
      if watch.failures >= probe.number("failureThreshold") ?? 3 { watch.result = false }
    }
  }

  private func start(
    _ watch: inout Watch, _ probe: JSONValue, _ observed: ObservedContainer, _ network: pid_t,
    _ container: JSONValue, _ now: Int64
  ) {
    watch.deadline = now + Int64(probe.number("timeoutSeconds") ?? 1) * second
    if let command = probe["exec"] {
      watch.pid = execute(observed.id, command.list("command").compactMap(\.string)) ?? 0
    } else {
      watch.pid = connect(probe, network, container) ?? 0
    }
    if watch.pid == 0 { watch.next = now + second }
  }

  /// Connects from inside the pod's network, and for HTTP asks.
  private func connect(_ probe: JSONValue, _ network: pid_t, _ container: JSONValue) -> pid_t? {
    let action = probe["httpGet"] ?? probe["tcpSocket"] ?? probe["grpc"] ?? .null
    guard let port = Self.port(action["port"], container) else { return nil }
    var request = ""
    if probe["httpGet"] != nil {
      let host = action.text("host").isEmpty ? "localhost" : action.text("host")
      request = "GET \(action.text("path").isEmpty ? "/" : action.text("path")) HTTP/1.1\r\n"
      let headers = action.list("httpHeaders").map { "\($0.text("name")): \($0.text("value"))\r\n" }
      request += "Host: \(host):\(port)\r\nUser-Agent: kube-probe/1.32\r\nAccept: */*\r\n"
      request += headers.joined() + "Connection: close\r\n\r\n"
    }
    let bytes = Array(request.utf8)
    let pid = fork()
    guard pid == 0 else { return pid > 0 ? pid : nil }
    _exit(Self.ask(network, UInt16(clamping: port), bytes))
  }

  private static func port(_ value: JSONValue?, _ container: JSONValue) -> Int? {
    if let number = value?.int { return number }
    return container.list("ports").first { $0.text("name") == value?.string }?
      .number("containerPort")
  }

  /// In the child: 0 when all is well.
  private static func ask(_ network: pid_t, _ port: UInt16, _ request: [UInt8]) -> Int32 {
    guard (try? NetworkNamespace(of: network).enter()) != nil else { return 3 }
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    let connected = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard connected == 0 else { return 1 }
    if request.isEmpty { return 0 }
    guard (try? request.withUnsafeBytes { try writeAll(descriptor, $0) }) != nil else { return 1 }
    var buffer = [UInt8](repeating: 0, count: 64)
    let count = read(descriptor, &buffer, buffer.count)
    guard count >= 12 else { return 1 }
    let words = String(decoding: buffer[..<count], as: UTF8.self).split(separator: " ")
    guard words.count >= 2, let status = Int(words[1].prefix(3)) else { return 1 }
    return (200..<400).contains(status) ? 0 : 1
  }
}
