/// `authorizer` in the expressions of policies: whether the one who makes the request may do something else,
/// too.
///
///     authorizer.group('apps').resource('deployments').namespace('a').check('create').allowed()
struct AuthorizerValue: Sendable, Hashable {
  /// What is asked, and of which request it is.
  final class Judge: Sendable {
    let allows: @Sendable (AccessRequest) -> String?
    let attempted: AccessRequest

    init(attempted: AccessRequest, allows: @escaping @Sendable (AccessRequest) -> String?) {
      self.attempted = attempted
      self.allows = allows
    }
  }

  enum Stage: Sendable, Hashable {
    case start, path, group, resource
    /// The answer: why it is allowed, or that it is not.
    case decision(String?)
  }

  let judge: Judge
  var stage = Stage.start
  var request: AccessRequest

  init(_ judge: Judge) {
    self.judge = judge
    request = AccessRequest(user: judge.attempted.user, verb: "")
  }

  static func == (one: AuthorizerValue, two: AuthorizerValue) -> Bool {
    one.judge === two.judge && one.stage == two.stage && one.request == two.request
  }

  func hash(into hasher: inout Hasher) {
    hasher.combine(stage)
    hasher.combine(request)
  }

  var typeName: String {
    let prefix = "kubernetes.authorization."
    switch stage {
    case .start: return prefix + "Authorizer"
    case .path: return prefix + "PathCheck"
    case .group: return prefix + "GroupCheck"
    case .resource: return prefix + "ResourceCheck"
    case .decision: return prefix + "Decision"
    }
  }

  /// `authorizer.requestResource`: the resource that the request is about.
  var requestResource: AuthorizerValue {
    var value = self
    value.stage = .resource
    value.request = judge.attempted
    value.request.verb = ""
    return value
  }

  /// A method of it; nil when there is none of this name.
  func call(_ name: String, _ words: [String]) -> ExpressionValue? {
    var next = self
    switch (stage, name, words.count) {
    case (.start, "path", 1): (next.stage, next.request.path) = (.path, words[0])
    case (.start, "group", 1): (next.stage, next.request.group) = (.group, words[0])
    case (.start, "serviceAccount", 2):
      next.request.user = UserInfo(
        "system:serviceaccount:\(words[0]):\(words[1])",
        groups: [
          "system:serviceaccounts", "system:serviceaccounts:\(words[0])", "system:authenticated",
        ])
    case (.group, "resource", 1): (next.stage, next.request.resource) = (.resource, words[0])
    case (.resource, "subresource", 1): next.request.subresource = words[0]
    case (.resource, "namespace", 1): next.request.namespace = words[0]
    case (.resource, "name", 1): next.request.name = words[0]
    // Roles know no selectors: what is allowed without one is allowed with one.
    case (.resource, "fieldSelector", 1), (.resource, "labelSelector", 1): break
    case (.path, "check", 1), (.resource, "check", 1):
      next.request.verb = words[0]
      next.stage = .decision(judge.allows(next.request))
    case (.decision(let reason), "allowed", 0): return .bool(reason != nil)
    case (.decision(let reason), "reason", 0): return .string(reason ?? "")
    case (.decision, "errored", 0): return .bool(false)
    case (.decision, "error", 0): return .string("")
    default: return nil
    }
    return .opaque(.authorizer(next))
  }
}
