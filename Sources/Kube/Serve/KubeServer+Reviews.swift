import Documents

extension KubeServer {
  /// Reviews are questions in the form of objects: they are answered, not stored. Nil when the
  /// resource is none.
  func review(
    _ type: ResourceType, _ sent: JSONValue, _ options: WriteOptions, namespace: String
  ) throws -> JSONValue? {
    let user = options.user
    var reply = sent
    reply["apiVersion"] = .string(type.apiVersion)
    reply["kind"] = .string(type.kind)
    reply.setDefault("metadata", "creationTimestamp", to: .null)
    switch type.plural {
    case "selfsubjectaccessreviews":
      reply["status"] = access(sent["spec"] ?? [:], user, namespace: nil)
    case "subjectaccessreviews", "localsubjectaccessreviews":
      let spec = sent["spec"] ?? [:]
      var subject = UserInfo(
        spec.text("user"), groups: spec.list("groups").compactMap(\.string))
      subject.uid = spec.text("uid")
      guard !subject.name.isEmpty || !subject.groups.isEmpty else {
        throw APIError.invalid(
          type, "",
          [.invalid("spec.user", "", "at least one of user or group must be specified")])
      }
      reply["status"] = access(
        spec, subject, namespace: type.isNamespaced ? namespace : nil)
    case "selfsubjectrulesreviews":
      let place = sent.text("spec", "namespace")
      guard !place.isEmpty else {
        throw APIError.badRequest("no namespace on request")
      }
      let rules = authorizer.rules(for: user, namespace: place)
      reply["status"] = [
        "resourceRules": .array(rules.filter { !$0.list("resources").isEmpty }),
        "nonResourceRules": .array(rules.filter { !$0.list("nonResourceURLs").isEmpty }),
        "incomplete": false,
      ]
    case "selfsubjectreviews": reply["status"] = ["userInfo": Self.info(user)]
    case "tokenreviews":
      let asked = sent.list("spec", "audiences").compactMap(\.string)
      let audiences = asked.isEmpty ? [ServiceAccountTokens.issuer] : asked
      let found = authenticator.user(token: sent.text("spec", "token"), for: audiences)
      reply["status"] =
        found.map {
          [
            "authenticated": true, "user": Self.info($0.user),
            "audiences": .array($0.audiences.map(JSONValue.string)),
          ]
        } ?? ["error": "[invalid bearer token]", "user": [:]]
    case "bindings":
      try api.bind(namespace, sent.name, sent, options)
    default: return nil
    }
    return reply
  }

  private func access(_ spec: JSONValue, _ user: UserInfo, namespace: String?) -> JSONValue {
    var request = AccessRequest(user: user, verb: "")
    if let resource = spec["resourceAttributes"] {
      request.verb = resource.text("verb")
      request.group = resource.text("group")
      request.resource = resource.text("resource")
      request.subresource = resource.text("subresource")
      request.namespace = namespace ?? resource.text("namespace")
      request.name = resource.text("name")
    } else if let path = spec["nonResourceAttributes"] {
      request.verb = path.text("verb")
      request.path = path.text("path")
    }
    guard let reason = authorizer.allows(request) else { return ["allowed": false] }
    return reason.isEmpty ? ["allowed": true] : ["allowed": true, "reason": .string(reason)]
  }

  private static func info(_ user: UserInfo) -> JSONValue {
    var info: JSONValue = [
      "username": .string(user.name), "groups": .array(user.groups.map(JSONValue.string)),
    ]
    if !user.uid.isEmpty { info["uid"] = .string(user.uid) }
    if !user.extra.isEmpty {
      info["extra"] = .object(
        JSONObject(
          user.extra.sorted { $0.key < $1.key }.map {
            ($0.key, .array($0.value.map(JSONValue.string)))
          }))
    }
    return info
  }
}
