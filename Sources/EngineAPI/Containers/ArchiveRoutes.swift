// Files in and out of a container as tar streams, and its whole file system. The work is done by the
// verbs `cp`, `export` and `diff` in processes of their own (VerbProcess.swift).

import Documents
import Engine
import FoundationEssentials
import Glibc
import HTTP
import Linux
import Support

extension EngineAPI {
  func addArchiveRoutes(_ router: inout Router) {
    router.on(.HEAD, "/containers/{id}/archive") { request in
      let (_, stat) = try await self.pathStatus(request)
      return HTTPResponse(headers: ["X-Docker-Container-Path-Stat": stat])
    }
    router.on(.GET, "/containers/{id}/archive") { request in
      let (record, stat) = try await self.pathStatus(request)
      let path = request.query["path"] ?? ""
      var response = try await self.stream(
        ["cp", "\(record.id):\(path.hasPrefix("/") ? path : "/" + path)", "-"],
        type: "application/x-tar")
      response.headers.add(name: "X-Docker-Container-Path-Stat", value: stat)
      return response
    }
    router.on(.PUT, "/containers/{id}/archive") { try await self.putArchive($0) }
    router.on(.GET, "/containers/{id}/export") { request in
      let record = try await self.container(request.parameter("id"))
      return try await self.stream(["export", record.id], type: "application/octet-stream")
    }
  }

  private func pathStatus(_ request: HTTPRequest) async throws -> (ContainerRecord, String) {
    guard let path = request.query["path"], !path.isEmpty else {
      throw APIError(.badRequest, "missing required parameter: path")
    }
    let record = try await container(request.parameter("id"))
    do {
      let json = try await VerbProcess.run(["__path-status", record.id, path], on: loop)
      return (record, Data(json.utf8).base64EncodedString())
    } catch let error as DklabError where error.code == .notFound {
      throw APIError(
        .notFound, "Could not find the file \(path) in container \(request.parameter("id"))")
    }
  }

  private func putArchive(_ request: HTTPRequest) async throws -> HTTPResponse {
    guard let path = request.query["path"], !path.isEmpty else {
      throw APIError(.badRequest, "missing required parameter: path")
    }
    let record = try await container(request.parameter("id"))
    let place = path.hasPrefix("/") ? path : "/" + path
    _ = try await feed(request.body, to: ["cp", "-", "\(record.id):\(place)"])
    return HTTPResponse(.ok)
  }

  /// A response that is what a verb writes to its standard output. The first piece is awaited, so that
  /// a mistake is still an error and not a broken stream.
  func stream(_ arguments: [String], type: String) async throws -> HTTPResponse {
    let verb = try await VerbProcess.start(arguments, hasInput: false, on: loop)
    let errors = Task { _ = try? await verb.errors.all(upTo: 1 << 20) }
    guard let first = try await verb.output.read() else {
      _ = await errors.value
      try await verb.end()
      return HTTPResponse(type: type, bytes: [])
    }
    return HTTPResponse(
      headers: ["Content-Type": type],
      body: .stream { stream in
        do {
          try await stream.write(first)
          while let bytes = try await verb.output.read() { try await stream.write(bytes) }
        } catch {
          verb.kill()
          try? await verb.end()
          throw error
        }
        _ = await errors.value
        try await verb.end()
      })
  }

  /// Gives a body to a verb as its input; returns what it printed.
  func feed(_ body: RequestBody, to arguments: [String]) async throws -> String {
    let verb = try await VerbProcess.start(arguments, hasInput: true, on: loop)
    async let output = verb.output.all(upTo: 16 << 20)
    async let errors = verb.errors.all(upTo: 1 << 20)
    do {
      for try await chunk in body {
        // A verb that has read enough closes its input: its error is what counts.
        if (try? await verb.input?.write(chunk)) == nil { break }
      }
    } catch {
      verb.kill()
      throw error
    }
    await verb.input?.close()
    let text = String(decoding: try await output, as: UTF8.self)
    _ = try await errors
    try await verb.end()
    return text
  }

  func changes(_ request: HTTPRequest) async throws -> HTTPResponse {
    let id = request.parameter("id")
    return .json(
      try await engines.with { engine in
        let kinds: [Character: Int64] = ["C": 0, "A": 1, "D": 2]
        let lines = try LayerDifference.lines(try engine.container(id), engine)
        guard !lines.isEmpty else { return .null }
        return .array(
          lines.map { line in
            [
              "Path": .string(String(line.dropFirst(2))),
              "Kind": .integer(line.first.flatMap { kinds[$0] } ?? 0),
            ]
          })
      })
  }

  func top(_ request: HTTPRequest) async throws -> HTTPResponse {
    let id = request.parameter("id")
    let options = request.query["ps_args"].flatMap { $0.isEmpty ? nil : $0 } ?? "-ef"
    return .json(
      try await engines.with { engine in
        let record = try engine.container(id)
        guard record.state.isActive else {
          throw APIError(.conflict, "container \(record.id) is not running")
        }
        let columns: [ProcessColumn]
        do {
          columns = try ProcessTable.columns(options.split(separator: " ").map(String.init))
        } catch let error as DklabError {
          throw APIError(.badRequest, error.message.en)
        }
        let rows = ProcessTable.rows(try engine.processes(of: record), columns: columns)
        return [
          "Titles": .array(columns.map { .string($0.title) }),
          "Processes": .array(rows.map { .array($0.map { .string($0) }) }),
        ]
      })
  }
}
