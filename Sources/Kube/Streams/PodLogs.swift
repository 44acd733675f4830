import Documents
import Engine
import HTTP
import Linux
import Support

/// `log` of a pod: what a container wrote, as plain text, line by line as it comes.
struct PodLogs {
  let engine: @Sendable () throws -> Engine

  /// The answer to `GET …/pods/NAME/log`.
  func answer(_ request: HTTPRequest, _ pod: JSONValue) throws -> HTTPResponse {
    let query = request.query
    let name = try Self.containerName(query["container"], of: pod)
    let previous = query.says("previous")
    var wish = LogWish()
    wish.follow = query.says("follow")
    wish.timestamps = query.says("timestamps")
    if let tail = query["tailLines"] {
      guard let number = Int(tail), number >= 0 else {
        throw APIError(
          422, "Invalid",
          "PodLogOptions \"\(pod.name)\" is invalid: tailLines: Invalid value: \(tail): must be "
            + "greater than or equal to 0")
      }
      wish.tail = number
    }
    if let seconds = query["sinceSeconds"].flatMap(Int64.init) {
      wish.since = wallClockNanoseconds() - seconds * 1_000_000_000
    }
    if let time = query["sinceTime"].flatMap(RFC3339.nanoseconds) { wish.since = time }
    let record = try record(pod, name, previous: previous)
    let limit = query["limitBytes"].flatMap(Int.init)
    let engine = self.engine
    let settled = wish
    return HTTPResponse(
      headers: ["Content-Type": "text/plain"],
      body: .stream { output in
        try await Self.send(record, settled, limit: limit, engine, output)
      })
  }

  /// The container that is meant; a pod with several needs to be told which.
  static func containerName(_ given: String?, of pod: JSONValue) throws(APIError) -> String {
    let all = ["containers", "initContainers", "ephemeralContainers"].flatMap { list in
      pod.list("spec", list).map { $0.text("name") }
    }
    if let given, !given.isEmpty {
      guard all.contains(given) else {
        throw .badRequest("container \(given) is not valid for pod \(pod.name)")
      }
      return given
    }
    let main = pod.list("spec", "containers").map { $0.text("name") }
    guard main.count == 1 else {
      throw .badRequest(
        "a container name must be specified for pod \(pod.name), choose one of: "
          + "[\(main.joined(separator: " "))]")
    }
    return main[0]
  }

  private func record(_ pod: JSONValue, _ name: String, previous: Bool) throws -> ContainerRecord {
    let tries = try engine().containers().compactMap { record in
      ObservedContainer(record).map { (record, $0) }
    }.filter { $0.1.podUID == pod.uid && $0.1.name == name }.sorted { $0.1.attempt > $1.1.attempt }
    if previous {
      guard tries.count > 1 else {
        throw APIError.badRequest(
          "previous terminated container \"\(name)\" in pod \"\(pod.name)\" not found")
      }
      return tries[1].0
    }
    guard let newest = tries.first else {
      let waiting = pod.list("status", "containerStatuses").first { $0.text("name") == name }
      let reason = waiting?.text("state", "waiting", "reason") ?? ""
      throw APIError.badRequest(
        "container \"\(name)\" in pod \"\(pod.name)\" is waiting to start: "
          + (reason.isEmpty ? "ContainerCreating" : reason))
    }
    return newest.0
  }

  /// Reading waits for the file, so it is done beside the tasks; what it finds comes through a
  /// stream.
  private static func send(
    _ record: ContainerRecord, _ wish: LogWish, limit: Int?,
    _ engine: @escaping @Sendable () throws -> Engine, _ output: ResponseStream
  ) async throws {
    let (lines, source) = AsyncStream<[UInt8]>.makeStream()
    let stopped = Flag()
    let reading = Task {
      try await BlockingWork.run {
        defer { source.finish() }
        try engine().logs(record, wish) { entry in
          let text = wish.timestamps ? "\(entry.time) \(entry.text)" : entry.text
          source.yield(Array(text.utf8))
          return !stopped.isSet
        }
      }
    }
    defer {
      stopped.set()
      reading.cancel()
    }
    try await output.flush()
    var left = limit ?? .max
    for await line in lines {
      let part = line.prefix(left)
      try await output.write(Array(part))
      left -= part.count
      if left <= 0 { return }
    }
  }
}
