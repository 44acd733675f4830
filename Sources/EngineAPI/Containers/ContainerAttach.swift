// A client's streams and a container's, connected. Two tasks: one carries what is typed to the
// monitor, the other what the program writes to the client. The end of the input is not the end of the
// output; the end of the container is the end of both.
//
// Next: Runtime's Monitor+Clients.swift for the other end.

import Engine
import Glibc
import HTTP
import Linux
import Runtime
import Support

extension EngineAPI {
  func addStreamRoutes(_ router: inout Router) {
    router.on(.POST, "/containers/{id}/attach") { try await self.attach($0) }
    router.on(.GET, "/containers/{id}/attach/ws") { try await self.attachWebSocket($0) }
    router.on(.GET, "/containers/{id}/logs") { try await self.logs($0) }
    router.on(.POST, "/containers/{id}/wait") { try await self.wait($0) }
    router.on(.POST, "/containers/{id}/resize") { try await self.resize($0) }
  }

  /// What `attach` was asked to connect.
  struct AttachWish: Sendable {
    var bits: UInt8
    var logs: Bool
    var stream: Bool
    var detachKeys: [UInt8]

    init(_ query: QueryParameters) throws {
      bits =
        (query.flag("stdin") ? 1 : 0) | (query.flag("stdout") ? 2 : 0)
        | (query.flag("stderr") ? 4 : 0)
      logs = query.flag("logs")
      stream = query.flag("stream")
      detachKeys = try DetachKeyNames.parse(query["detachKeys"] ?? "")
    }
  }

  private func attach(_ request: HTTPRequest) async throws -> HTTPResponse {
    let wish = try AttachWish(request.query)
    let record = try await container(request.parameter("id"))
    try checkAttachable(record)
    let framing = StreamFraming(isRaw: record.spec.tty)
    let waiting =
      record.state.isActive || !wish.stream ? nil : attachments.add(record.id, bits: wish.bits)
    return takeOver(request, type: framing.contentType) { stream in
      await self.serve(stream, record, wish, framing, waiting)
    }
  }

  private func attachWebSocket(_ request: HTTPRequest) async throws -> HTTPResponse {
    var wish = try AttachWish(request.query)
    if wish.bits == 0 { wish.bits = 7 }
    wish.stream = true
    let fixed = wish
    let record = try await container(request.parameter("id"))
    try checkAttachable(record)
    let waiting = record.state.isActive ? nil : attachments.add(record.id, bits: wish.bits)
    let response = try request.webSocket { socket, _ in
      await self.serve(
        socket, record, fixed, StreamFraming(isRaw: true), waiting)
    }
    guard let response else {
      if let waiting { attachments.remove(record.id, waiting) }
      throw APIError(.badRequest, "not a WebSocket handshake")
    }
    return response
  }

  private func checkAttachable(_ record: ContainerRecord) throws {
    if record.state.status == .paused {
      throw APIError(
        .conflict, "container \(record.id) is paused, unpause the container before attach")
    }
    if record.state.status == .restarting {
      throw APIError(
        .conflict,
        "container \(record.id) is restarting, wait until the container is running")
    }
  }

  /// Answers a request whose connection stops being HTTP: 101 when the client asked for an upgrade,
  /// else 200, as older clients expect.
  func takeOver(
    _ request: HTTPRequest, type: String,
    _ body: @escaping @Sendable (ByteStream) async throws -> Void
  ) -> HTTPResponse {
    var response = HTTPResponse(
      request.upgrade == nil ? .ok : .custom(code: 101, reasonPhrase: "UPGRADED"),
      headers: ["Content-Type": type], body: .takeOver(body))
    if request.upgrade != nil {
      response.headers.add(name: "Connection", value: "Upgrade")
      response.headers.add(name: "Upgrade", value: "tcp")
    }
    APIVersion.addHeaders(&response.headers)
    return response
  }

  /// Serves one attached client to the end.
  private func serve(
    _ client: some ClientStream, _ record: ContainerRecord, _ wish: AttachWish,
    _ framing: StreamFraming, _ waiting: AttachQueue.Waiting?
  ) async {
    defer { if let waiting { attachments.remove(record.id, waiting) } }
    do {
      if wish.logs { try await sendLog(of: record, wish, framing, to: client) }
      guard wish.stream, let link = try await link(record, wish, waiting) else { return }
      defer { Task { await link.close() } }
      await connect(client, link, wish, framing, isTerminal: record.spec.tty)
    } catch {
      // The client has gone; the container goes on.
    }
  }

