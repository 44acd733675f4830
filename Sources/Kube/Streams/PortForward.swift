// `portforward`: connections to ports of a pod, carried in the client's own.
//
// kubectl speaks SPDY, in the messages of a WebSocket or after an upgrade: for each connection a pair of
// streams with the same number, one for data and one for what went wrong. Other clients open a
// WebSocket of numbered channels: two for each port, data and errors, each of which begins with the
// port's number.
//
// Next: SPDYConnection.swift, PodDial.swift.

import Documents
import Engine
import Glibc
import HTTP
import Linux
import Support
import Synchronization

/// Forwards ports of pods.
struct PortForward: Sendable {
  let root: String
  let instance: String
  let dial: PodDial

  private static let spdy = "portforward.k8s.io"
  private static let tunnelled = "SPDY/3.1+portforward.k8s.io"
  private static let channels = "v4.channel.k8s.io"

  /// The answer to `…/portforward`.
  func answer(_ request: HTTPRequest, _ pod: JSONValue) throws -> HTTPResponse {
    let engine = try Engine(root: DataRoot(path: root), instance: instance, creating: false)
    let sandbox = try engine.containers().compactMap(ObservedContainer.init).first {
      $0.podUID == pod.uid && $0.name == ObservedContainer.sandbox && $0.state == .running
    }
    guard let pid = sandbox?.pid, pid > 0 else {
      throw APIError.internalError(
        "unable to forward port because pod is not running. Current status="
          + pod.text("status", "phase"))
    }
    let target = Target(pid: pid, pod: pod.name, uid: pod.uid)
    if request.upgrade?.lowercased() == "spdy/3.1" {
      return HTTPResponse(
        .switchingProtocols,
        headers: [
          "Upgrade": "SPDY/3.1", "Connection": "Upgrade", "X-Stream-Protocol-Version": Self.spdy,
        ],
        body: .takeOver { stream in
          await serve(OctetLink(stream), target)
          await stream.close()
        })
    }
    let ports = request.query.all("ports").flatMap { $0.split(separator: ",") }
      .compactMap { UInt16($0) }
    let reply = try request.webSocket(protocols: [Self.tunnelled, Self.channels]) {
      socket, chosen in
      if chosen == Self.tunnelled {
        await serve(OctetLink(socket), target)
      } else {
        await serve(socket, ports, target)
      }
      await socket.close()
    }
    guard let reply else {
      throw APIError(400, "BadRequest", "unable to upgrade: unable to negotiate protocol")
    }
    return reply
  }

  private struct Target: Sendable {
    let pid: pid_t
    let pod: String
    let uid: String
  }

  private func problem(_ port: UInt16, _ target: Target, _ error: any Error) -> [UInt8] {
    let cause = (error as? SyscallError).map { String(cString: strerror($0.errno)).lowercased() }
    return Array(
      ("error forwarding port \(port) to pod \(target.pod), uid \(target.uid): failed to connect to "
        + "localhost:\(port) inside namespace: \(cause ?? "\(error)")").utf8)
  }

  // MARK: SPDY

  private func serve(_ link: OctetLink, _ target: Target) async {
    let halves = Mutex<[String: SPDYStream]>([:])
    await withTaskGroup(of: Void.self) { group in
      try? await SPDYConnection(link: link).run { stream in
        let id = stream.headers["requestid"] ?? "\(stream.headers["port"] ?? "")"
        let other = halves.withLock { halves -> SPDYStream? in
          if let found = halves.removeValue(forKey: id) { return found }
          halves[id] = stream
          return nil
        }
        guard let other else { return }
        let (data, errors) = stream.kind == "data" ? (stream, other) : (other, stream)
        group.addTask { await forward(data, errors, target) }
      }
      group.cancelAll()
    }
  }

  private func forward(_ data: SPDYStream, _ errors: SPDYStream, _ target: Target) async {
    let port = UInt16(data.headers["port"] ?? "") ?? 0
    do {
      let server = try await dial.loopback(pid: target.pid, port: port)
      await withTaskGroup(of: Void.self) { group in
        group.addTask {
          for await bytes in data.input {
            guard (try? await server.write(bytes)) != nil else { return }
            data.consumed(bytes.count)
          }
          await server.endOutput()
        }
        group.addTask {
          while let bytes = try? await server.read() {
            guard (try? await data.send(bytes)) != nil else { break }
          }
          await data.end()
        }
        // When the server has said all, nothing that is still sent to it matters.
        await group.next()
        if data.hasEnded { group.cancelAll() }
      }
      await server.close()
    } catch {
      try? await errors.send(problem(port, target, error))
    }
    await data.end()
    await errors.end()
  }

  // MARK: Channels

  private func serve(_ socket: WebSocket, _ ports: [UInt16], _ target: Target) async {
    var servers: [UInt8: ByteStream] = [:]
    await withTaskGroup(of: Void.self) { group in
      for (index, port) in ports.prefix(100).enumerated() {
        let (data, errors) = (UInt8(index * 2), UInt8(index * 2 + 1))
        let number = [UInt8(port & 255), UInt8(port >> 8)]
        for channel in [data, errors] {
          try? await socket.send(.binary([channel] + number))
        }
        do {
          let server = try await dial.loopback(pid: target.pid, port: port)
          servers[data] = server
          group.addTask {
            while let bytes = try? await server.read() {
              guard (try? await socket.send(.binary([data] + bytes))) != nil else { return }
            }
            // These channels have no end of their own.
            if ports.count == 1 { await socket.close() }
          }
        } catch {
          try? await socket.send(.binary([errors] + problem(port, target, error)))
        }
      }
      while let message = try? await socket.receive() {
        guard case .binary(let bytes) = message, let channel = bytes.first else { continue }
        try? await servers[channel]?.write(Array(bytes.dropFirst()))
      }
      for server in servers.values { await server.close() }
      group.cancelAll()
    }
  }
}
