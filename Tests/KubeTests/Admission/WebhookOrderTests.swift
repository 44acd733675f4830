import Documents
import Testing

@testable import Kube

@Suite("What webhooks change")
struct WebhookOrderTests {
  /// A cluster whose webhook patches objects by their names, and with `second` what it has seen.
  private func cluster(_ patches: [String: String]) throws -> TestCluster {
    let cluster = try TestCluster { _, review, _, _ in
      let request = review["request"] ?? [:]
      var response: JSONValue = ["uid": request["uid"] ?? "", "allowed": true]
      let isSecond = request["object"]?.labels["seen"] == "yes"
      if let patch = patches[isSecond ? "second" : request.text("name")] {
        response["patch"] = .string(Base64.encode(patch.utf8))
      }
      return ["response": response]
    }
    return cluster
  }

  private static func hooks(_ selectors: String...) -> String {
    let hooks = selectors.enumerated().map { index, selector in
      """
      - name: hook\(index).example.com
        clientConfig: {url: "https://webhook.example.com/x"}
        rules:
        - {apiGroups: ["*"], apiVersions: ["*"], operations: ["*"], resources: ["*/*"]}
        sideEffects: None
        admissionReviewVersions: [v1]
        objectSelector: \(selector)
      """
    }
    return """
      apiVersion: admissionregistration.k8s.io/v1
      kind: MutatingWebhookConfiguration
      metadata: {name: test}
      webhooks:
      \(hooks.joined(separator: "\n"))
      """
  }

  private static func pod(_ name: String) -> JSONValue {
    [
      "apiVersion": "v1", "kind": "Pod", "metadata": ["name": .string(name)],
      "spec": [
        "containers": [
          ["name": "a", "image": "b", "resources": ["requests": ["cpu": "1"]]]
        ]
      ],
    ]
  }

  @Test("a webhook changes neither what the server gives a new object nor which one it is")
  func identity() throws {
    let cluster = try cluster([
      "fine": #"[{"op": "add", "path": "/metadata/uid", "value": "mine"}, "#
        + #"{"op": "add", "path": "/metadata/creationTimestamp", "value": "2001-01-01T00:00:00Z"}]"#,
      "other": #"[{"op": "replace", "path": "/metadata/name", "value": "taken"}]"#,
      "away": #"[{"op": "replace", "path": "/metadata/namespace", "value": "kube-system"}]"#,
    ])
    try cluster.apply(Self.hooks("{}"))
    let made = try cluster.create(Self.pod("fine"))
    #expect(made.uid != "mine" && made.uid.count == 36)
    #expect(made.text("metadata", "creationTimestamp") == "2025-01-01T00:00:00Z")
    for name in ["other", "away"] {
      let error = #expect(throws: APIError.self) { try cluster.create(Self.pod(name)) }
      #expect(error?.code == 400)
    }
  }

  @Test("a webhook that is asked about a status changes nothing else, and no status of an object")
  func parts() throws {
    let cluster = try cluster([
      "fine": #"[{"op": "add", "path": "/spec/nodeName", "value": "x"}, "#
        + #"{"op": "add", "path": "/status/message", "value": "y"}, "#
        + #"{"op": "add", "path": "/metadata/generation", "value": 77}]"#
    ])
    try cluster.create(Self.pod("fine"))
    try cluster.apply(Self.hooks("{}"))
    let type = try cluster.type("Pod")
    func change(_ subresource: String) throws -> JSONValue {
      try cluster.api.change(type, "default", "fine", subresource: subresource) {
        var pod = $0
        pod.set("status", "reason", to: "r")
        return pod
      }.object
    }
    let status = try change("status")
    #expect(status.text("spec", "nodeName").isEmpty && status.text("status", "message") == "y")
    #expect(status.number("metadata", "generation") != 77)
  }

  @Test("what a webhook adds counts towards the quota")
  func quota() throws {
    let cluster = try cluster([
      "large": #"[{"op": "replace", "path": "/spec/containers/0/resources/requests/cpu", "#
        + #""value": "5"}]"#
    ])
    try cluster.apply(
      "{apiVersion: v1, kind: ResourceQuota, metadata: {name: q}, spec: {hard: {requests.cpu: 2}}}")
    try cluster.apply(Self.hooks("{}"))
    let error = #expect(throws: APIError.self) { try cluster.create(Self.pod("large")) }
    #expect(error?.message.contains("exceeded quota: q, requested: requests.cpu=5") == true)
    try cluster.create(Self.pod("small"))
  }

  @Test("a webhook is chosen by what those before it have made of the object")
  func order() throws {
    let cluster = try cluster([
      "a": #"[{"op": "add", "path": "/metadata/labels", "value": {"seen": "yes"}}, "#
        + #"{"op": "add", "path": "/metadata/annotations", "value": {"by": "first"}}]"#,
      "second": #"[{"op": "add", "path": "/metadata/annotations/by", "value": "second"}]"#,
    ])
    try cluster.apply(
      Self.hooks("{}", "{matchExpressions: [{key: seen, operator: DoesNotExist}]}"))
    let made = try cluster.create(Self.pod("a"))
    #expect(made.labels["seen"] == "yes" && made.annotations["by"] == "first")
  }
}
