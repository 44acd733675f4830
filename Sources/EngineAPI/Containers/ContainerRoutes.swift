import Documents
import Engine
import Glibc
import HTTP
import Linux
import Runtime
import Support

extension EngineAPI {
  func addContainerRoutes(_ router: inout Router) {
    router.on(.GET, "/containers/json") { try await self.listContainers($0) }
    router.on(.POST, "/containers/create") { try await self.createContainer($0) }
    router.on(.POST, "/containers/prune") { try await self.pruneContainers($0) }
    router.on(.GET, "/containers/{id}/json") { try await self.inspectContainer($0) }
    router.on(.GET, "/containers/{id}/top") { try await self.top($0) }
    router.on(.GET, "/containers/{id}/changes") { try await self.changes($0) }
    router.on(.POST, "/containers/{id}/start") { try await self.start($0) }
    router.on(.POST, "/containers/{id}/stop") { try await self.stop($0) }
    router.on(.POST, "/containers/{id}/restart") { try await self.restart($0) }
    router.on(.POST, "/containers/{id}/kill") { try await self.kill($0) }
    router.on(.POST, "/containers/{id}/pause") { request in
      try await self.change(request) { engine, record in
        if record.state.status == .paused {
          throw APIError(.conflict, "Container \(record.id) is already paused")
        }
        guard record.state.isActive else {
          throw APIError(.conflict, "container \(record.id) is not running")
        }
        try engine.pause(record)
      }
    }
    router.on(.POST, "/containers/{id}/unpause") { request in
      try await self.change(request) { engine, record in
        guard record.state.status == .paused else {
          throw APIError(.conflict, "Container \(record.id) is not paused")
        }
        try engine.unpause(record)
      }
    }
    router.on(.POST, "/containers/{id}/rename") { try await self.rename($0) }
    router.on(.DELETE, "/containers/{id}") { try await self.removeContainer($0) }
    addArchiveRoutes(&router)
    addUpdateRoutes(&router)
  }

  /// The container called `reference`. One whose monitor has gone without a word is repaired first.
  func container(_ reference: String) async throws -> ContainerRecord {
    let record = try await engines.with { try $0.container(reference) }
    guard record.state.isActive, !(record.state.monitor?.isAlive ?? true) else { return record }
    _ = try await workers.run(.reconcile)
    return try await engines.with { try $0.container(record.id) }
  }

  /// Does something quick to the container of a request and answers 204.
  private func change(
    _ request: HTTPRequest,
    _ body: @escaping @Sendable (Engine, ContainerRecord) throws -> Void
  ) async throws -> HTTPResponse {
    let id = request.parameter("id")
    try await engines.with { engine in try body(engine, try engine.container(id)) }
    return .done
  }

  private func inspectContainer(_ request: HTTPRequest) async throws -> HTTPResponse {
    let reference = request.parameter("id")
    let withSize = request.query.flag("size")
    let (execIDs, listing) = (execs, listing)
    if !withSize, let known = try await BlockingWork.run({ try listing.inspection(of: reference) }),
      execIDs.running(in: known.id).isEmpty
    {
      return .json(text: known.text)
    }
    let record = try await container(reference)
    return .json(
      try await engines.with { engine in
        var value = engine.inspect(record)
        let running = execIDs.running(in: record.id)
        if !running.isEmpty { value["ExecIDs"] = .array(running.map { .string($0) }) }
        if withSize {
          let size = try engine.sizes(of: record)
          value["SizeRw"] = .integer(size.own)
          value["SizeRootFs"] = .integer(size.total)
        }
        return value
      })
  }

  /// Starts a container, and gives its streams to whoever waits for them.
  private func start(_ request: HTTPRequest) async throws -> HTTPResponse {
    let record = try await container(request.parameter("id"))
    if record.state.isActive {
      if record.state.status == .paused {
        throw APIError(.conflict, "cannot start a paused container, try unpause instead")
      }
      return HTTPResponse(.notModified)
    }
    do {
      try await start(record)
    } catch let error as DklabError where error.id == "container.running" {
      // Somebody else is starting it at this moment. The answer says that it runs.
      try await awaitOtherStart(record.id)
      return HTTPResponse(.notModified)
    }
    return .done
  }

