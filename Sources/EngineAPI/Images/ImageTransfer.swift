// Images that come and go: pull, import, push, build. Each is a verb in a process of its own, and what
// it prints becomes the messages of the stream: one JSON object a line, sent at once. A mistake before
// the first message is a status; afterwards it is a last message with `error`.

import Documents
import Engine
import FoundationEssentials
import Glibc
import HTTP
import Images
import Linux
import Support

/// Messages of a stream.
enum ProgressMessage {
  static func status(_ line: String) -> JSONValue {
    // `0a1b2c3d4e5f: Pull complete`, `latest: Pulling from library/busybox`
    guard let colon = line.firstIndex(of: ":") else { return ["status": .string(line)] }
    let id = line[..<colon]
    let isLayer = id.utf8.count == 12 && id.allSatisfy(\.isHexDigit)
    let rest = line[line.index(after: colon)...].drop { $0 == " " }
    guard isLayer || rest.hasPrefix("Pulling from") || rest.hasPrefix("digest:") else {
      return ["status": .string(line)]
    }
    return ["status": .string(String(rest)), "progressDetail": [:], "id": .string(String(id))]
  }

  /// What a client wants to know of an image that was pushed: `1: digest: sha256:… size: 1234`.
  static func pushed(_ line: String) -> JSONValue? {
    let words = line.split(separator: " ")
    guard words.count == 5, words[1] == "digest:", words[3] == "size:", let size = Int64(words[4])
    else { return nil }
    return [
      "progressDetail": [:],
      "aux": [
        "Tag": .string(String(words[0].dropLast())), "Digest": .string(String(words[2])),
        "Size": .integer(size),
      ],
    ]
  }

  static func error(_ error: any Error) -> JSONValue {
    let text = APIError.describe(error).1
    return ["errorDetail": ["message": .string(text)], "error": .string(text)]
  }

  static func line(_ message: JSONValue) -> String { message.text() + "\r\n" }
}

extension EngineAPI {
  func createImage(_ request: HTTPRequest) async throws -> HTTPResponse {
    if let source = request.query["fromSrc"] { return try await importImage(request, source) }
    guard let name = request.query["fromImage"], !name.isEmpty else {
      throw APIError(.badRequest, "missing required parameter: fromImage or fromSrc")
    }
    let tag = request.query["tag"] ?? ""
    var full = tag.isEmpty ? name : name + (tag.hasPrefix("sha256:") ? "@" : ":") + tag
    if tag.isEmpty, !name.contains("@"), let reference = try? Reference(name) {
      full = reference.familiar
    }
    return try await messages(
      ["pull", full], as: ClientLogins.forImage(full, of: request),
      skipping: { $0.hasPrefix("Using default tag") || (try? Reference($0))?.description == $0 })
  }

  func push(_ request: HTTPRequest) async throws -> HTTPResponse {
    let name = request.parameter("name")
    let tag = request.query["tag"] ?? ""
    let full = tag.isEmpty ? name : "\(name):\(tag)"
    if let reference = try? Reference(full) {
      guard try await engines.with({ try $0.images().find(full) != nil }) else {
        throw APIError(
          .notFound, "An image does not exist locally with the tag: \(reference.familiarName)")
      }
    }
    return try await messages(
      ["push", full], as: ClientLogins.forImage(full, of: request), skipping: { _ in false })
  }

  private func importImage(_ request: HTTPRequest, _ source: String) async throws -> HTTPResponse {
    guard source == "-" else {
      throw APIError(
        .notImplemented, "import from a URL is not supported: download it and import -")
    }
    var words = ["import"]
    for change in request.query.all("changes") { words += ["--change", change] }
    if let message = request.query["message"], !message.isEmpty { words += ["--message", message] }
    words.append("-")
    if let repository = request.query["repo"], !repository.isEmpty {
      let tag = request.query["tag"] ?? ""
      words.append(tag.isEmpty ? repository : "\(repository):\(tag)")
    }
    let id = try await feed(request.body, to: words)
    let message = JSONValue.object(["status": .string(String(id.prefix { !$0.isNewline }))])
    return HTTPResponse(
      type: "application/json", bytes: Array(ProgressMessage.line(message).utf8))
  }

  /// A stream of what a verb prints, a message for each line.
  private func messages(
    _ arguments: [String], as logins: ClientLogins?,
    skipping: @escaping @Sendable (String) -> Bool
  ) async throws -> HTTPResponse {
    let verb: VerbProcess
    let first: [UInt8]?
    let errors: Task<Void, Never>
    do {
      let started = try await VerbProcess.start(
        arguments, hasInput: false, environment: logins?.environment ?? [:], on: loop)
      errors = Task { _ = try? await started.errors.all(upTo: 1 << 20) }
      first = try await started.output.read()
      verb = started
    } catch {
      logins?.remove()
      throw error
    }
    guard let first else {
      defer { logins?.remove() }
      _ = await errors.value
      try await verb.end()
      return HTTPResponse(type: "application/json", bytes: [])
    }
    return HTTPResponse(
      headers: ["Content-Type": "application/json"],
      body: .stream { stream in
        defer { logins?.remove() }
        var lines = LineSplitter()
        do {
          var next: [UInt8]? = first
          while let bytes = next {
            for line in lines.add(bytes) where !skipping(line) {
              try await stream.write(ProgressMessage.line(ProgressMessage.status(line)))
              if let pushed = ProgressMessage.pushed(line) {
                try await stream.write(ProgressMessage.line(pushed))
              }
            }
            next = try await verb.output.read()
          }
        } catch {
          verb.kill()
          try? await verb.end()
          throw error
        }
        _ = await errors.value
        do { try await verb.end() } catch {
          try await stream.write(ProgressMessage.line(ProgressMessage.error(error)))
        }
      })
  }
}

/// Lines of a stream that arrives in pieces.
struct LineSplitter {
  private var rest: [UInt8] = []

  /// The lines that `bytes` completes, without their ends.
  mutating func add(_ bytes: [UInt8]) -> [String] {
    rest += bytes
    var lines: [String] = []
    while let end = rest.firstIndex(of: 10) {
      lines.append(String(decoding: rest[..<end], as: UTF8.self))
      rest.removeSubrange(...end)
    }
    return lines
  }
}
