import Documents

extension Generators {
  private static let ruleFlags: [Flag] = [
    .list("verb", "What may be done; may be repeated"),
    .list("resource", "Kinds, as NAME[.GROUP][/PART]"),
    .list("resource-name", "Only objects with these names"),
  ]

  static let role = command(
    "role", usage: "NAME --verb=verb --resource=resource.group/subresource",
    summary: "Create a role with single rule", flags: ruleFlags,
    examples: ["kubectl create role reader --verb=get,list --resource=pods"]
  ) { invocation in
    let name = try name(invocation)
    return [
      "kind": "Role", "apiVersion": "rbac.authorization.k8s.io/v1", "metadata": metadata(name),
      "rules": .array(try rules(invocation)),
    ]
  }

  static let clusterRole = command(
    "clusterrole", usage: "NAME --verb=verb --resource=resource.group",
    summary: "Create a cluster role",
    flags: ruleFlags + [
      .list("non-resource-url", "Paths that are no resources"),
      .list("aggregation-rule", "Labels of the roles it is made of, as KEY=VALUE"),
    ]
  ) { invocation in
    let name = try name(invocation)
    let flags = invocation.flags
    var object: JSONValue = [
      "kind": "ClusterRole", "apiVersion": "rbac.authorization.k8s.io/v1",
      "metadata": metadata(name),
    ]
    if flags.isSet("aggregation-rule") {
      let labels = flags.list("aggregation-rule").compactMap { pair -> (String, String)? in
        let parts = pair.split(separator: "=", maxSplits: 1).map(String.init)
        return parts.count == 2 ? (parts[0], parts[1]) : nil
      }
      object["aggregationRule"] = [
        "clusterRoleSelectors": [
          ["matchLabels": JSONValue(map: Dictionary(labels, uniquingKeysWith: { $1 }))]
        ]
      ]
      object["rules"] = .null
      return object
    }
    var all =
      flags.isSet("resource") || !flags.isSet("non-resource-url")
      ? try rules(invocation) : []
    if flags.isSet("non-resource-url") {
      all.append([
        "nonResourceURLs": strings(flags.list("non-resource-url")),
        "verbs": strings(flags.list("verb")),
      ])
    }
    object["rules"] = .array(all)
    return object
  }

  /// One rule for each group, as the genuine one sorts them.
  private static func rules(_ invocation: Invocation) throws -> [JSONValue] {
    let flags = invocation.flags
    var verbs: [String] = []
    for verb in flags.list("verb") where !verbs.contains(verb) { verbs.append(verb) }
    if verbs.contains("*") { verbs = ["*"] }
    guard !verbs.isEmpty else { throw KubectlError("at least one verb must be specified") }
    let names = flags.list("resource")
    guard !names.isEmpty else { throw KubectlError("at least one resource must be specified") }
    let session = try Session(invocation)
    var groups: [(group: String, resources: [String])] = []
    for name in names {
      let parts = name.split(separator: "/", maxSplits: 1).map(String.init)
      var (group, plural) = ("", "*")
      if parts[0] != "*" {
        guard let kind = try session.discovery.lookUp(parts[0]) else {
          throw KubectlError(
            "the server doesn't have a resource type \"\(parts[0].prefix { $0 != "." })\"")
        }
        (group, plural) = (kind.group, kind.plural)
      }
      let resource = parts.count == 2 ? "\(plural)/\(parts[1])" : plural
      if let index = groups.firstIndex(where: { $0.group == group }) {
        if !groups[index].resources.contains(resource) { groups[index].resources.append(resource) }
      } else {
        groups.append((group, [resource]))
      }
    }
    groups.sort { $0.group < $1.group }
    return groups.map { group in
      var rule: JSONValue = [
        "apiGroups": [.string(group.group)], "resources": strings(group.resources),
        "verbs": strings(verbs),
      ]
      if flags.isSet("resource-name") {
        rule["resourceNames"] = strings(flags.list("resource-name"))
      }
      return rule
    }
  }

  private static let subjectFlags: [Flag] = [
    .array("group", "Groups"), .array("user", "Users"),
    .array("serviceaccount", "Service accounts, as NAMESPACE:NAME"),
  ]

