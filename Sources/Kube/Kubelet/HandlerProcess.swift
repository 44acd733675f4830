// What a probe or a lifecycle hook does, as a child process: a command in the container, a connection
// from inside the pod's network, a question to a gRPC server, a pause. A child that hangs holds up
// nothing, and can be ended.
//
// Simplification: the real kubelet connects from the node's network. A handler that names a host reaches
// what the pod itself would reach.
//
// Man pages: fork(2), setns(2), memfd_create(2). Next: HTTPQuestion.swift, ProbeRunner.swift, PodHooks.swift

import CLinux
import Documents
import Glibc
import Linux
import Support

/// Begins handlers: `exec`, `httpGet`, `tcpSocket`, `grpc`, `sleep`.
struct HandlerProcess {
  /// Where a pod listens: a process in its network, and its address there.
  struct Place {
    var pid: pid_t
    var address: String

    /// `host` is the address of a pod that shares the host's network.
    init(_ sandbox: ObservedContainer?, host: String) {
      pid = sandbox?.pid ?? 0
      address = sandbox.map { $0.address.isEmpty ? host : $0.address } ?? host
    }
  }

  /// A child that is under way.
  struct Running {
    var pid: pid_t
    var output: HandlerOutput
  }

  /// Starts a command in a container: its arguments after the program's name, and the file that takes
  /// what it prints.
  let execute: (_ container: String, _ command: [String], _ output: Int32) -> pid_t?

  /// How a child ends that has something to say and is well all the same.
  static let warning: Int32 = 3

  /// The process that carries out `handler`; it exits with 0 when all is well. Nil when it cannot be
  /// begun.
  func begin(
    _ handler: JSONValue, of container: JSONValue, id: String, place: Place, isHook: Bool = false
  ) -> Running? {
    guard let output = try? HandlerOutput() else { return nil }
    guard let pid = start(handler, of: container, id, place, isHook, output) else { return nil }
    return Running(pid: pid, output: output)
  }

  private func start(
    _ handler: JSONValue, of container: JSONValue, _ id: String, _ place: Place, _ isHook: Bool,
    _ output: HandlerOutput
  ) -> pid_t? {
    if let command = handler["exec"] {
      return execute(id, command.list("command").compactMap(\.string), output.number)
    }
    if let seconds = handler.number("sleep", "seconds") {
      return child {
        sleep(UInt32(clamping: seconds))
        return 0
      }
    }
    let action = handler["httpGet"] ?? handler["tcpSocket"] ?? handler["grpc"] ?? .null
    guard let port = Self.port(action["port"], container) else { return nil }
    let host = action.text("host").isEmpty ? place.address : action.text("host")
    return child {
      guard (try? NetworkNamespace(of: place.pid).enter()) != nil else { return 1 }
      if handler["httpGet"] != nil {
        var question = HTTPQuestion(action, port: port, address: place.address)
        question.takesAnyStatus = isHook
        switch question.ask() {
        case .fine: return 0
        case .warning(let text): return output.say(text, Self.warning)
        case .failure(let text): return output.say(text, 1)
        case .redirect: return 1
        }
      }
      do {
        let socket = try PodConnection(host: host, port: port).open()
        if handler["grpc"] == nil { return 0 }
        try setNonBlocking(socket.number, false)
        let answer = HealthQuestion(service: action.text("service"), port: port).ask(socket.number)
        return answer == 0
          ? 0 : output.say("service unhealthy (responded with \"NOT_SERVING\")", 1)
      } catch { return output.say(PodConnection.words(error), 1) }
    }
  }

  private func child(_ body: () -> Int32) -> pid_t? {
    let pid = fork()
    guard pid == 0 else { return pid > 0 ? pid : nil }
    dk_unblock_all_signals()
    _exit(body())
  }

  private static func port(_ value: JSONValue?, _ container: JSONValue) -> Int? {
    if let number = value?.int { return number }
    return container.list("ports").first { $0.text("name") == value?.string }?
      .number("containerPort")
  }
}

/// What a handler says: a file without a name, which its process writes and the kubelet reads.
final class HandlerOutput {
  private let file: FileDescriptor
  private static let limit = 10 << 10

  init() throws {
    file = FileDescriptor(owning: try check(dk_memfd_create("handler", 1), "memfd_create"))
  }

  var number: Int32 { file.number }

  /// For the child: what it has to say, and how it ends.
  func say(_ text: String, _ status: Int32) -> Int32 {
    try? writeAll(file.number, text)
    return status
  }

  /// For the kubelet: all that was said, up to a limit.
  var text: String {
    var buffer = [UInt8](repeating: 0, count: Self.limit)
    let count = pread(file.number, &buffer, buffer.count, 0)
    return String(decoding: buffer[..<max(0, count)], as: UTF8.self)
  }
}
