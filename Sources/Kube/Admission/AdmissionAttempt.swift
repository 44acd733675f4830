import Documents

/// What somebody is about to do to an object, as policies and webhooks see it.
struct AdmissionAttempt: Sendable {
  /// `CREATE`, `UPDATE`, `DELETE` or `CONNECT`.
  var operation: String
  var type: ResourceType
  var subresource = ""
  var namespace: String
  var name: String
  /// As it would be; nothing when it is deleted.
  var object: JSONValue?
  /// As it was; nothing when it is new.
  var old: JSONValue?
  var user: UserInfo
  var isDryRun = false
  /// The options of the request, such as `meta/v1.CreateOptions`.
  var options: JSONValue = .null
  /// As what it was sent, when `type` is another version of it.
  var sentAs: ResourceType?

  /// What must not lock itself out: nobody's rules hold for the rules themselves.
  var isExempt: Bool {
    type.group == "admissionregistration.k8s.io"
      || [
        "subjectaccessreviews", "selfsubjectaccessreviews", "localsubjectaccessreviews",
        "selfsubjectrulesreviews", "tokenreviews", "selfsubjectreviews",
      ].contains(type.plural)
  }

  /// Whether one of a rule's groups, versions, resources and operations is meant.
  func fits(_ rule: JSONValue) -> Bool {
    func has(_ key: String, _ value: String) -> Bool {
      rule.list(key).contains { $0.string == "*" || $0.string == value }
    }
    guard has("operations", operation), has("apiGroups", type.group),
      has("apiVersions", type.version)
    else { return false }
    switch rule.text("scope") {
    case "Cluster" where type.isNamespaced: return false
    case "Namespaced" where !type.isNamespaced: return false
    default: break
    }
    let names = rule.list("resourceNames").compactMap(\.string)
    guard names.isEmpty || names.contains(name) else { return false }
    return rule.list("resources").compactMap(\.string).contains { pattern in
      let parts = pattern.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        .map(String.init)
      let isResource = parts[0] == "*" || parts[0] == type.plural
      guard parts.count == 2 else { return isResource && subresource.isEmpty }
      return isResource && (parts[1] == "*" || parts[1] == subresource)
    }
  }

  /// The attempt as one of the rules wants to see it: as it is, or, unless the policy is `Exact`, in another
  /// version of the same resource that the rules name. Nil when they are about something else.
  func seen(by rules: [JSONValue], _ matchPolicy: String, _ api: ObjectAPI) throws
    -> AdmissionAttempt?
  {
    if rules.contains(where: fits) { return self }
    guard matchPolicy != "Exact" else { return nil }
    let others = api.registry.all.filter {
      $0.bucket == type.bucket && $0.apiVersion != type.apiVersion && !$0.verbs.isEmpty
    }
    for other in others {
      var attempt = self
      attempt.type = other
      guard rules.contains(where: attempt.fits) else { continue }
      attempt.sentAs = sentAs ?? type
      attempt.object = try object.map { try converted($0, to: other, api) }
      attempt.old = try old.map { try converted($0, to: other, api) }
      return attempt
    }
    return nil
  }

  /// An object of the attempt in another version of its resource. What has a form of its own, such as a
  /// Scale, has it in all versions.
  func converted(_ object: JSONValue, to other: ResourceType, _ api: ObjectAPI) throws -> JSONValue
  {
    if let part = type.subresource(subresource), part.kind != type.kind { return object }
    guard let conversion = type.conversion else { return other.fromStored(type.toStored(object)) }
    return try conversion.converted([object], to: other.apiVersion, api)[0]
  }