  static let roleBinding = command(
    "rolebinding",
    usage: "NAME --clusterrole=NAME|--role=NAME [--user=username] [--group=groupname]",
    summary: "Create a role binding for a particular role or cluster role",
    flags: subjectFlags + [
      .string("role", "The role"), .string("clusterrole", "The cluster role"),
    ]
  ) { invocation in
    let flags = invocation.flags
    guard flags.isSet("role") != flags.isSet("clusterrole") else {
      throw KubectlError("exactly one of clusterrole or role must be specified")
    }
    let isRole = flags.isSet("role")
    return try binding(
      "RoleBinding", invocation, isRole ? "Role" : "ClusterRole",
      flags.string(isRole ? "role" : "clusterrole"))
  }

  static let clusterRoleBinding = command(
    "clusterrolebinding", usage: "NAME --clusterrole=NAME [--user=username] [--group=groupname]",
    summary: "Create a cluster role binding for a particular cluster role",
    flags: subjectFlags + [.string("clusterrole", "The cluster role")]
  ) { invocation in
    guard invocation.flags.isSet("clusterrole") else {
      throw KubectlError("required flag(s) \"clusterrole\" not set")
    }
    return try binding(
      "ClusterRoleBinding", invocation, "ClusterRole", invocation.flags.string("clusterrole"))
  }

  private static func binding(
    _ kind: String, _ invocation: Invocation, _ roleKind: String, _ role: String
  ) throws -> JSONValue {
    let flags = invocation.flags
    let group: JSONValue = "rbac.authorization.k8s.io"
    var subjects: [JSONValue] = []
    for user in flags.list("user") {
      subjects.append(["kind": "User", "apiGroup": group, "name": .string(user)])
    }
    for name in flags.list("group") {
      subjects.append(["kind": "Group", "apiGroup": group, "name": .string(name)])
    }
    for account in flags.list("serviceaccount") {
      let parts = account.split(separator: ":").map(String.init)
      guard parts.count == 2 else {
        throw KubectlError("serviceaccount must be <namespace>:<name>")
      }
      subjects.append([
        "kind": "ServiceAccount", "name": .string(parts[1]), "namespace": .string(parts[0]),
      ])
    }
    var object: JSONValue = [
      "kind": .string(kind), "apiVersion": "rbac.authorization.k8s.io/v1",
      "metadata": metadata(try name(invocation)),
    ]
    if !subjects.isEmpty { object["subjects"] = .array(subjects) }
    object["roleRef"] = [
      "apiGroup": group, "kind": .string(roleKind), "name": .string(role),
    ]
    return object
  }

  static let token = Command(
    name: "token", usage: "SERVICE_ACCOUNT_NAME", summary: "Request a service account token",
    flags: CommonFlags.output + [
      .array("audience", "For whom it is; may be repeated"),
      .duration("duration", "How long it is good"),
      .string("bound-object-kind", "Pod, Secret or Node that it ends with"),
      .string("bound-object-name", "The name of that object"),
      .string("bound-object-uid", "The UID of that object"),
    ]
  ) { invocation in
    let flags = invocation.flags
    let session = try Session(invocation)
    let name = try name(invocation)
    let kind = try session.discovery.kind(named: "serviceaccounts")
    var spec: JSONValue = ["audiences": .null]
    if flags.isSet("audience") { spec["audiences"] = strings(flags.list("audience")) }
    if flags.isSet("duration") {
      spec["expirationSeconds"] = .integer(Int64(flags.duration("duration")))
    }
    if flags.isSet("bound-object-kind") {
      spec["boundObjectRef"] = [
        "kind": .string(flags.string("bound-object-kind")), "apiVersion": "v1",
        "name": .string(flags.string("bound-object-name")),
        "uid": .string(flags.string("bound-object-uid")),
      ]
    }
    let answer: JSONValue
    do {
      answer = try session.client.request(
        "POST", kind.path(namespace: session.namespace, name: name, subresource: "token"),
        body: [
          "kind": "TokenRequest", "apiVersion": "authentication.k8s.io/v1", "spec": spec,
        ])
    } catch let error as StatusError {
      throw KubectlError("failed to create token: \(error.message)")
    }
    let format = try OutputFormat(flags)
    if format.isStandard {
      Screen.print(answer.text("status", "token"))
    } else {
      Screen.write(try format.text(answer))
    }
  }
}
