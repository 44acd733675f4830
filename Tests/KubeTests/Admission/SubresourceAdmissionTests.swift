import Documents
import HTTP
import Support
import Synchronization
import Testing

@testable import Kube

@Suite("Policies and webhooks of subresources")
struct SubresourceAdmissionTests {
  /// What a webhook has been asked, and what it answers.
  private final class Hook: Sendable {
    private let asked = Mutex<[JSONValue]>([])
    let patches: [String: String]

    init(_ patches: [String: String] = [:]) {
      self.patches = patches
    }

    func answer(_ review: JSONValue) -> JSONValue {
      let request = review["request"] ?? [:]
      asked.withLock { $0.append(request) }
      let what = request.text("operation") + " " + request.text("subResource")
      var response: JSONValue = [
        "uid": request["uid"] ?? "", "allowed": true, "warnings": ["saw \"\(what)\""],
      ]
      if let patch = patches[what] { response["patch"] = .string(Base64.encode(patch.utf8)) }
      return ["response": response]
    }

    var requests: [JSONValue] { asked.withLock { $0 } }

    var summary: [String] {
      requests.map {
        "\($0.text("operation")) \($0.text("resource", "resource"))/\($0.text("subResource")) "
          + "\($0.text("kind", "group"))/\($0.text("kind", "version")) \($0.text("kind", "kind"))"
      }
    }
  }

  private static func configuration(_ kind: String, _ resources: String) -> String {
    """
    apiVersion: admissionregistration.k8s.io/v1
    kind: \(kind)WebhookConfiguration
    metadata: {name: test}
    webhooks:
    - name: hook.example.com
      clientConfig: {url: "https://webhook.example.com/x"}
      rules:
      - {apiGroups: ["*"], apiVersions: ["*"], operations: ["*"], resources: \(resources)}
      sideEffects: None
      admissionReviewVersions: [v1]
    """
  }

  private static let deployment = """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web}
    spec:
      replicas: 1
      selector: {matchLabels: {app: web}}
      template:
        metadata: {labels: {app: web}}
        spec: {containers: [{name: c, image: i}]}
    """

  private static let pod =
    "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: [{name: c, image: i}]}}"

  private func cluster(_ hook: Hook) throws -> TestCluster {
    try TestCluster { _, review, _, _ in hook.answer(review) }
  }

  private static func scaled(_ cluster: TestCluster, _ replicas: Int64) throws -> WriteResult {
    let type = try cluster.type("Deployment", "apps/v1")
    return try cluster.api.changeScale(type, "default", "web", WriteOptions()) { now in
      var scale = now
      scale.set("spec", "replicas", to: .integer(replicas))
      return scale
    }
  }