  /// Returns when the start of another has come to something: the container runs, or its monitor has
  /// gone.
  private func awaitOtherStart(_ id: String) async throws {
    while true {
      let now = try await container(id)
      if now.state.isActive || !(now.state.monitor?.isAlive ?? false) { return }
      try await Task.sleep(for: .milliseconds(10))
    }
  }

  func start(_ record: ContainerRecord) async throws {
    let waiting = attachments.take(record.id)
    defer { workers.warm() }
    do {
      let socket = try await workers.open(
        .start(id: record.id, attach: waiting.first?.bits, size: nil))
      let link = MonitorLink(try await loop.adopt(socket: socket))
      try await awaitStart(link)
      if let first = waiting.first {
        first.resolve(.link(link))
      } else {
        await link.close()
      }
      for other in waiting.dropFirst() { other.resolve(.running) }
    } catch {
      for entry in waiting { entry.resolve(.failed) }
      throw error
    }
  }

  private func awaitStart(_ link: MonitorLink) async throws {
    while let frame = try await link.next() {
      switch frame.kind {
      case .started: return
      case .failed:
        await link.close()
        throw StartFailure.error(MonitorClient.failure(frame))
      default: continue
      }
    }
    throw APIError(.internalServerError, "the container's monitor process is gone")
  }

  private func stop(_ request: HTTPRequest) async throws -> HTTPResponse {
    let id = request.parameter("id")
    let seconds = try request.query.number("t")
    let signal = try request.query["signal"].flatMap { $0.isEmpty ? nil : $0 }.map(
      Signal.init(parsing:))
    let wasRunning = try await engines.with { engine in
      let record = try engine.container(id)
      guard record.state.isActive else { return false }
      try engine.stop(record, signal: signal, seconds: seconds)
      return true
    }
    return wasRunning ? .done : HTTPResponse(.notModified)
  }

  private func restart(_ request: HTTPRequest) async throws -> HTTPResponse {
    let id = request.parameter("id")
    let seconds = try request.query.number("t")
    let signal = try request.query["signal"].flatMap { $0.isEmpty ? nil : $0 }.map(
      Signal.init(parsing:))
    let record = try await engines.with { engine in
      let record = try engine.container(id)
      try engine.stopToRestart(record, signal: signal, seconds: seconds)
      return record
    }
    try await start(record)
    _ = try await engines.with { engine in
      try engine.journal.append(
        "container", "restart", actor: record.id, name: record.name,
        engine.attributes(record))
    }
    return .done
  }

  private func kill(_ request: HTTPRequest) async throws -> HTTPResponse {
    let name = request.query["signal"] ?? ""
    let signal: Signal
    do {
      signal = name.isEmpty ? .kill : try Signal(parsing: name)
    } catch {
      throw APIError(.badRequest, "invalid signal: \(name)")
    }
    let asked = request.parameter("id")
    return try await change(request) { engine, record in
      guard record.state.isActive else {
        throw APIError(
          .conflict,
          "cannot kill container: \(asked): container \(record.id) is not running")
      }
      try engine.kill(record, signal: signal)
    }
  }

  private func rename(_ request: HTTPRequest) async throws -> HTTPResponse {
    let name = request.query["name"] ?? ""
    guard !name.isEmpty else {
      throw APIError(.badRequest, "Neither old nor new names may be empty")
    }
    return try await change(request) { engine, record in
      try engine.rename(record, to: try ContainerName.check(name))
    }
  }

  private func removeContainer(_ request: HTTPRequest) async throws -> HTTPResponse {
    let query = request.query
    guard !query.flag("link") else {
      throw APIError(.badRequest, "links are not supported: use a network")
    }
    let record = try await container(request.parameter("id"))
    _ = try await workers.run(
      .remove(id: record.id, force: query.flag("force"), volumes: query.flag("v")))
    return .done
  }
}

/// Why a container did not start, in the daemon's words: the docker client takes its exit status
/// (126, 127) from them.
enum StartFailure {
  static func error(_ failure: LaunchFailure) -> APIError {
    if failure.message.hasPrefix("unable to find user") {
      return APIError(.badRequest, failure.message)
    }
    let isMissing = failure.exitCode == 127 || failure.exitCode == 126
    return APIError(
      isMissing ? .badRequest : .internalServerError,
      "failed to create task for container: failed to create shim task: OCI runtime create failed: "
        + "dklab create failed: unable to start container process: error during container init: "
        + "\(failure.message): unknown")
  }
}
