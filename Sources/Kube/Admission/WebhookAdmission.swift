// Admission webhooks: servers of somebody else's that are asked before an object is written. Those
// that mutate come first, each with what the one before it made of the object; those that validate see
// what will be stored.
//
// Simplification: validating webhooks are asked one after the other.
//
// Next: Webhooks/WebhookCaller.swift.

import Documents

enum WebhookAdmission {
  private static let group = "admissionregistration.k8s.io"

  /// Lets the mutating webhooks change the object. Returns whether one did.
  static func mutate(
    _ attempt: inout AdmissionAttempt, _ api: ObjectAPI, _ warnings: inout [String]
  ) throws -> Bool {
    let first = attempt.object
    let hooks = hooks("mutatingwebhookconfigurations", attempt, api)
    // What each of those that want to be asked again has left behind.
    var seen: [Int: JSONValue?] = [:]
    for (index, hook) in hooks.enumerated() {
      guard try change(&attempt, hook, api, &warnings) else { continue }
      if hook.text("reinvocationPolicy") == "IfNeeded" { seen[index] = attempt.object }
    }
    for (index, hook) in hooks.enumerated() {
      guard let before = seen[index], before != attempt.object else { continue }
      _ = try change(&attempt, hook, api, &warnings)
    }
    return attempt.object != first
  }

  /// Asks one webhook, which sees what those before it have changed and may not care about it any more.
  /// Returns whether it was asked.
  private static func change(
    _ attempt: inout AdmissionAttempt, _ hook: JSONValue, _ api: ObjectAPI,
    _ warnings: inout [String]
  ) throws -> Bool {
    guard let seen = try seen(attempt, by: hook, api),
      let response = try ask(hook, seen, api, &warnings)
    else { return false }
    guard let encoded = response["patch"]?.string, !encoded.isEmpty else { return true }
    let name = hook.text("name")
    guard let bytes = Base64.decode(encoded), let patch = try? JSONValue.parse(bytes) else {
      throw APIError.internalError("webhook \"\(name)\" sent a patch that is no JSON")
    }
    guard let operations = patch.array, !operations.isEmpty else { return true }
    guard let object = seen.object else {
      throw APIError.internalError(
        "admission webhook \"\(name)\" attempted to modify the object, which is not supported for "
          + "this operation")
    }
    let changed = try JSONPatch.apply(patch, to: object)
    attempt.object =
      seen.sentAs == nil ? changed : try seen.converted(changed, to: attempt.type, api)
    return true
  }

  /// Asks the validating webhooks; throws what the first that refuses says.
  static func judge(
    _ attempt: AdmissionAttempt, _ api: ObjectAPI, _ warnings: inout [String]
  ) throws {
    for hook in hooks("validatingwebhookconfigurations", attempt, api) {
      guard let seen = try seen(attempt, by: hook, api) else { continue }
      _ = try ask(hook, seen, api, &warnings)
    }
  }

  /// All webhooks that there are for an attempt, in the order of their configurations' names.
  private static func hooks(_ plural: String, _ attempt: AdmissionAttempt, _ api: ObjectAPI)
    -> [JSONValue]
  {
    guard !attempt.isExempt else { return [] }
    return api.objects("\(group)/\(plural)").sorted { $0.name < $1.name }
      .flatMap { $0.list("webhooks") }
  }

  /// An attempt as a webhook is to see it; nil when it is not to be asked.
  private static func seen(_ attempt: AdmissionAttempt, by hook: JSONValue, _ api: ObjectAPI) throws
    -> AdmissionAttempt?
  {
    let rules = hook.list("rules")
    guard let seen = try attempt.seen(by: rules, hook.text("matchPolicy"), api),
      attempt.isSelected(hook, api)
    else { return nil }
    do {
      return try seen.meets(hook.list("matchConditions"), api) ? seen : nil
    } catch {
      if hook.text("failurePolicy") == "Ignore" { return nil }
      throw APIError.forbidden(attempt.type, attempt.name, error.message)
    }
  }

  /// The answer of a webhook that has nothing against it; nil when it cannot be asked and that does
  /// not matter.
  private static func ask(
    _ hook: JSONValue, _ attempt: AdmissionAttempt, _ api: ObjectAPI, _ warnings: inout [String]
  ) throws -> JSONValue? {
    let name = hook.text("name")
    if attempt.isDryRun, !["None", "NoneOnDryRun"].contains(hook.text("sideEffects")) {
      throw APIError.badRequest("admission webhook \"\(name)\" does not support dry run")
    }
    var request = attempt.request
    let uid = api.newUID()
    request["uid"] = .string(uid)
    let review: JSONValue = [
      "kind": "AdmissionReview", "apiVersion": "admission.k8s.io/v1", "request": request,
    ]
    let response: JSONValue
    do {
      guard let call = api.webhooks else { throw WebhookFailure("webhooks are not called here") }
      let seconds = hook.number("timeoutSeconds") ?? 10
      let answer = try call(hook["clientConfig"] ?? [:], review, seconds, api)
      guard let found = answer["response"], found.text("uid") == uid else {
        throw WebhookFailure("expected response.uid=\"\(uid)\"")
      }
      response = found
    } catch {
      if hook.text("failurePolicy") == "Ignore" { return nil }
      let cause = (error as? WebhookFailure)?.message ?? "\(error)"
      throw APIError.internalError(
        "failed calling webhook \"\(name)\": failed to call webhook: "
          + cause)
    }
    warnings += response.list("warnings").compactMap(\.string)
    if response.flag("allowed") { return response }
    throw refusal(by: name, response["status"] ?? [:])
  }

  /// What a webhook says when it refuses; 400 and no reason when it gives none.
  private static func refusal(by name: String, _ status: JSONValue) -> APIError {
    let why = [status.text("message"), status.text("reason")].first { !$0.isEmpty }
    let message =
      "admission webhook \"\(name)\" denied the request"
      + (why.map { ": \($0)" } ?? " without explanation")
    let code = status.number("code") ?? 0
    var error = APIError((400...599).contains(code) ? code : 400, status.text("reason"), message)
    let details = status["details"] ?? [:]
    error.name = details.text("name")
    error.group = details.text("group")
    error.kind = details.text("kind")
    error.causes = details.list("causes").map {
      .init($0.text("reason"), $0.text("message"), field: $0.text("field"))
    }
    return error
  }
}

/// Why a webhook could not be asked.
struct WebhookFailure: Error {
  var message: String

  init(_ message: String) {
    self.message = message
  }
}
