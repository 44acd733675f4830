// `POST /containers/ID/wait`: a client asks before the start, so that an exit cannot slip through
// between the two, and goes on once it has the header. So the header goes out first and the status
// when there is one.

import Documents
import Engine
import HTTP
import Support

extension EngineAPI {
  /// What a client waits for.
  enum WaitCondition: String {
    case notRunning = "not-running"
    case nextExit = "next-exit"
    case removed
  }

  func wait(_ request: HTTPRequest) async throws -> HTTPResponse {
    let name = request.query["condition"] ?? ""
    guard let condition = name.isEmpty ? .notRunning : WaitCondition(rawValue: name) else {
      throw APIError(.badRequest, "invalid condition: \"\(name)\"")
    }
    // Before the look at the state: what happens in between is then heard.
    let entries = feed.entries()
    let record = try await container(request.parameter("id"))
    return HTTPResponse(
      headers: ["Content-Type": "application/json"],
      body: .stream { stream in
        try await stream.flush()
        let code = try await self.exitCode(record, condition, entries)
        try await stream.write(
          JSONValue.object(["StatusCode": .integer(Int64(code))]).text() + "\n")
      })
  }

  private func exitCode(
    _ record: ContainerRecord, _ condition: WaitCondition, _ entries: AsyncStream<JournalEntry>
  ) async throws -> Int32 {
    var code = record.state.exitCode
    if condition == .notRunning, !record.state.isActive { return code }
    // A monitor that is killed says nothing. Looking for the container finds that out (see `container`).
    let look = Task {
      while (try? await Task.sleep(for: .seconds(1))) != nil {
        _ = try? await container(record.id)
      }
    }
    defer { look.cancel() }
    for await entry in entries where entry.actor == record.id && entry.type == "container" {
      switch entry.action {
      case "die":
        code = entry.attributes["exitCode"].flatMap { Int32($0) } ?? code
        // With a restart policy it goes on; only the end of that is an end.
        if condition == .removed { continue }
        if condition == .nextExit { return code }
        let now = try? await container(record.id)
        if now?.state.status != .restarting { return code }
      case "start_failed":
        code = entry.attributes["exitCode"].flatMap { Int32($0) } ?? code
        if condition != .removed { return code }
      case "destroy": return code
      default: continue
      }
    }
    throw CancellationError()
  }
}
