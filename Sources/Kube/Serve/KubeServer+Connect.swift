import Documents
import HTTP

extension KubeServer {
  /// Asks policies and webhooks whether somebody may connect to what is behind an object. What they see are
  /// the options of the connection, which stand in the query; who changes them changes the request.
  func admitted(
    _ request: HTTPRequest, _ info: RequestInfo, _ type: ResourceType, _ user: UserInfo
  ) async throws -> (HTTPRequest, warnings: [String]) {
    let options = ConnectOptions(request, info, type)
    let attempt = AdmissionAttempt(
      operation: "CONNECT", type: type, subresource: info.subresource,
      namespace: info.namespace, name: info.name, object: options.json, user: user)
    let (changed, warnings) = try await BlockingWork.run { [api] in
      var attempt = attempt
      var warnings: [String] = []
      try Admission.admit(&attempt, api, &warnings)
      return (attempt.object, warnings)
    }
    guard let changed, changed != options.json else { return (request, warnings) }
    return (options.changed(request, to: changed), warnings)
  }

  /// A response that says what policies and webhooks wanted to be said, each once.
  static func warned(_ response: HTTPResponse, _ warnings: [String]) -> HTTPResponse {
    var response = response
    var seen: Set<String> = []
    for warning in warnings where !warning.isEmpty && seen.insert(warning).inserted {
      // A header is one line.
      let line = String(warning.map { $0.isNewline ? " " : $0 })
      let quoted = line.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
      response.headers.add(name: "Warning", value: "299 - \"\(quoted)\"")
    }
    return response
  }
}

/// The query of a request for `exec`, `attach`, `portforward` or `proxy`, as the object of which it is one
/// form: `PodExecOptions` and its kin.
struct ConnectOptions {
  private(set) var json: JSONValue

  init(_ request: HTTPRequest, _ info: RequestInfo, _ type: ResourceType) {
    let kind = type.subresource(info.subresource)?.kind ?? type.kind
    json = ["kind": .string(kind), "apiVersion": "v1"]
    let query = request.query
    switch info.subresource {
    case "exec", "attach":
      for key in Self.flags {
        // Whoever is attached hears what there is unless it says that it does not want to.
        let isUsual = info.subresource == "attach" && ["stdout", "stderr"].contains(key)
        let value = query[key].map { ["true", "1"].contains($0) } ?? isUsual
        if value { json[key] = true }
      }
      if let container = query["container"], !container.isEmpty {
        json["container"] = .string(container)
      }
      if info.subresource == "exec" {
        json["command"] = .array(query.all("command").map(JSONValue.string))
      }
    case "portforward":
      let ports = query.all("ports").flatMap { $0.split(separator: ",") }
        .compactMap { Int64($0) }
      if !ports.isEmpty { json["ports"] = .array(ports.map(JSONValue.integer)) }
    default:
      let path = KubeServer.path(behindProxyIn: request.path)
      json["path"] = .string(path)
    }
  }

  private static let flags = ["stdin", "stdout", "stderr", "tty"]

  /// The request as it is when its options have become `options`. Paths and ports stay as they were.
  func changed(_ request: HTTPRequest, to options: JSONValue) -> HTTPRequest {
    guard json["path"] == nil, json["ports"] == options["ports"] else { return request }
    var pieces = Self.flags.map { "\($0)=\(options.flag($0))" }
    let words =
      options.list("command").compactMap(\.string).map { ("command", $0) }
      + [("container", options.text("container"))]
    for (name, value) in words where name == "command" || !value.isEmpty {
      pieces.append("\(name)=\(PercentEncoding.encode(value))")
    }
    return HTTPRequest(
      method: request.method, target: request.path + "?" + pieces.joined(separator: "&"),
      headers: request.headers, body: request.body, client: request.client)
  }
}
