import Documents
import HTTP

/// What a request is about, read from its method and path: `GET
/// /apis/apps/v1/namespaces/default/deployments/web/status`.
struct RequestInfo: Sendable {
  var verb = ""
  var group = ""
  var version = ""
  var namespace = ""
  var resource = ""
  var name = ""
  var subresource = ""
  /// What follows the subresource, as in `…/proxy/some/path`.
  var rest = ""
  var isResource = false

  /// The parts of a path below `/api/v1` or `/apis/GROUP/VERSION`; otherwise only the verb is set.
  init(method: String, path: String, query: QueryParameters) {
    verb = method.lowercased()
    let parts = path.split(separator: "/").map { PercentEncoding.decode(String($0)) ?? String($0) }
    var rest: ArraySlice<String>
    if parts.count >= 3, parts[0] == "api" {
      version = parts[1]
      rest = parts[2...]
    } else if parts.count >= 4, parts[0] == "apis" {
      group = parts[1]
      version = parts[2]
      rest = parts[3...]
    } else {
      return
    }
    isResource = true
    let isWatchPath = rest.first == "watch"
    if isWatchPath { rest = rest.dropFirst() }
    if rest.first == "namespaces", rest.count >= 2 {
      namespace = rest[rest.startIndex + 1]
      // `/namespaces/NAME/status` is about the namespace itself.
      if rest.count > 2, !["status", "finalize"].contains(rest[rest.startIndex + 2]) {
        rest = rest.dropFirst(2)
      }
    }
    resource = rest.popFirst() ?? ""
    name = rest.popFirst() ?? ""
    subresource = rest.popFirst() ?? ""
    self.rest = rest.joined(separator: "/")
    if resource == "namespaces", namespace.isEmpty { namespace = name }
    settleVerb(method, query, isWatchPath: isWatchPath)
  }

  private mutating func settleVerb(_ method: String, _ query: QueryParameters, isWatchPath: Bool) {
    switch method {
    case "GET", "HEAD":
      let watches = query.says("watch") || isWatchPath
      verb = watches ? "watch" : name.isEmpty ? "list" : "get"
    case "POST": verb = "create"
    case "PUT": verb = "update"
    case "PATCH": verb = "patch"
    case "DELETE": verb = name.isEmpty ? "deletecollection" : "delete"
    default: break
    }
  }

  /// What has to be allowed for the request.
  func access(_ user: UserInfo, path: String) -> AccessRequest {
    var request = AccessRequest(user: user, verb: verb)
    guard isResource else {
      request.path = path
      return request
    }
    request.group = group
    request.resource = resource
    request.subresource = subresource
    request.namespace = namespace
    request.name = name
    return request
  }
}
