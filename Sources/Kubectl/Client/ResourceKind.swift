import Documents

/// One kind of objects that the server has.
struct ResourceKind: Sendable, Hashable {
  var group: String
  var version: String
  /// `deployments`.
  var plural: String
  /// `deployment`.
  var singular: String
  /// `Deployment`.
  var kind: String
  var isNamespaced: Bool
  var verbs: [String] = []
  var shortNames: [String] = []
  var categories: [String] = []
  var subresources: [String] = []

  var apiVersion: String { group.isEmpty ? version : "\(group)/\(version)" }

  /// `deployments.apps`.
  var qualifiedPlural: String { group.isEmpty ? plural : "\(plural).\(group)" }

  /// `deployment.apps`, as it stands before the name of an object.
  var qualifiedSingular: String {
    let name = kind.lowercased()
    return group.isEmpty ? name : "\(name).\(group)"
  }

  /// The path of all objects, in one namespace when it is given.
  func path(namespace: String?) -> String {
    let base = group.isEmpty ? "/api/\(version)" : "/apis/\(group)/\(version)"
    guard isNamespaced, let namespace, !namespace.isEmpty else { return "\(base)/\(plural)" }
    return "\(base)/namespaces/\(APIClient.escaped(namespace))/\(plural)"
  }

  /// The path of one object, or of a part of it.
  func path(namespace: String?, name: String, subresource: String = "") -> String {
    let path = path(namespace: namespace) + "/" + APIClient.escaped(name)
    return subresource.isEmpty ? path : "\(path)/\(subresource)"
  }
}

/// An object, or the place where it would be.
struct ResourceItem {
  var kind: ResourceKind
  var namespace: String
  var name: String
  var object: JSONValue
  /// The file it comes from; empty for what comes from the server.
  var source = ""
  /// Where in the file, for messages.
  var path: String { kind.path(namespace: namespace, name: name) }

  /// `pod/web`, `deployment.apps/web`.
  var label: String { "\(kind.qualifiedSingular)/\(name)" }
}
