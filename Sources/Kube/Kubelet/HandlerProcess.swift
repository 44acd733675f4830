// What a probe or a lifecycle hook does, as a child process: a command in the container, a connection
// from inside the pod's network, a question to a gRPC server, a pause. A child that hangs holds up
// nothing, and can be ended.
//
// Simplification: `scheme: HTTPS` only connects; the real kubelet speaks TLS and believes any
// certificate.
//
// Man pages: fork(2), setns(2). Next: ProbeRunner.swift, PodHooks.swift

import CLinux
import Documents
import Glibc
import Linux
import Support

/// Begins handlers: `exec`, `httpGet`, `tcpSocket`, `grpc`, `sleep`.
struct HandlerProcess {
  /// Starts a command in a container: its arguments after the program's name.
  let execute: (_ container: String, _ command: [String]) -> pid_t?

  /// The process that carries out `handler`; it exits with 0 when all is well. Nil when it cannot be
  /// begun. `network` is a process in the pod's network.
  func begin(_ handler: JSONValue, of container: JSONValue, id: String, network: pid_t) -> pid_t? {
    if let command = handler["exec"] {
      return execute(id, command.list("command").compactMap(\.string))
    }
    if let seconds = handler.number("sleep", "seconds") {
      return child {
        sleep(UInt32(clamping: seconds))
        return 0
      }
    }
    let action = handler["httpGet"] ?? handler["tcpSocket"] ?? handler["grpc"] ?? .null
    guard let port = Self.port(action["port"], container) else { return nil }
    let number = UInt16(clamping: port)
    if handler["grpc"] != nil {
      let question = HealthQuestion(service: action.text("service"), port: port)
      return child { Self.connect(network, number).map(question.ask) ?? 1 }
    }
    let request = handler["httpGet"].map { Array(Self.request($0, port).utf8) } ?? []
    return child {
      guard let descriptor = Self.connect(network, number) else { return 1 }
      return request.isEmpty ? 0 : Self.ask(descriptor, request)
    }
  }

  private func child(_ body: () -> Int32) -> pid_t? {
    let pid = fork()
    guard pid == 0 else { return pid > 0 ? pid : nil }
    dk_unblock_all_signals()
    _exit(body())
  }

  private static func request(_ action: JSONValue, _ port: Int) -> String {
    guard action.text("scheme") != "HTTPS" else { return "" }
    let host = action.text("host").isEmpty ? "localhost" : action.text("host")
    let path = action.text("path").isEmpty ? "/" : action.text("path")
    var headers = action.list("httpHeaders").map { ($0.text("name"), $0.text("value")) }
    for (name, value) in [
      ("Host", "\(host):\(port)"), ("User-Agent", "kube-probe/1.32"), ("Accept", "*/*"),
    ] where !headers.contains(where: { $0.0.lowercased() == name.lowercased() }) {
      headers.append((name, value))
    }
    headers.append(("Connection", "close"))
    return "GET \(path) HTTP/1.1\r\n" + headers.map { "\($0): \($1)\r\n" }.joined() + "\r\n"
  }

  private static func port(_ value: JSONValue?, _ container: JSONValue) -> Int? {
    if let number = value?.int { return number }
    return container.list("ports").first { $0.text("name") == value?.string }?
      .number("containerPort")
  }

  // MARK: In the child

  private static func connect(_ network: pid_t, _ port: UInt16) -> Int32? {
    guard (try? NetworkNamespace(of: network).enter()) != nil else { return nil }
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
    return connected == 0 ? descriptor : nil
  }

  private static func ask(_ descriptor: Int32, _ request: [UInt8]) -> Int32 {
    guard (try? request.withUnsafeBytes { try writeAll(descriptor, $0) }) != nil else { return 1 }
    var buffer = [UInt8](repeating: 0, count: 64)
    let count = read(descriptor, &buffer, buffer.count)
    guard count >= 12 else { return 1 }
    let words = String(decoding: buffer[..<count], as: UTF8.self).split(separator: " ")
    guard words.count >= 2, let status = Int(words[1].prefix(3)) else { return 1 }
    return (200..<400).contains(status) ? 0 : 1
  }
}
