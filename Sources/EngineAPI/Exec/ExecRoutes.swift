// `exec` in three requests: make it, start it, ask how it ended. Started, it is a worker that becomes
// the cable between its standard streams and the process in the container; those streams are pipes
// here, or with a terminal a pseudo-terminal, of which this side is raw so that nothing is done twice.
//
// Man page: pty(7). Next: Runtime's Exec/ExecSession.swift.

import Documents
import Engine
import Glibc
import HTTP
import Linux
import Support

extension EngineAPI {
  func addExecRoutes(_ router: inout Router) {
    router.on(.POST, "/containers/{id}/exec") { try await self.createExec($0) }
    router.on(.POST, "/exec/{id}/start") { try await self.startExec($0) }
    router.on(.POST, "/exec/{id}/resize") { request in
      try self.execs.find(request.parameter("id")).resize(try WindowSize(request.query))
      return HTTPResponse(.ok)
    }
    router.on(.GET, "/exec/{id}/json") { .json(try self.execs.find($0.parameter("id")).json) }
  }

  private func createExec(_ request: HTTPRequest) async throws -> HTTPResponse {
    let body = try await BodyReader.read(request)
    let record = try await container(request.parameter("id"))
    guard let words = try body.strings("Cmd"), !words.isEmpty else {
      throw APIError(.badRequest, "No exec command specified")
    }
    if record.state.status == .paused {
      throw APIError(
        .conflict,
        "Container \(request.parameter("id")) is paused, unpause the container before exec")
    }
    guard record.state.status == .running else {
      throw APIError(.conflict, "container \(record.id) is not running")
    }
    var wish = ExecWish(arguments: words)
    wish.environment = try body.strings("Env") ?? []
    wish.user = try body.string("User").flatMap { $0.isEmpty ? nil : $0 }
    wish.workingDirectory = try body.string("WorkingDir").flatMap { $0.isEmpty ? nil : $0 }
    wish.tty = try body.bool("Tty")
    wish.privileged = try body.bool("Privileged")
    wish.interactive = try body.bool("AttachStdin")
    wish.detachKeys = try DetachKeyNames.parse(try body.string("DetachKeys") ?? "")
    let instance = ExecInstance(
      container: record.id, wish: wish,
      attaches: (wish.interactive, try body.bool("AttachStdout"), try body.bool("AttachStderr")))
    execs.add(instance)
    return .json(["Id": .string(instance.id)], .created)
  }

  private func startExec(_ request: HTTPRequest) async throws -> HTTPResponse {
    let instance = try execs.find(request.parameter("id"))
    let body = try await BodyReader.read(request, optional: true)
    let isDetached = try body.bool("Detach")
    let isRaw = try body.bool("Tty")
    let record = try await container(instance.container)
    guard record.state.status == .running else {
      throw APIError(.conflict, "container \(record.id) is not running")
    }
    let size = body.object["ConsoleSize"]?.array.flatMap { list -> WindowSize? in
      guard list.count == 2, let rows = list[0].int.flatMap({ UInt16(exactly: $0) }),
        let columns = list[1].int.flatMap({ UInt16(exactly: $0) })
      else { return nil }
      return WindowSize(rows: rows, columns: columns)
    }
    try instance.begin()
    if isDetached {
      try await startDetached(instance)
      return HTTPResponse(.ok)
    }
    let framing = StreamFraming(isRaw: isRaw)
    return takeOver(request, type: framing.contentType) { client in
      do {
        try await self.carry(instance, client, framing, size)
      } catch {
        if instance.isRunning { instance.ended(126) }
        let text = APIError.describe(error).1 + "\r\n"
        try? await client.write(framing.frame(Array(text.utf8), isError: !isRaw))
      }
    }
  }

  private func startDetached(_ instance: ExecInstance) async throws {
    var wish = instance.wish
    wish.detached = true
    wish.interactive = false
    let null = try FileDescriptor.open("/dev/null", O_RDWR).release()
    let process = try workers.become(
      .exec(id: instance.container, wish: wish), streams: [null, null, null])
    // The worker ends once the program runs, with 0, or says why it does not.
    let status = try await process.status()
    guard status.code == 0 else {
      instance.ended(status.code)
      throw APIError(
        .badRequest,
        "OCI runtime exec failed: exec failed: unable to start container process: "
          + "exec: \"\(instance.wish.arguments[0])\": cannot be executed: unknown")
    }
  }

  /// Runs it and connects its streams with the client until it ends.
  private func carry(
    _ instance: ExecInstance, _ client: ByteStream, _ framing: StreamFraming, _ size: WindowSize?
  ) async throws {
    let streams =
      instance.wish.tty
      ? try await terminalStreams(instance, size) : try await pipeStreams(instance)
    let process = try workers.become(
      .exec(id: instance.container, wish: instance.wish), streams: streams.inside)
    instance.started(process.pid)
    async let status = process.status()
    let input = Task {
      guard instance.wish.interactive else { return }
      while let bytes = try await client.read() { try await streams.input?.write(bytes) }
      if !instance.wish.tty { await streams.input?.close() }
    }
    await withTaskGroup(of: Void.self) { group in
      for (stream, isError) in [(streams.output, false), (streams.errors, true)] {
        guard let stream else { continue }
        group.addTask {
          while let bytes = try? await stream.read() {
            // Without a client the program goes on, and must not wait for a reader.
            try? await client.write(framing.frame(bytes, isError: isError))
          }
        }
      }
    }
    input.cancel()
    do {
      instance.ended(try await status.code)
    } catch {
      instance.ended(126)
      throw error
    }
  }

  /// The outer ends of a process's streams; `inside` go to the worker.
  private struct ExecStreams {
    var inside: [Int32]
    var input: ByteStream?
    var output: ByteStream?
    var errors: ByteStream?
  }

  private func pipeStreams(_ instance: ExecInstance) async throws -> ExecStreams {
    let output = try FileDescriptor.pipe().split()
    let errors = try FileDescriptor.pipe().split()
    var streams = ExecStreams(inside: [-1, output.write, errors.write])
    if instance.wish.interactive {
      let input = try FileDescriptor.pipe().split()
      streams.inside[0] = input.read
      streams.input = try await loop.adopt(input: -1, output: input.write)
    } else {
      streams.inside[0] = try FileDescriptor.open("/dev/null", O_RDONLY).release()
    }
    streams.output = try await loop.adopt(input: output.read, output: -1)
    streams.errors = try await loop.adopt(input: errors.read, output: -1)
    return streams
  }

  private func terminalStreams(_ instance: ExecInstance, _ size: WindowSize?) async throws
    -> ExecStreams
  {
    let (master, path) = try Terminal.openPair()
    let slave = try FileDescriptor.open(path, O_RDWR | O_NOCTTY).release()
    _ = try Terminal.makeRaw(slave)
    if let size, size.rows > 0 { try size.apply(to: master) }
    instance.use(terminal: try duplicateDescriptor(master))
    let inside = [try duplicateDescriptor(slave), try duplicateDescriptor(slave), slave]
    let stream = try await loop.adopt(input: master, output: try duplicateDescriptor(master))
    return ExecStreams(inside: inside, input: stream, output: stream, errors: nil)
  }
}
