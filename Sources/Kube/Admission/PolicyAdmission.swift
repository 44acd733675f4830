import Documents

/// ValidatingAdmissionPolicies: rules of the cluster's administrators, as expressions. A policy holds
/// where a binding says so.
enum PolicyAdmission {
  private static let group = "admissionregistration.k8s.io"
  /// What a policy's expressions may use.
  static let variableNames = conditionNames.union(["variables"])
  /// What its conditions may use.
  static let conditionNames = AdmissionAttempt.variableNames.union(["params", "namespaceObject"])

  /// Throws what the first policy that refuses says.
  static func judge(
    _ attempt: AdmissionAttempt, _ api: ObjectAPI, _ warnings: inout [String]
  ) throws {
    let bindings = api.objects("\(group)/validatingadmissionpolicybindings")
    guard !bindings.isEmpty, !attempt.isExempt else { return }
    // All are asked, so that nothing is lost of what they want to be said.
    var refusal: APIError?
    for binding in bindings.sorted(by: { $0.name < $1.name }) {
      let key = ObjectKey(
        "\(group)/validatingadmissionpolicies", "", binding.text("spec", "policyName"))
      guard let policy = api.store.get(key)?.value, let spec = policy["spec"],
        let seen = try seen(attempt, by: spec["matchConstraints"] ?? [:], api),
        binding.at("spec", "matchResources") == nil
          || matches(seen, binding.at("spec", "matchResources"), api)
      else { continue }
      let actions = binding.list("spec", "validationActions").compactMap(\.string)
      do {
        for found in try findings(seen, policy, binding, api) {
          if actions.contains("Warn") {
            warnings.append(
              "Validation failed for ValidatingAdmissionPolicy '\(policy.name)' with binding "
                + "'\(binding.name)': \(found.message)")
          }
          if actions.contains("Deny"), refusal == nil {
            refusal = Self.refusal(attempt, policy, binding, found.message, reason: found.reason)
          }
        }
      } catch let error as APIError {
        refusal = refusal ?? error
      }
    }
    if let refusal { throw refusal }
  }

  /// An attempt as a policy sees it; nil when it is about something else.
  private static func seen(
    _ attempt: AdmissionAttempt, by resources: JSONValue, _ api: ObjectAPI
  ) throws -> AdmissionAttempt? {
    let rules = resources.list("resourceRules")
    guard let seen = try attempt.seen(by: rules, resources.text("matchPolicy"), api),
      !resources.list("excludeResourceRules").contains(where: { attempt.fits($0) || seen.fits($0) }
      ),
      attempt.isSelected(resources, api)
    else { return nil }
    return seen
  }

  /// Whether a binding narrows its policy to something that the attempt is a part of.
  private static func matches(
    _ attempt: AdmissionAttempt, _ resources: JSONValue?, _ api: ObjectAPI
  ) -> Bool {
    guard let resources else { return false }
    let rules = resources.list("resourceRules")
    guard rules.isEmpty || rules.contains(where: attempt.fits) else { return false }
    if resources.list("excludeResourceRules").contains(where: attempt.fits) { return false }
    return attempt.isSelected(resources, api)
  }

