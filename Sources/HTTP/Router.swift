import Support

/// Finds the handler of a request by its method and path.
///
/// A pattern is a path whose segments may be names in braces: `/containers/{id}/json` takes one
/// segment, `/images/{name...}/json` one or more, as repository names have slashes. Literal segments
/// win over names; of two routes that fit equally the first one is taken. Values are decoded after the
/// path was taken apart, so `%2F` never separates.
package struct Router: Sendable {
  package typealias Handler = @Sendable (HTTPRequest) async throws -> HTTPResponse

  private enum Piece: Equatable {
    case literal(String)
    case name(String)
    case rest(String)
  }

  private struct Route: Sendable {
    let method: HTTPMethod
    let pieces: [Piece]
    let handler: Handler
  }

  /// By the first segment, since that is nearly always a literal.
  private var routes: [String: [Route]] = [:]

  package init() {}

  /// Adds a route. `HEAD` is answered by a route for `GET` when there is none of its own.
  package mutating func on(_ method: HTTPMethod, _ pattern: String, _ handler: @escaping Handler) {
    let pieces: [Piece] = Router.segments(pattern).map { segment in
      guard segment.hasPrefix("{"), segment.hasSuffix("}") else { return .literal(segment) }
      let name = String(segment.dropFirst().dropLast())
      return name.hasSuffix("...") ? .rest(String(name.dropLast(3))) : .name(name)
    }
    var key = ""
    if case .literal(let first)? = pieces.first { key = first }
    routes[key, default: []].append(Route(method: method, pieces: pieces, handler: handler))
  }

  /// Calls the handler of `request`.
  ///
  /// - Throws: ``HTTPFailure`` 404 when no route has this path, 405 (with `Allow`) when one has it for
  ///   another method, 400 for a path that cannot be decoded; and what the handler throws.
  package func respond(to request: HTTPRequest) async throws -> HTTPResponse {
    var segments: [String] = []
    for segment in Router.segments(request.path) {
      guard let decoded = PercentEncoding.decode(segment) else {
        throw HTTPFailure(.badRequest, "malformed path")
      }
      segments.append(decoded)
    }
    let candidates = (segments.first.flatMap { routes[$0] } ?? []) + (routes[""] ?? [])
    var best: (route: Route, values: [String: String], literals: Int)?
    var allowed: [String] = []
    for route in candidates {
      guard let values = Router.match(route.pieces[...], segments[...]) else { continue }
      guard Router.serves(route.method, request.method) else {
        allowed.append(route.method.rawValue)
        continue
      }
      let literals = route.pieces.count { if case .literal = $0 { true } else { false } }
      let isExact = route.method == request.method ? 1 : 0
      let score = literals * 2 + isExact
      if best == nil || score > best?.literals ?? 0 { best = (route, values, score) }
    }
    guard let best else {
      if allowed.isEmpty { throw HTTPFailure(.notFound, "page not found") }
      throw HTTPFailure(
        .methodNotAllowed, "method not allowed",
        headers: ["Allow": Set(allowed).sorted().joined(separator: ", ")])
    }
    var request = request
    request.parameters = best.values
    return try await best.route.handler(request)
  }

  private static func serves(_ route: HTTPMethod, _ method: HTTPMethod) -> Bool {
    route == method || (route == .GET && method == .HEAD)
  }

  private static func segments(_ path: String) -> [String] {
    path.split(separator: "/").map(String.init)
  }

  private static func match(_ pieces: ArraySlice<Piece>, _ segments: ArraySlice<String>)
    -> [String: String]?
  {
    guard let piece = pieces.first else { return segments.isEmpty ? [:] : nil }
    guard let segment = segments.first else { return nil }
    switch piece {
    case .literal(let text):
      return text == segment ? match(pieces.dropFirst(), segments.dropFirst()) : nil
    case .name(let name):
      var values = match(pieces.dropFirst(), segments.dropFirst())
      values?[name] = segment
      return values
    case .rest(let name):
      // As much as possible, as long as the pieces behind it find theirs.
      for count in stride(from: segments.count - (pieces.count - 1), to: 0, by: -1) {
        if var values = match(pieces.dropFirst(), segments.dropFirst(count)) {
          values[name] = segments.prefix(count).joined(separator: "/")
          return values
        }
      }
      return nil
    }
  }
}
