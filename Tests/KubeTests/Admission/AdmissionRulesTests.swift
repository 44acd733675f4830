import Documents
import Testing

@testable import Kube

@Suite("What policies and webhooks may say")
struct AdmissionRulesTests {
  private let cluster: TestCluster

  init() throws {
    cluster = try TestCluster()
  }

  private func refusal(_ changes: [(String, String)], _ manifest: String = Self.webhook) -> String {
    var text = manifest
    for (old, new) in changes { text = text.replacing(old, with: new) }
    let error = #expect(throws: APIError.self) { try cluster.apply(text) }
    return error?.message ?? ""
  }

  private static let webhook = """
    apiVersion: admissionregistration.k8s.io/v1
    kind: ValidatingWebhookConfiguration
    metadata: {name: test}
    webhooks:
    - name: test.example.com
      clientConfig: {url: "https://webhook.example.com/x"}
      rules:
      - {apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [configmaps]}
      timeoutSeconds: 5
      sideEffects: None
      admissionReviewVersions: [v1]
      matchConditions: [{name: c, expression: "true"}]
    """

  private static let policy = """
    apiVersion: admissionregistration.k8s.io/v1
    kind: ValidatingAdmissionPolicy
    metadata: {name: short}
    spec:
      matchConstraints:
        resourceRules:
        - {apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [configmaps]}
      matchConditions: [{name: c, expression: "object.metadata.name.startsWith(params.data.prefix)"}]
      validations:
      - {expression: "false", message: "no"}
      paramKind: {apiVersion: v1, kind: ConfigMap}
    ---
    apiVersion: admissionregistration.k8s.io/v1
    kind: ValidatingAdmissionPolicyBinding
    metadata: {name: here}
    spec:
      policyName: short
      validationActions: [Deny]
      paramRef: {name: limits, namespace: kube-system, parameterNotFoundAction: Deny}
      matchResources: {namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: default}}}
    """

  @Test(
    "a webhook that could not be asked is refused",
    arguments: [
      (
        "timeoutSeconds: 5", "timeoutSeconds: 31",
        "webhooks[0].timeoutSeconds: Invalid value: 31: the timeout value must be between 1 and 30"
      ),
      (
        "{url: \"https://webhook.example.com/x\"}", "{}",
        "webhooks[0].clientConfig: Required value: exactly one of url or service is required"
      ),
      (
        "https://webhook", "http://webhook",
        "webhooks[0].clientConfig.url: Invalid value: \"http\": 'https' is the only allowed URL scheme"
      ),
      (
        "https://webhook", "https://me:secret@webhook",
        "\"me:secret\": user information is not permitted in the URL"
      ),
      ("/x\"", "/x?a=b#c\"", "\"a=b\": query parameters are not permitted in the URL"),
      ("/x\"", "/x?a=b#c\"", "\"c\": fragments are not permitted in the URL"),
      (
        "{url: \"https://webhook.example.com/x\"}", "{service: {name: a, namespace: b, port: 0}}",
        "webhooks[0].clientConfig.service.port: Invalid value: 0: port is not valid"
      ),
      ("[configmaps]", "[\"\"]", "webhooks[0].rules[0].resources[0]: Required value"),
      ("operations: [CREATE]", "operations: []", "webhooks[0].rules[0].operations: Required value"),
      ("apiGroups: [\"\"]", "apiGroups: []", "webhooks[0].rules[0].apiGroups: Required value"),
      (
        "[CREATE]", "[CREATE, \"*\"]",
        "webhooks[0].rules[0].operations: Invalid value: [\"CREATE\",\"*\"]: if '*' is present, must "
          + "not specify other operations"
      ),
      (
        "\"true\"", "params == 1",
        "webhooks[0].matchConditions[0].expression: Invalid value: \"params == 1\": compilation "
          + "failed: ERROR: <input>:1:1: undeclared reference to 'params'"
      ),
    ])
  func webhooks(old: String, new: String, message: String) {
    let found = refusal([(old, new)])
    #expect(found.contains(message), "\(found)")
  }

  @Test("so is a policy")
  func policies() {
    let found = refusal([("[configmaps]", "[\"\"]")], Self.policy)
    let path = "spec.matchConstraints.resourceRules[0].resources[0]: Required value"
    #expect(found.contains(path), "\(found)")
  }

  @Test("a rule about the empty resource, written before there was a check, fits nothing")
  func emptyResource() throws {
    let attempt = AdmissionAttempt(
      operation: "CREATE", type: try cluster.type("ConfigMap"), namespace: "default", name: "a",
      user: .system)
    func fits(_ resource: JSONValue) -> Bool {
      attempt.fits([
        "apiGroups": ["*"], "apiVersions": ["*"], "operations": ["*"], "resources": [resource],
      ])
    }
    #expect(!fits("") && !fits("/") && !fits("/status"))
    #expect(fits("configmaps") && fits("*"))
  }

  @Test("a policy's conditions know its parameters, and are asked for each of them")
  func parameters() throws {
    try cluster.apply(Self.policy)
    try cluster.apply(
      "{apiVersion: v1, kind: ConfigMap, metadata: {name: limits, namespace: kube-system}, "
        + "data: {prefix: bad}}")
    try cluster.apply("{apiVersion: v1, kind: ConfigMap, metadata: {name: good}}")
    let error = #expect(throws: APIError.self) {
      try cluster.apply("{apiVersion: v1, kind: ConfigMap, metadata: {name: bad-one}}")
    }
    #expect(error?.message.hasSuffix("denied request: no") == true)
  }
  @Test("what is made below an object is judged, and everything about who makes it is known")
  func subresources() throws {
    let parameters =
      "  paramRef: {name: limits, namespace: kube-system, parameterNotFoundAction: Deny}\n"
    let condition = "request.userInfo.uid == 'u' && request.userInfo.extra.scopes == ['a', 'b']"
    let text = Self.policy
      .replacing("[configmaps]", with: "[pods/eviction]")
      .replacing("object.metadata.name.startsWith(params.data.prefix)", with: condition)
      .replacing(parameters, with: "")
    try cluster.apply(text)
    let type = try cluster.type("Pod")
    func evict(_ uid: String) throws {
      var options = WriteOptions()
      options.user = UserInfo("jane")
      options.user.uid = uid
      options.user.extra = ["scopes": ["a", "b"]]
      var warnings: [String] = []
      _ = try cluster.api.admitted(
        ["kind": "Eviction", "metadata": ["name": "a"]], to: "eviction", type, "default", "a",
        options, &warnings)
    }
    try evict("v")
    let error = #expect(throws: APIError.self) { try evict("u") }
    #expect(error?.message.hasSuffix("denied request: no") == true)
  }
}