  /// Whether the selectors of a webhook or a policy find the object and its namespace.
  func isSelected(_ selectors: JSONValue, _ api: ObjectAPI) -> Bool {
    if let selector = LabelSelector(object: selectors["namespaceSelector"]),
      !selector.requirements.isEmpty
    {
      let place =
        type.bucket == "namespaces"
        ? object ?? old : type.isNamespaced ? namespaceObject(api) : nil
      if type.bucket == "namespaces" || type.isNamespaced,
        !selector.matches(place?.labels ?? [:])
      {
        return false
      }
    }
    if let selector = LabelSelector(object: selectors["objectSelector"]),
      !selector.requirements.isEmpty
    {
      // What has no metadata, such as the options of `exec`, has no labels that could be missing.
      let found = [object, old].compactMap { $0 }.contains {
        $0["metadata"] != nil && selector.matches($0.labels)
      }
      if !found { return false }
    }
    return true
  }

  func namespaceObject(_ api: ObjectAPI) -> JSONValue? {
    api.store.get(ObjectKey("namespaces", "", namespace))?.value
  }

  private func kind(_ type: ResourceType) -> JSONValue {
    // A subresource may have a form of its own: what is written to `scale` is a Scale.
    let part = type.subresource(subresource)
    let version = (part?.groupVersion ?? type.apiVersion).split(separator: "/").map(String.init)
    return [
      "group": .string(version.count == 2 ? version[0] : ""),
      "version": .string(version.last ?? ""),
      "kind": .string(part?.kind ?? type.kind),
    ]
  }

  private func resource(_ type: ResourceType) -> JSONValue {
    [
      "group": .string(type.group), "version": .string(type.version),
      "resource": .string(type.plural),
    ]
  }

  /// The `request` of an AdmissionReview, without its uid.
  var request: JSONValue {
    let (kind, resource) = (kind(type), resource(type))
    let (sentKind, sentResource) =
      sentAs.map { (self.kind($0), self.resource($0)) } ?? (kind, resource)
    var value: JSONValue = [
      "kind": kind, "resource": resource, "requestKind": sentKind,
      "requestResource": sentResource,
      "operation": .string(operation), "name": .string(name),
      "userInfo": userInfo,
      "object": object ?? .null, "oldObject": old ?? .null, "dryRun": .bool(isDryRun),
      "options": options,
    ]
    if !namespace.isEmpty { value["namespace"] = .string(namespace) }
    if !subresource.isEmpty {
      value["subResource"] = .string(subresource)
      value["requestSubResource"] = .string(subresource)
    }
    return value
  }

  private var userInfo: JSONValue {
    var value: JSONValue = [
      "username": .string(user.name), "groups": .array(user.groups.map(JSONValue.string)),
    ]
    if !user.uid.isEmpty { value["uid"] = .string(user.uid) }
    for (key, values) in user.extra {
      value.set("extra", key, to: .array(values.map(JSONValue.string)))
    }
    return value
  }

  /// The variables of an expression about it.
  func variables(_ api: ObjectAPI) -> [String: ExpressionValue] {
    var attempted = AccessRequest(user: user, verb: operation.lowercased())
    (attempted.group, attempted.resource) = (type.group, type.plural)
    (attempted.subresource, attempted.name) = (subresource, name)
    attempted.namespace = namespace
    let authorizer = Authorizer(api: api)
    let judge = AuthorizerValue.Judge(attempted: attempted) { authorizer.allows($0) }
    return [
      "object": ExpressionValue(object), "oldObject": ExpressionValue(old),
      "request": ExpressionValue(request),
      "authorizer": .opaque(.authorizer(AuthorizerValue(judge))),
    ]
  }

  /// The names that expressions of webhooks may use.
  static let variableNames: Set<String> = ["object", "oldObject", "request", "authorizer"]

  /// Whether all conditions hold; they may use `others` besides what is known about the attempt.
  /// Throws when one has no value and none of the others is false.
  func meets(
    _ conditions: [JSONValue], _ api: ObjectAPI, with others: [String: ExpressionValue] = [:]
  ) throws(ExpressionError) -> Bool {
    guard !conditions.isEmpty else { return true }
    let variables = variables(api).merging(others) { $1 }
    var failure: ExpressionError?
    for condition in conditions {
      do {
        let expression = try CompiledExpression(
          condition.text("expression"), variables: Self.variableNames.union(others.keys))
        if try !expression.holds(variables) { return false }
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return true
  }
}