  /// The connection to the monitor: at once, or when the container has started.
  private func link(
    _ record: ContainerRecord, _ wish: AttachWish, _ waiting: AttachQueue.Waiting?
  ) async throws -> MonitorLink? {
    if let waiting {
      switch await startOf(record, waiting) {
      case .link(let link): return link
      case .failed, nil: return nil
      case .running: break
      }
    }
    let path = engines.root.instance(engines.instance) + "/containers/\(record.id)/monitor.sock"
    guard let socket = try? await BlockingWork.run({ try UnixSocket.connect(to: path).release() })
    else { return nil }
    let link = MonitorLink(try await loop.adopt(socket: socket))
    try await link.send(Frame(.attach, [wish.bits]))
    return link
  }

  /// Waits for the start, by whomever: through this server, or told by the journal.
  private func startOf(_ record: ContainerRecord, _ waiting: AttachQueue.Waiting) async
    -> AttachQueue.Answer?
  {
    let entries = feed.entries()
    let watcher = Task {
      for await entry in entries where entry.actor == record.id && entry.type == "container" {
        if entry.action == "start" { waiting.resolveUnlessTaken(.running) }
        if ["start_failed", "destroy"].contains(entry.action) {
          waiting.resolveUnlessTaken(.failed)
        }
      }
    }
    defer { watcher.cancel() }
    return await waiting.answer()
  }

  private func connect(
    _ client: some ClientStream, _ link: MonitorLink, _ wish: AttachWish,
    _ framing: StreamFraming, isTerminal: Bool
  ) async {
    await withThrowingTaskGroup(of: Void.self) { group in
      if wish.bits & 1 != 0 {
        group.addTask {
          var keys = DetachSequence(isTerminal ? wish.detachKeys : [])
          while let bytes = try await client.read() {
            let (passed, detached) = keys.filter(bytes)
            if !passed.isEmpty { try await link.send(Frame(.input, passed)) }
            if detached { return await link.close() }
          }
          try await link.send(Frame(.inputEnd))
        }
      }
      group.addTask {
        while let frame = try await link.next() {
          switch frame.kind {
          case .output: try await client.write(framing.frame(frame.payload, isError: false))
          case .errorOutput: try await client.write(framing.frame(frame.payload, isError: true))
          default: break
          }
        }
        throw CancellationError()
      }
      do {
        while try await group.next() != nil {}
      } catch {
        group.cancelAll()
      }
    }
  }

  /// `logs=1`: what it has written so far.
  private func sendLog(
    of record: ContainerRecord, _ wish: AttachWish, _ framing: StreamFraming,
    to client: some ClientStream
  ) async throws {
    let entries = try await engines.with { engine in
      var entries: [LogEntry] = []
      var log = LogWish()
      log.standardOutput = wish.bits & 2 != 0
      log.standardError = wish.bits & 4 != 0
      try engine.logs(record, log) { entry in
        entries.append(entry)
        return true
      }
      return entries
    }
    for entry in entries {
      try await client.write(framing.frame(Array(entry.text.utf8), isError: entry.isError))
    }
  }

  private func resize(_ request: HTTPRequest) async throws -> HTTPResponse {
    let size = try WindowSize(request.query)
    let record = try await container(request.parameter("id"))
    try await engines.with { engine in
      let client = try engine.monitor(of: record)
      try client.send(.resize(size))
    }
    return HTTPResponse(.ok)
  }
}

extension ByteStream: ClientStream {}

extension WebSocket: ClientStream {
  func read() async throws -> [UInt8]? {
    switch try await receive() {
    case .text(let text): Array(text.utf8)
    case .binary(let bytes): bytes
    case nil: nil
    }
  }

  func write(_ bytes: [UInt8]) async throws { try await send(.binary(bytes)) }
}

extension Frame {
  /// Tells a monitor the size of its client's window.
  static func resize(_ size: WindowSize) -> Frame {
    let bytes = [size.rows >> 8, size.rows & 255, size.columns >> 8, size.columns & 255]
    return Frame(.resize, bytes.map { UInt8(truncatingIfNeeded: $0) })
  }
}

extension WindowSize {
  /// `?h=24&w=80`.
  init(_ query: QueryParameters) throws {
    func number(_ name: String) throws -> UInt16 {
      let text = query[name] ?? ""
      guard let number = UInt16(text) else {
        throw APIError(
          .badRequest,
          "invalid resize height/width: strconv.Atoi: parsing \"\(text)\": invalid syntax")
      }
      return number
    }
    self.init(rows: try number("h"), columns: try number("w"))
  }
}
