// `/v1.43/containers/json` and `/containers/json` are the same place. The number says what the client
// knows: fields that came later do it no harm, so one form of each answer serves all versions; what
// is refused is a client older than the oldest or newer than the newest.

import HTTP

/// Versions of the API.
enum APIVersion {
  static let current = "1.50"
  static let oldest = "1.24"

  /// Takes the version off the path and lets `router` answer; adds what every answer carries.
  static func respond(to request: HTTPRequest, _ router: Router) async throws -> HTTPResponse {
    var request = request
    if let (version, rest) = split(request.path) {
      try check(version)
      request.path = rest
    }
    var response: HTTPResponse
    do {
      response = try await router.respond(to: request)
    } catch let failure as HTTPFailure where failure.status == .notFound {
      response = APIError.response(APIError(.notFound, "page not found"), request)
    } catch {
      response = APIError.response(error, request)
    }
    addHeaders(&response.headers)
    return response
  }

  static func addHeaders(_ headers: inout HTTPHeaders) {
    headers.add(name: "Api-Version", value: current)
    headers.add(name: "Docker-Experimental", value: "false")
    headers.add(name: "Ostype", value: "linux")
    headers.add(name: "Server", value: "dklab (linux)")
  }

  /// `/v1.43/rest` → `1.43` and `/rest`.
  static func split(_ path: String) -> (version: String, rest: String)? {
    guard path.hasPrefix("/v"), path.dropFirst(2).first?.isNumber == true else { return nil }
    let rest = path.dropFirst(2)
    let version = rest.prefix { $0 != "/" }
    guard version.allSatisfy({ $0.isNumber || $0 == "." }) else { return nil }
    return (String(version), String(rest.dropFirst(version.count)))
  }

  private static func check(_ version: String) throws {
    func number(_ text: String) -> [Int] { text.split(separator: ".").map { Int($0) ?? 0 } }
    if number(version).lexicographicallyPrecedes(number(oldest)) {
      throw APIError(
        .badRequest,
        "client version \(version) is too old. Minimum supported API version is \(oldest), please "
          + "upgrade your client to a newer version")
    }
    if number(current).lexicographicallyPrecedes(number(version)) {
      throw APIError(
        .badRequest,
        "client version \(version) is too new. Maximum supported API version is \(current)")
    }
  }
}
