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
}
