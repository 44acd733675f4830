// `POST /build`: the classic builder. The body is the context as a tar archive, compressed or not; the
// parameters are the flags. The verb `build` does the work and writes its progress in the classic
// builder's form, which goes on as `{"stream": …}`.

import Documents
import Engine
import FoundationEssentials
import Glibc
import HTTP
import Linux
import Support

extension EngineAPI {
  func build(_ request: HTTPRequest) async throws -> HTTPResponse {
    let query = request.query
    if query["version"] == "2" {
      throw APIError(.badRequest, "BuildKit is not supported: use the classic builder")
    }
    if let remote = query["remote"], !remote.isEmpty {
      throw APIError(.notImplemented, "remote build contexts are not supported")
    }
    let folder = "/tmp/dklab-build-\(getpid())-\(UInt64.random(in: 0 ... .max))"
    let words = try buildWords(query, idFile: folder + "/id")
    let logins = try ClientLogins.forBuild(of: request)
    let verb: VerbProcess
    do {
      try Directory.make(folder, mode: 0o700)
      verb = try await VerbProcess.start(
        words, hasInput: true, environment: logins?.environment ?? [:], on: loop)
    } catch {
      try? Directory.removeTree(folder)
      logins?.remove()
      throw error
    }
    let input = Task {
      for try await chunk in request.body {
        if (try? await verb.input?.write(chunk)) == nil { break }
      }
      await verb.input?.close()
    }
    let output = Task { try await verb.output.all(upTo: 1 << 20) }
    let isQuiet = query.flag("q")
    // What is wrong with the Dockerfile shows before there is anything to tell: then it is an answer,
    // and not the end of a stream.
    guard let first = try await verb.errors.read() else {
      defer {
        try? Directory.removeTree(folder)
        logins?.remove()
      }
      input.cancel()
      _ = try? await output.value
      try await verb.end()
      return try finished(query, idFile: folder + "/id").response
    }
    return HTTPResponse(
      headers: ["Content-Type": "application/json"],
      body: .stream { stream in
        defer {
          try? Directory.removeTree(folder)
          logins?.remove()
        }
        do {
          var next: [UInt8]? = first
          while let bytes = next {
            let text = String(decoding: bytes, as: UTF8.self)
            if !isQuiet {
              try await stream.write(ProgressMessage.line(["stream": .string(text)]))
            }
            next = try await verb.errors.read()
          }
        } catch {
          verb.kill()
          input.cancel()
          try? await verb.end()
          throw error
        }
        input.cancel()
        _ = try? await output.value
        do {
          try await verb.end()
        } catch {
          return try await stream.write(ProgressMessage.line(ProgressMessage.error(error)))
        }
        try await stream.write(try self.finished(query, idFile: folder + "/id").text)
      })
  }

  /// The last messages: the image's id, and what it is called.
  private func finished(_ query: QueryParameters, idFile: String) throws -> (
    text: String, response: HTTPResponse
  ) {
    let id = try File.text(idFile).filter { !$0.isNewline }
    var lines: [JSONValue] = [["aux": ["ID": .string(id)]]]
    if query.flag("q") {
      lines.append(["stream": .string(id + "\n")])
    } else {
      let short = id.drop { $0 != ":" }.dropFirst().prefix(12)
      lines.append(["stream": .string("Successfully built \(short)\n")])
      for tag in query.all("t") {
        let name = tag.split(separator: "/").last?.contains(":") ?? false ? tag : tag + ":latest"
        lines.append(["stream": .string("Successfully tagged \(name)\n")])
      }
    }
    let text = lines.map(ProgressMessage.line).joined()
    return (text, HTTPResponse(type: "application/json", bytes: Array(text.utf8)))
  }

  private func buildWords(_ query: QueryParameters, idFile: String) throws -> [String] {
    var words = ["build", "--progress", "classic", "--iidfile", idFile]
    for tag in query.all("t") { words += ["--tag", tag] }
    if let file = query["dockerfile"], !file.isEmpty { words += ["--file", file] }
    if query.flag("nocache") { words.append("--no-cache") }
    if query.flag("pull") { words.append("--pull") }
    for (name, flag) in [
      ("target", "--target"), ("networkmode", "--network"), ("memory", "--memory"),
      ("shmsize", "--shm-size"), ("cpusetcpus", "--cpuset-cpus"), ("platform", "--platform"),
    ] {
      if let value = query[name], !value.isEmpty, value != "0", value != "default" {
        words += [flag, value]
      }
    }
    for (name, flag) in [("buildargs", "--build-arg"), ("labels", "--label")] {
      guard let text = query[name], !text.isEmpty else { continue }
      guard let object = (try? JSONValue.parse(text))?.object else {
        throw APIError(.badRequest, "error reading \(name): invalid JSON")
      }
      for (key, value) in object {
        words += [flag, value.string.map { "\(key)=\($0)" } ?? key]
      }
    }
    for host in query.all("extrahosts") { words += ["--add-host", host] }
    return words + ["-"]
  }
}
