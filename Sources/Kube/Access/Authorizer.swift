import Documents

/// What somebody wants to do.
package struct AccessRequest: Sendable, Hashable {
  package var user: UserInfo
  package var verb: String
  package var group = ""
  package var resource = ""
  package var subresource = ""
  package var namespace = ""
  package var name = ""
  /// The path, when no resource is meant.
  package var path = ""

  package init(user: UserInfo, verb: String) {
    self.user = user
    self.verb = verb
  }

  var qualifiedResource: String {
    subresource.isEmpty ? resource : "\(resource)/\(subresource)"
  }
}

/// Role-based access control: whoever is not allowed something by a role is not allowed it.
package struct Authorizer: Sendable {
  let api: ObjectAPI
  private static let group = "rbac.authorization.k8s.io"

  package init(api: ObjectAPI) {
    self.api = api
  }

  /// The reason why the request is allowed; nil when it is not.
  package func allows(_ request: AccessRequest) -> String? {
    if request.user.isMaster { return "" }
    for (binding, rules) in grants(request.user, namespace: request.namespace)
    where rules.contains(where: { Self.covers($0, request) }) {
      let role = "\(binding.text("roleRef", "kind")) \"\(binding.text("roleRef", "name"))\""
      let who = Self.subject(of: binding, request.user)
      return "RBAC: allowed by \(binding.kind) \"\(binding.qualifiedName)\" of \(role) to \(who)"
    }
    return nil
  }

  /// All rules that hold for a user in a namespace.
  package func rules(for user: UserInfo, namespace: String) -> [JSONValue] {
    if user.isMaster {
      return [
        ["apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]],
        ["nonResourceURLs": ["*"], "verbs": ["*"]],
      ]
    }
    return grants(user, namespace: namespace).flatMap(\.rules)
  }

  private func grants(_ user: UserInfo, namespace: String) -> [(
    binding: JSONValue, rules: [JSONValue]
  )] {
    var result: [(JSONValue, [JSONValue])] = []
    for binding in api.objects("\(Self.group)/clusterrolebindings")
    where Self.names(binding, user) {
      result.append((binding, rules(of: binding, namespace: "")))
    }
    guard !namespace.isEmpty else { return result }
    for binding in api.objects("\(Self.group)/rolebindings", namespace: namespace)
    where Self.names(binding, user) {
      result.append((binding, rules(of: binding, namespace: namespace)))
    }
    return result
  }

  private func rules(of binding: JSONValue, namespace: String) -> [JSONValue] {
    let name = binding.text("roleRef", "name")
    let key =
      binding.text("roleRef", "kind") == "ClusterRole"
      ? ObjectKey("\(Self.group)/clusterroles", "", name)
      : ObjectKey("\(Self.group)/roles", namespace, name)
    return api.store.get(key)?.value.list("rules") ?? []
  }

  private static func names(_ binding: JSONValue, _ user: UserInfo) -> Bool {
    binding.list("subjects").contains { matches($0, binding, user) }
  }

  private static func matches(_ subject: JSONValue, _ binding: JSONValue, _ user: UserInfo) -> Bool
  {
    let name = subject.text("name")
    switch subject.text("kind") {
    case "User": return name == user.name
    case "Group": return user.groups.contains(name)
    case "ServiceAccount":
      let namespace =
        subject.text("namespace").isEmpty ? binding.namespace : subject.text("namespace")
      return user.name == "system:serviceaccount:\(namespace):\(name)"
    default: return false
    }
  }

  private static func subject(of binding: JSONValue, _ user: UserInfo) -> String {
    let found = binding.list("subjects").first { matches($0, binding, user) } ?? .null
    if found.text("kind") == "ServiceAccount" {
      return "ServiceAccount \"\(found.text("name"))/\(found.text("namespace"))\""
    }
    return "\(found.text("kind")) \"\(found.text("name"))\""
  }

  /// Whether a rule covers a request.
  static func covers(_ rule: JSONValue, _ request: AccessRequest) -> Bool {
    func has(_ list: String, _ value: String) -> Bool {
      rule.list(list).contains { $0.string == "*" || $0.string == value }
    }
    guard has("verbs", request.verb) else { return false }
    if !request.path.isEmpty {
      return rule.list("nonResourceURLs").compactMap(\.string).contains { pattern in
        pattern == "*" || pattern == request.path
          || pattern.hasSuffix("*") && request.path.hasPrefix(pattern.dropLast())
      }
    }
    guard has("apiGroups", request.group) else { return false }
    let resources = rule.list("resources").compactMap(\.string)
    let isNamed = resources.contains { resource in
      resource == "*" || resource == request.qualifiedResource
        || !request.subresource.isEmpty && resource == "*/\(request.subresource)"
    }
    guard isNamed else { return false }
    let names = rule.list("resourceNames").compactMap(\.string)
    return names.isEmpty || names.contains(request.name)
  }

  /// 403 in the words of the API server.
  static func refusal(_ request: AccessRequest) -> APIError {
    let user = "User \"\(request.user.name)\""
    if !request.path.isEmpty {
      return APIError(
        403, "Forbidden",
        "forbidden: \(user) cannot \(request.verb) path \"\(request.path)\"")
    }
    let resource =
      request.group.isEmpty
      ? request.resource : "\(request.resource).\(request.group)"
    let place =
      request.namespace.isEmpty
      ? "at the cluster scope" : "in the namespace \"\(request.namespace)\""
    let object = request.name.isEmpty ? resource : "\(resource) \"\(request.name)\""
    var error = APIError(
      403, "Forbidden",
      "\(object) is forbidden: \(user) cannot \(request.verb) resource "
        + "\"\(request.qualifiedResource)\" in API group \"\(request.group)\" \(place)")
    error.name = request.name
    error.group = request.group
    error.kind = request.resource
    return error
  }
}
