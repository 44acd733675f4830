import Documents
import Support

/// A command's view of the cluster it was pointed at.
final class Session {
  let invocation: Invocation
  let config: ClientConfig
  let client: APIClient
  let discovery: Discovery

  init(_ invocation: Invocation) throws {
    self.invocation = invocation
    config = try ClientConfig(invocation.flags)
    client = APIClient(config)
    discovery = Discovery(client)
  }

  var flags: FlagValues { invocation.flags }
  var namespace: String { config.namespace }

  /// The namespace to list in; nil for all of them.
  var listNamespace: String? {
    flags.knows("all-namespaces") && flags.bool("all-namespaces") ? nil : config.namespace
  }

  /// One object of the server.
  func get(
    _ kind: ResourceKind, _ name: String, namespace: String? = nil, subresource: String = ""
  ) throws -> JSONValue {
    try client.request(
      "GET",
      kind.path(namespace: namespace ?? config.namespace, name: name, subresource: subresource))
  }

  /// Objects of the server; `namespace` nil means all namespaces. Large lists come in pieces.
  func list(
    _ kind: ResourceKind, namespace: String?, labels: String = "", fields: String = "",
    accept: String = "application/json", extra: [(String, String)] = []
  ) throws -> JSONValue {
    var query = [("limit", "500")] + extra
    if !labels.isEmpty { query.append(("labelSelector", labels)) }
    if !fields.isEmpty { query.append(("fieldSelector", fields)) }
    let path = kind.path(namespace: namespace)
    var whole = try client.request("GET", path, query: query, accept: accept)
    let member = whole.text("kind") == "Table" ? "rows" : "items"
    var items = whole.list(member)
    var next = whole.text("metadata", "continue")
    while !next.isEmpty {
      let page = try client.request(
        "GET", path, query: query + [("continue", next)], accept: accept)
      items += page.list(member)
      next = page.text("metadata", "continue")
    }
    whole[member] = .array(items)
    if member == "items" {
      // The elements of a list do not say what they are.
      whole["items"] = .array(
        items.map { item in
          var item = item
          if item["kind"] == nil { item["kind"] = .string(kind.kind) }
          if item["apiVersion"] == nil { item["apiVersion"] = .string(kind.apiVersion) }
          return item
        })
    }
    return whole
  }

  /// Sends a changed object, or only shows what it would be.
  func patch(
    _ item: ResourceItem, _ patch: JSONValue, _ type: APIClient.BodyType,
    subresource: String = "", manager: String? = nil
  ) throws -> JSONValue {
    var query: [(String, String)] = []
    if let manager { query.append(("fieldManager", manager)) }
    if try dryRun == .server { query.append(("dryRun", "All")) }
    return try client.request(
      "PATCH",
      item.kind.path(namespace: item.namespace, name: item.name, subresource: subresource),
      query: query, body: patch, type: type)
  }

  /// Makes an object on the server.
  func create(_ item: ResourceItem, manager: String) throws -> JSONValue {
    var query = [("fieldManager", manager)]
    if try dryRun == .server { query.append(("dryRun", "All")) }
    if flags.knows("validate") { query.append(("fieldValidation", try fieldValidation)) }
    return try client.request(
      "POST", item.kind.path(namespace: item.namespace), query: query, body: item.object)
  }

  /// What the server shall do with fields it does not know.
  var fieldValidation: String {
    get throws {
      switch flags.string("validate") {
      case "true", "strict": return "Strict"
      case "warn": return "Warn"
      case "false", "ignore": return "Ignore"
      case let other:
        throw KubectlError("invalid - validate option \"\(other)\"")
      }
    }
  }

  enum DryRun { case none, client, server }

  /// What `--dry-run` says.
  var dryRun: DryRun {
    get throws {
      guard flags.knows("dry-run") else { return .none }
      switch flags.string("dry-run") {
      case "none", "false": return .none
      case "client": return .client
      case "server": return .server
      case "unchanged":
        Screen.remark(
          "W: --dry-run is deprecated and can be replaced with --dry-run=client.")
        return .client
      case let other:
        throw KubectlError(
          "Invalid dry-run value (\(other)). Must be \"none\", \"server\", or \"client\".")
      }
    }
  }

  /// What is added to a sentence about a change.
  var dryRunSuffix: String {
    get throws {
      switch try dryRun {
      case .none: ""
      case .client: " (dry run)"
      case .server: " (server dry run)"
      }
    }
  }
}
