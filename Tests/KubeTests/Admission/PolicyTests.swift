import Documents
import Testing

@testable import Kube

@Suite("Policies and webhooks")
struct PolicyTests {
  private static func map(_ name: String, _ data: JSONValue = [:]) -> JSONValue {
    ["apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": .string(name)], "data": data]
  }

  private static let policy = """
    apiVersion: admissionregistration.k8s.io/v1
    kind: ValidatingAdmissionPolicy
    metadata: {name: short}
    spec:
      matchConstraints:
        resourceRules:
        - {apiGroups: [""], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [configmaps]}
      variables:
      - {name: keys, expression: "has(object.data) ? size(object.data) : 0"}
      validations:
      - expression: variables.keys <= int(params.data.most)
        messageExpression: "'at most ' + params.data.most + ' keys, not ' + string(variables.keys)"
      paramKind: {apiVersion: v1, kind: ConfigMap}
    ---
    apiVersion: admissionregistration.k8s.io/v1
    kind: ValidatingAdmissionPolicyBinding
    metadata: {name: here}
    spec:
      policyName: short
      validationActions: [Deny]
      paramRef: {name: limits, namespace: kube-system, parameterNotFoundAction: Allow}
      matchResources: {namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: default}}}
    """

  @Test("a policy refuses what breaks it, where it is bound, with its own words")
  func policy() throws {
    let cluster = try TestCluster()
    try cluster.apply(Self.policy)
    // Without its parameters it has nothing to say.
    try cluster.create(Self.map("early", ["a": "1", "b": "2"]))
    var limits = Self.map("limits", ["most": "1"])
    limits.set("metadata", "namespace", to: "kube-system")
    try cluster.create(limits)
    try cluster.create(Self.map("one", ["a": "1"]))
    let error = #expect(throws: APIError.self) {
      try cluster.create(Self.map("two", ["a": "1", "b": "2"]))
    }
    #expect(error?.code == 422)
    #expect(
      error?.message == "configmaps \"two\" is forbidden: ValidatingAdmissionPolicy 'short' with "
        + "binding 'here' denied request: at most 1 keys, not 2")
    #expect(throws: APIError.self) {
      try cluster.api.change(try cluster.type("ConfigMap"), "default", "one") {
        var map = $0
        map.set("data", "b", to: "2")
        return map
      }
    }
    var elsewhere = Self.map("two", ["a": "1", "b": "2"])
    elsewhere.set("metadata", "namespace", to: "kube-system")
    try cluster.create(elsewhere)
  }

  @Test("expressions that cannot be compiled are refused with their place")
  func compiled() throws {
    let cluster = try TestCluster()
    let error = #expect(throws: APIError.self) {
      try cluster.apply(Self.policy.replacing("variables.keys <=", with: "variabel.keys <="))
    }
    #expect(
      error?.message.contains(
        "spec.validations[0].expression: Invalid value: \"variabel.keys <= int(params.data.most)\": "
          + "compilation failed: ERROR: <input>:1:1: undeclared reference to 'variabel'") == true)
  }

  private static func webhooks(_ kind: String, _ policy: String, _ condition: String) -> String {
    """
    apiVersion: admissionregistration.k8s.io/v1
    kind: \(kind)WebhookConfiguration
    metadata: {name: test}
    webhooks:
    - name: test.example.com
      clientConfig: {url: "https://webhook.example.com/x"}
      rules:
      - {apiGroups: [""], apiVersions: [v1], operations: ["*"], resources: [configmaps]}
      failurePolicy: \(policy)
      sideEffects: None
      admissionReviewVersions: [v1]
      matchConditions: [{name: c, expression: "\(condition)"}]
    """
  }

  /// A webhook that adds a key to what is new and has nothing against the name `fine`.
  private static let webhook: WebhookCall = { _, review, _, _ in
    let request = review["request"] ?? [:]
    var response: JSONValue = ["uid": request["uid"] ?? "", "allowed": true, "warnings": ["asked"]]
    switch request.text("name") {
    case "broken": throw WebhookFailure("connection refused")
    case "bad":
      response["allowed"] = false
      response["status"] = ["message": "too bad", "code": 406]
    default:
      response["patch"] = .string(
        Base64.encode(#"[{"op": "add", "path": "/data/added", "value": "yes"}]"#.utf8))
    }
    return ["response": response]
  }

  @Test("a webhook changes what is new, and refuses, with its own words and number")
  func mutating() throws {
    let cluster = try TestCluster(webhooks: Self.webhook)
    try cluster.apply(Self.webhooks("Mutating", "Fail", "request.operation == 'CREATE'"))
    let made = try cluster.create(Self.map("fine", ["a": "1"]))
    #expect(made["data"] == ["a": "1", "added": "yes"])
    let refused = #expect(throws: APIError.self) { try cluster.create(Self.map("bad", ["a": "1"])) }
    #expect(refused?.code == 406)
    #expect(
      refused?.message == "admission webhook \"test.example.com\" denied the request: too bad")
    let broken = #expect(throws: APIError.self) { try cluster.create(Self.map("broken")) }
    #expect(broken?.code == 500)
    #expect(
      broken?.message.hasSuffix(
        "failed calling webhook \"test.example.com\": failed to call webhook: connection refused")
        == true)
  }

  @Test("a webhook that validates is asked about the end of an object too, unless it cannot be")
  func validating() throws {
    let cluster = try TestCluster(webhooks: Self.webhook)
    try cluster.create(Self.map("bad"))
    try cluster.create(Self.map("broken"))
    try cluster.apply(Self.webhooks("Validating", "Ignore", "true"))
    let type = try cluster.type("ConfigMap")
    #expect(throws: APIError.self) { try cluster.api.delete(type, "default", "bad") }
    #expect(cluster.api.find(type, "default", "bad") != nil)
    try cluster.api.delete(type, "default", "broken")
    let made = try cluster.api.create(type, "default", Self.map("fine"))
    #expect(made.warnings == ["asked"] && made.object.at("data", "added") == nil)
  }

  @Test("the rules of a custom resource's schema hold, and know what was there before")
  func schemaRules() throws {
    let schema: JSONValue = [
      "type": "object",
      "properties": [
        "spec": [
          "type": "object",
          "x-kubernetes-validations": [
            ["rule": "self.least <= self.most", "message": "least must not be above most"]
          ],
          "properties": [
            "least": ["type": "integer"], "most": ["type": "integer"],
            "kind": [
              "type": "string",
              "x-kubernetes-validations": [
                ["rule": "self == oldSelf", "messageExpression": "'was ' + oldSelf"]
              ],
            ],
          ],
        ]
      ],
    ]
    let message = CustomSchema.message(schema, group: "g", version: "v1", kind: "K")
    func problems(_ spec: JSONValue, _ old: JSONValue? = nil) -> [String] {
      message.schema?.problems(["spec": spec], old: old.map { ["spec": $0] }).map(\.description)
        ?? []
    }
    #expect(problems(["least": 1, "most": 2, "kind": "a"]) == [])
    #expect(
      problems(["least": 3, "most": 2])
        == ["spec: Invalid value: \"object\": least must not be above most"])
    #expect(
      problems(["least": 1, "most": 2, "kind": "b"], ["least": 1, "most": 2, "kind": "a"])
        == ["spec.kind: Invalid value: \"b\": was a"])
  }
  @Test("a rule of an object without known fields is asked once")
  func looseSchema() {
    let schema: JSONValue = [
      "type": "object",
      "properties": [
        "spec": [
          "type": "object", "x-kubernetes-preserve-unknown-fields": true,
          "x-kubernetes-validations": [["rule": "self.a == 1", "message": "no"]],
        ]
      ],
    ]
    let message = CustomSchema.message(schema, group: "g", version: "v1", kind: "K")
    let found = message.schema?.problems(["spec": ["a": 2]], old: nil) ?? []
    #expect(found.map(\.description) == ["spec: Invalid value: \"object\": no"])
  }
}
