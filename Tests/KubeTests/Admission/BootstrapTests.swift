import Documents
import Testing

@testable import Kube

@Suite("The first objects of a cluster")
struct BootstrapTests {
  @Test("are made whatever webhooks and policies say: nobody could answer yet")
  func unasked() throws {
    let cluster = try TestCluster(webhooks: { _, _, _, _ in throw WebhookFailure("nobody listens") }
    )
    try cluster.apply(
      """
      apiVersion: admissionregistration.k8s.io/v1
      kind: ValidatingAdmissionPolicy
      metadata: {name: never}
      spec:
        matchConstraints:
          resourceRules: [{apiGroups: ["*"], apiVersions: ["*"], operations: ["*"], resources: ["*"]}]
        validations: [{expression: "false"}]
      ---
      apiVersion: admissionregistration.k8s.io/v1
      kind: ValidatingWebhookConfiguration
      metadata: {name: away}
      webhooks:
      - name: away.example.com
        clientConfig: {url: "https://webhook.example.com/x"}
        rules: [{apiGroups: ["*"], apiVersions: ["*"], operations: ["*"], resources: ["*"]}]
        failurePolicy: Fail
        sideEffects: None
        admissionReviewVersions: [v1]
      ---
      apiVersion: admissionregistration.k8s.io/v1
      kind: MutatingWebhookConfiguration
      metadata: {name: away}
      webhooks:
      - name: away.example.com
        clientConfig: {url: "https://webhook.example.com/x"}
        rules: [{apiGroups: ["*"], apiVersions: ["*"], operations: ["*"], resources: ["*"]}]
        failurePolicy: Fail
        sideEffects: None
        admissionReviewVersions: [v1]
      ---
      apiVersion: admissionregistration.k8s.io/v1
      kind: ValidatingAdmissionPolicyBinding
      metadata: {name: never}
      spec: {policyName: never, validationActions: [Deny]}
      """)
    let map: JSONValue = ["apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "m"]]
    #expect(throws: APIError.self) { try cluster.create(map) }
    try ClusterBootstrap(api: cluster.api, network: ClusterNetwork(), authority: "x").run()
    #expect(cluster.api.find(try cluster.type("Namespace"), "", "kube-node-lease") != nil)
    #expect(cluster.api.find(try cluster.type("Service"), "default", "kubernetes") != nil)
  }

  @Test("roles of an older version become today's, unless they are annotated otherwise")
  func roles() throws {
    let cluster = try TestCluster()
    let group = "rbac.authorization.k8s.io/v1"
    func role(_ name: String, _ annotation: String = "") throws {
      try cluster.create([
        "apiVersion": .string(group), "kind": "ClusterRole",
        "metadata": [
          "name": .string(name),
          "annotations": annotation.isEmpty
            ? [:] : ["rbac.authorization.kubernetes.io/autoupdate": .string(annotation)],
        ],
        "rules": [["apiGroups": ["old"], "resources": ["things"], "verbs": ["get"]]],
      ])
    }
    try role("edit")
    try role("view", "false")
    try role("system:basic-user", "true")
    try cluster.create([
      "apiVersion": .string(group), "kind": "ClusterRoleBinding",
      "metadata": ["name": "system:discovery"],
      "roleRef": [
        "apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "system:discovery",
      ],
      "subjects": [["apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "jane"]],
    ])
    let bootstrap = ClusterBootstrap(api: cluster.api, network: ClusterNetwork(), authority: "x")
    try bootstrap.run()
    let type = try cluster.type("ClusterRole", group)
    func rules(_ name: String) -> [JSONValue] {
      cluster.api.find(type, "", name)?.list("rules") ?? []
    }
    func isOld(_ rule: JSONValue) -> Bool { rule.list("apiGroups") == ["old"] }
    #expect(rules("edit").count > 10 && !rules("edit").contains(where: isOld))
    #expect(rules("view").count == 1 && rules("view").allSatisfy(isOld))
    #expect(rules("system:basic-user").count == 3 && isOld(rules("system:basic-user")[0]))
    let binding = cluster.api.find(
      try cluster.type("ClusterRoleBinding", group), "", "system:discovery")
    #expect(
      binding?.list("subjects").map { $0.text("name") } == ["jane", "system:authenticated"])
    // What is as it should be is not written again.
    let version = cluster.api.find(type, "", "edit")?.resourceVersion
    try bootstrap.run()
    #expect(cluster.api.find(type, "", "edit")?.resourceVersion == version)
  }
}
