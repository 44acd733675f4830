// The private registry of the notes: `dklab registry serve`, one process, one directory.
//
//   pull       GET and HEAD of manifests and blobs, with ranges
//   push       uploads in one piece or many (RegistryServer+Uploads.swift), mounts, manifests
//   discovery  _catalog, tags/list, referrers, all in pages
//   deletion   of tags, manifests and blobs; the room comes back with `registry gc`
//
// Every request passes the same three gates: who is it (Htpasswd), may this registry be changed, and
// is this a name. Only then it reaches its handler.
//
// distribution-spec 1.1. Next: RegistryServer+Blobs.swift, RegistryStore.swift.

import Documents
import HTTP
import Images
import Linux
import Support

/// A registry as a handler of requests. Start it with `HTTPServer`.
package struct RegistryServer: Sendable {
  /// What kind of registry it is.
  package struct Configuration: Sendable {
    /// Who may come in; nil lets everybody.
    package var users: Htpasswd?
    /// Nothing may be pushed or deleted.
    package var isReadOnly = false
    /// Where what is not here comes from; nil for a registry of its own. Such a cache takes no pushes.
    package var upstream: RegistryClient?
    /// Told of every answer: method, target, status.
    package var log: @Sendable (String, String, Int) -> Void = { _, _, _ in }

    package init() {}
  }

  let store: RegistryStore
  let uploads: Uploads
  let configuration: Configuration
  let cache: PullThrough?

  package init(store: RegistryStore, _ configuration: Configuration = Configuration()) {
    self.store = store
    self.configuration = configuration
    uploads = Uploads(store)
    cache = configuration.upstream.map { PullThrough(store: store, client: $0) }
  }

  /// Answers `request`, whatever it is.
  @Sendable package func respond(to request: HTTPRequest) async -> HTTPResponse {
    var response: HTTPResponse
    do {
      response = try await answer(request)
    } catch {
      response = Self.failure(error)
    }
    response.headers.replaceOrAdd(
      name: "Docker-Distribution-Api-Version", value: "registry/2.0")
    configuration.log(request.method.rawValue, request.target, Int(response.status.code))
    return response
  }

  /// What goes wrong, in the form of a registry's errors.
  package static func failure(_ error: any Error) -> HTTPResponse {
    switch error {
    case let problem as RegistryProblem: return problem.response
    case let failure as HTTPFailure:
      return RegistryProblem(failure.status, "UNSUPPORTED", failure.message).response
    case let error as DklabError where error.code == .notFound:
      return RegistryProblem(.notFound, "MANIFEST_UNKNOWN", error.message.en).response
    case let error as DklabError where error.code == .invalid:
      return RegistryProblem.manifestInvalid(error.message.en).response
    case let error as SyscallError where error.errno == 28:
      return RegistryProblem(.insufficientStorage, "UNKNOWN", "no space left").response
    default:
      return RegistryProblem(.internalServerError, "UNKNOWN", "internal error").response
    }
  }

  private func answer(_ request: HTTPRequest) async throws -> HTTPResponse {
    if let users = configuration.users {
      let header = request.headers.first(name: "Authorization")
      guard try await BlockingWork.run({ users.admits(header) }) else {
        throw RegistryProblem(
          .unauthorized, "UNAUTHORIZED", "authentication required",
          headers: ["WWW-Authenticate": "Basic realm=\"dklab registry\""])
      }
    }
    guard request.path.hasPrefix("/v2") else {
      throw RegistryProblem(
        .notFound, "UNSUPPORTED", "this is a registry: everything is below /v2/")
    }
    let isReading = request.method == .GET || request.method == .HEAD
    if !isReading, configuration.isReadOnly || cache != nil { throw RegistryProblem.readOnly }
    return try await dispatch(request)
  }

  /// A repository's name may have any number of components, so the path is read from behind.
  private func dispatch(_ request: HTTPRequest) async throws -> HTTPResponse {
    let parts = request.path.split(separator: "/").dropFirst()
      .map { PercentEncoding.decode(String($0)) ?? "" }
    if parts.isEmpty { return HTTPResponse(type: "application/json", bytes: Array("{}".utf8)) }
    if parts == ["_catalog"] { return try await catalog(request) }
    guard parts.count >= 3 else { throw Self.unsupported }
    let method = request.method
    let last = parts[parts.count - 1]
    func name(_ dropped: Int) throws -> String {
      let name = parts.dropLast(dropped).joined(separator: "/")
      guard RegistryStore.isName(name) else { throw RegistryProblem.nameInvalid }
      return name
    }
    switch parts[parts.count - 2] {
    case "tags" where last == "list" && method == .GET:
      return try await tags(of: try name(2), request)
    case "referrers" where method == .GET:
      return try await referrers(to: last, in: try name(2), request)
    case "manifests":
      return try await manifest(last, in: try name(2), request)
    case "blobs" where last == "uploads" && method == .POST:
      return try await openUpload(in: try name(2), request)
    case "blobs":
      return try await blob(last, in: try name(2), request)
    case "uploads" where parts.count >= 4 && parts[parts.count - 3] == "blobs":
      return try await upload(last, in: try name(3), request)
    default: throw Self.unsupported
    }
  }

  static let unsupported = RegistryProblem(
    .notFound, "UNSUPPORTED", "no such place in a registry")
  static let badMethod = RegistryProblem(
    .methodNotAllowed, "UNSUPPORTED", "the operation is unsupported")
}