  /// What is wrong by a policy.
  private static func findings(
    _ attempt: AdmissionAttempt, _ policy: JSONValue, _ binding: JSONValue, _ api: ObjectAPI
  ) throws -> [(message: String, reason: String)] {
    let spec = policy["spec"] ?? [:]
    var variables = attempt.variables(api)
    variables["namespaceObject"] = ExpressionValue(
      attempt.type.isNamespaced ? attempt.namespaceObject(api) : nil)
    guard let parameters = try parameters(attempt, policy, binding, api) else { return [] }
    let isLenient = spec.text("failurePolicy") == "Ignore"
    var result: [(String, String)] = []
    for parameter in parameters {
      variables["params"] = ExpressionValue(parameter)
      variables["variables"] = nil
      do {
        let conditions = spec.list("matchConditions")
        guard try attempt.meets(conditions, api, with: variables) else { continue }
      } catch {
        if isLenient { continue }
        throw refusal(attempt, policy, binding, error.message, reason: "Invalid")
      }
      // Each may use those before it; one that has no value is missed only by who uses it.
      var named: [ExpressionValue: ExpressionValue] = [:]
      for variable in spec.list("variables") {
        variables["variables"] = .map(named)
        let value = try? CompiledExpression(
          variable.text("expression"), variables: variableNames
        ).value(variables)
        if let value { named[.string(variable.text("name"))] = value }
      }
      variables["variables"] = .map(named)
      for validation in spec.list("validations") {
        let text = validation.text("expression")
        let reason = validation.text("reason")
        do {
          let expression = try CompiledExpression(text, variables: variableNames)
          if try expression.holds(variables) { continue }
          result.append((message(validation, variables), reason.isEmpty ? "Invalid" : reason))
        } catch {
          if isLenient { continue }
          result.append(("expression '\(text)' resulted in error: \(error.message)", "Invalid"))
        }
      }
    }
    return result
  }

  private static func message(
    _ validation: JSONValue, _ variables: [String: ExpressionValue]
  ) -> String {
    let own = validation.text("messageExpression")
    if !own.isEmpty,
      let value = try? CompiledExpression(own, variables: variableNames).value(variables),
      case .string(let text) = value, !text.isEmpty, !text.contains("\n")
    {
      return text
    }
    let fixed = validation.text("message")
    return fixed.isEmpty ? "failed expression: \(validation.text("expression"))" : fixed
  }

  /// The objects that a binding hands to its policy; nil when there are none and that is all right.
  private static func parameters(
    _ attempt: AdmissionAttempt, _ policy: JSONValue, _ binding: JSONValue, _ api: ObjectAPI
  ) throws -> [JSONValue]? {
    guard let kind = policy.at("spec", "paramKind"), let reference = binding.at("spec", "paramRef")
    else { return [.null] }
    guard
      let type = api.registry.find(apiVersion: kind.text("apiVersion"), kind: kind.text("kind"))
    else {
      throw refusal(
        attempt, policy, binding,
        "failed to find resource referenced by paramKind: '\(kind.text("apiVersion")), "
          + "Kind=\(kind.text("kind"))'", reason: "Invalid")
    }
    let given = reference.text("namespace")
    let namespace = type.isNamespaced ? given.isEmpty ? attempt.namespace : given : ""
    let stored: [StoredObject]
    if let selector = LabelSelector(object: reference["selector"]) {
      stored = api.store.list(type.bucket, namespace: namespace).objects.filter {
        selector.matches($0.value.labels)
      }
    } else {
      stored = api.store.get(api.key(type, namespace, reference.text("name"))).map { [$0] } ?? []
    }
    let found: [JSONValue]
    do {
      found = try api.views(stored, as: type)
    } catch {
      // They are there, but nobody can say what they are.
      if policy.text("spec", "failurePolicy") == "Ignore" { return nil }
      throw refusal(
        attempt, policy, binding, "failed to convert params: \(error)", reason: "Invalid")
    }
    if found.isEmpty {
      if reference.text("parameterNotFoundAction") == "Allow" { return nil }
      throw refusal(
        attempt, policy, binding,
        "no params found for policy binding with `Deny` parameterNotFoundAction",
        reason: "Invalid")
    }
    return found
  }

  private static func refusal(
    _ attempt: AdmissionAttempt, _ policy: JSONValue, _ binding: JSONValue, _ message: String,
    reason: String
  ) -> APIError {
    var error = APIError.forbidden(
      attempt.type, attempt.name,
      "ValidatingAdmissionPolicy '\(policy.name)' with binding '\(binding.name)' denied request: "
        + message)
    let codes = ["Unauthorized": 401, "Forbidden": 403, "RequestEntityTooLarge": 413]
    error.code = codes[reason] ?? 422
    error.reason = reason
    error.causes = [
      .init("", String(error.message.drop { $0 != "V" }), field: "")
    ]
    return error
  }
}