  @Test("a policy of deployments/scale sees a Scale, one of deployments is not asked about it")
  func scalePolicy() throws {
    let cluster = try TestCluster()
    try cluster.apply(Self.deployment)
    func policy(_ name: String, _ resource: String, _ expression: String) -> String {
      """
      apiVersion: admissionregistration.k8s.io/v1
      kind: ValidatingAdmissionPolicy
      metadata: {name: \(name)}
      spec:
        matchConstraints:
          resourceRules:
          - {apiGroups: [apps], apiVersions: [v1], operations: [UPDATE], resources: [\(resource)]}
        validations: [{expression: "\(expression)", message: "\(name) says no"}]
      ---
      apiVersion: admissionregistration.k8s.io/v1
      kind: ValidatingAdmissionPolicyBinding
      metadata: {name: \(name)}
      spec: {policyName: \(name), validationActions: [Deny]}
      """
    }
    try cluster.apply(policy("objects", "deployments", "false"))
    try cluster.apply(
      policy(
        "scales", "deployments/scale",
        "object.kind == 'Scale' && request.kind.group == 'autoscaling' && "
          + "object.spec.replicas <= 3 && oldObject.spec.replicas == 1"))
    let result = try Self.scaled(cluster, 3)
    #expect(result.object.kind == "Scale" && result.object.number("spec", "replicas") == 3)
    let error = #expect(throws: APIError.self) { try Self.scaled(cluster, 2) }
    #expect(
      error?.message
        == "deployments.apps \"web\" is forbidden: ValidatingAdmissionPolicy 'scales' with "
        + "binding 'scales' denied request: scales says no")
  }

  @Test("a webhook changes the Scale, and what it says reaches the client")
  func scaleWebhook() throws {
    let hook = Hook([
      "UPDATE scale": #"[{"op": "replace", "path": "/spec/replicas", "value": 2}]"#
    ])
    let cluster = try cluster(hook)
    try cluster.apply(Self.deployment)
    try cluster.apply(Self.configuration("Mutating", "[deployments/scale]"))
    let result = try Self.scaled(cluster, 7)
    #expect(result.object.number("spec", "replicas") == 2)
    #expect(result.warnings == ["saw \"UPDATE scale\""])
    #expect(hook.summary == ["UPDATE deployments/scale autoscaling/v1 Scale"])
    let object = try cluster.api.get(try cluster.type("Deployment", "apps/v1"), "default", "web")
    #expect(object.number("spec", "replicas") == 2)
    #expect(object.number("metadata", "generation") == 2)
  }

  @Test(
    "webhooks are asked about what is made below a pod, and about nothing that it changes inside",
    arguments: ["[\"pods/*\"]", "[\"*/*\"]", "[pods/binding, pods/eviction, pods]"])
  func creations(resources: String) throws {
    let hook = Hook([
      "CREATE binding": #"[{"op": "replace", "path": "/target/name", "value": "other"}]"#
    ])
    let cluster = try cluster(hook)
    try cluster.apply(Self.pod)
    try cluster.apply(Self.configuration("Mutating", resources))
    let warnings = try cluster.api.bind("default", "p", ["target": ["name": "node"]])
    #expect(warnings == ["saw \"CREATE binding\""])
    let pod = try cluster.api.get(try cluster.type("Pod"), "default", "p")
    #expect(pod.text("spec", "nodeName") == "other")
    try cluster.api.evict("default", "p", ["kind": "Eviction"])
    #expect(
      hook.summary == [
        "CREATE pods/binding /v1 Binding", "CREATE pods/eviction policy/v1 Eviction",
      ])
  }

  @Test("who deletes hears what webhooks have to say, of those that change objects, too")
  func deletion() throws {
    let hook = Hook()
    let cluster = try cluster(hook)
    try cluster.apply("{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}")
    try cluster.apply(Self.configuration("Mutating", "[configmaps]"))
    let type = try cluster.type("ConfigMap")
    let result = try cluster.api.delete(type, "default", "a")
    #expect(result.isGone && result.warnings == ["saw \"DELETE \""])
    #expect(hook.requests[0]["object"] == .null && hook.requests[0]["oldObject"]?.name == "a")
  }

  @Test("a webhook that would change what is being deleted is refused")
  func changedDeletion() throws {
    let hook = Hook(["DELETE ": #"[{"op": "add", "path": "/data", "value": {}}]"#])
    let cluster = try cluster(hook)
    try cluster.apply("{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}")
    try cluster.apply(Self.configuration("Mutating", "[configmaps]"))
    let type = try cluster.type("ConfigMap")
    let error = #expect(throws: APIError.self) { try cluster.api.delete(type, "default", "a") }
    #expect(error?.code == 500)
    #expect(
      error?.message.contains("\"hook.example.com\" attempted to modify the object") == true)
    #expect(error?.warnings == ["saw \"DELETE \""])
  }

  @Test("the options of a connection are its object, and changed options change the request")
  func connection() throws {
    let type = try TestCluster().type("Pod")
    let path = "/api/v1/namespaces/default/pods/p/exec"
    let request = HTTPRequest(
      method: .POST,
      target: path + "?container=c&command=sh&command=-c&command=a%20b&stdout=true&stdin=true")
    let info = RequestInfo(method: "POST", path: path, query: request.query)
    let options = ConnectOptions(request, info, type)
    #expect(
      options.json == [
        "kind": "PodExecOptions", "apiVersion": "v1", "stdin": true, "stdout": true,
        "container": "c", "command": ["sh", "-c", "a b"],
      ])
    var wish = options.json
    wish["command"] = ["echo", "x y"]
    wish["stdin"] = nil
    let changed = options.changed(request, to: wish)
    #expect(changed.query.all("command") == ["echo", "x y"])
    #expect(changed.query["stdin"] == "false" && changed.query["container"] == "c")
    #expect(changed.path == path)
  }

  @Test("what is sent to a subresource has the fields of its form, and says what it is")
  func form() async throws {
    let hook = Hook()
    let cluster = try cluster(hook)
    try cluster.apply(Self.pod)
    try cluster.apply(Self.deployment)
    try cluster.apply(Self.configuration("Validating", "[\"*/*\"]"))
    let server = KubeServer(api: cluster.api, tokens: ServiceAccountTokens(), address: "")
    func send(_ method: HTTPMethod, _ path: String, _ type: String, _ body: String) async -> Int {
      let request = HTTPRequest(
        method: method, target: path, headers: ["Content-Type": type],
        body: RequestBody(bytes: Array(body.utf8)))
      return Int(await server.handle(request).status.code)
    }
    let root = "/api/v1/namespaces/default/"
    let json = "application/json"
    #expect(
      await send(
        .POST, root + "serviceaccounts/default/token", json,
        #"{"metadata": {"name": "", "generateName": ""}, "spec": {"audiences": ["a"]}, "more": 1}"#)
        == 201)
    let asked = try #require(hook.requests.last?["object"])
    #expect(asked.text("apiVersion") == "authentication.k8s.io/v1" && asked.kind == "TokenRequest")
    #expect(asked["more"] == nil && asked.at("metadata", "name") == nil)
    let scale = "/apis/apps/v1/namespaces/default/deployments/web/scale"
    let patch = "application/merge-patch+json"
    #expect(await send(.PATCH, scale, patch, #"{"spec": {"replicas": 4, "x": 1}}"#) == 200)
    #expect(hook.requests.last?.at("object", "spec") == ["replicas": 4])
    #expect(await send(.PATCH, scale, patch, #"{"spec": {"replicas": "many"}}"#) == 400)
    #expect(await send(.PATCH, scale, patch, #"{"spec": {"replicas": -1}}"#) == 422)
  }

  @Test("warnings are one line each, and each is said once")
  func headers() {
    let response = KubeServer.warned(HTTPResponse(text: ""), ["a \"b\"\nc", "d", "d", ""])
    #expect(response.headers["warning"] == [#"299 - "a \"b\" c""#, #"299 - "d""#])
  }

  @Test("who wants to be asked again is, when a later one has changed something")
  func again() throws {
    let hook = Hook()
    let counts = Mutex(0)
    let cluster = try TestCluster { config, review, _, _ in
      var answer = hook.answer(review)
      let isSecond = config.text("url").hasSuffix("/second")
      counts.withLock { if !isSecond { $0 += 1 } }
      if isSecond {
        let patch = #"[{"op": "add", "path": "/metadata/labels", "value": {"by": "second"}}]"#
        answer.set("response", "patch", to: .string(Base64.encode(patch.utf8)))
      }
      return answer
    }
    func hooks(_ policy: String) -> String {
      let first =
        Self.configuration("Mutating", "[configmaps]")
        + "\n  reinvocationPolicy: \(policy)\n- name: second.example.com\n"
      return first
        + """
          clientConfig: {url: "https://webhook.example.com/second"}
          rules:
          - {apiGroups: ["*"], apiVersions: ["*"], operations: ["*"], resources: [configmaps]}
          sideEffects: None
          admissionReviewVersions: [v1]
        """
    }
    try cluster.apply(hooks("IfNeeded"))
    try cluster.apply("{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}")
    #expect(counts.withLock { $0 } == 2)
    let type = try cluster.type("MutatingWebhookConfiguration", "admissionregistration.k8s.io/v1")
    try cluster.api.delete(type, "", "test")
    try cluster.apply(hooks("Never"))
    try cluster.apply("{apiVersion: v1, kind: ConfigMap, metadata: {name: b}}")
    #expect(counts.withLock { $0 } == 3)
  }
}
