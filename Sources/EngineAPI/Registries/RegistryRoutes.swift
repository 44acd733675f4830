import Documents
import Engine
import HTTP
import Images
import Linux
import Support

extension EngineAPI {
  func addRegistryRoutes(_ router: inout Router) {
    router.on(.POST, "/auth") { try await self.login($0) }
    router.on(.GET, "/distribution/{name...}/json") { try await self.inspectDistribution($0) }
  }

  /// `docker login`: asks the registry whether it takes the credentials, and keeps nothing.
  private func login(_ request: HTTPRequest) async throws -> HTTPResponse {
    let body = try await BodyReader.read(request)
    let user = try body.string("username") ?? ""
    let secret = try body.string("password") ?? ""
    var words = ["login", "--username", user, "--password-stdin"]
    if let server = try body.string("serveraddress"), !server.isEmpty { words.append(server) }
    let logins = try ClientLogins.nobody()
    defer { logins.remove() }
    let verb = try await VerbProcess.start(
      words, hasInput: true, environment: logins.environment, on: loop)
    async let output = verb.output.all(upTo: 1 << 20)
    async let errors = verb.errors.all(upTo: 1 << 20)
    _ = try? await verb.input?.write(Array((secret + "\n").utf8))
    await verb.input?.close()
    _ = try await (output, errors)
    do {
      try await verb.end()
    } catch let error as DklabError where error.code == .denied {
      throw APIError(.unauthorized, error.message.en)
    } catch let error as DklabError where error.code != .invalid {
      throw APIError(.internalServerError, error.message.en)
    }
    return .json(["IdentityToken": "", "Status": "Login Succeeded"])
  }

  /// What a registry has under a name: its digest and for which platforms it is.
  private func inspectDistribution(_ request: HTTPRequest) async throws -> HTTPResponse {
    let name = request.parameter("name")
    do {
      _ = try Reference(name)
    } catch let error as DklabError {
      throw APIError(.badRequest, error.message.en)
    }
    let logins = try ClientLogins.forImage(name, of: request)
    defer { logins?.remove() }
    let text = try await VerbProcess.run(
      ["__distribution", name], environment: logins?.environment ?? [:], on: loop)
    return .json(try JSONValue.parse(text))
  }
}
