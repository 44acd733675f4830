import Documents
import Support
import Synchronization
import Testing

@testable import Kube

@Suite("Rules about other versions of a resource")
struct MatchPolicyTests {
  private static func hooks(_ kind: String, _ version: String, _ policy: String) -> String {
    """
    apiVersion: admissionregistration.k8s.io/v1
    kind: \(kind)WebhookConfiguration
    metadata: {name: test}
    webhooks:
    - name: hook.example.com
      clientConfig: {url: "https://webhook.example.com/x"}
      rules:
      - {apiGroups: [autoscaling], apiVersions: [\(version)], operations: ["*"], resources: [horizontalpodautoscalers]}
      matchPolicy: \(policy)
      sideEffects: None
      admissionReviewVersions: [v1]
    """
  }

  private static let scaler = """
    apiVersion: autoscaling/v1
    kind: HorizontalPodAutoscaler
    metadata: {name: s}
    spec:
      maxReplicas: 5
      targetCPUUtilizationPercentage: 70
      scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
    """

  /// What a webhook was asked about an autoscaler that was sent as v1.
  private func question(_ kind: String, _ version: String, _ policy: String, patch: String? = nil)
    throws -> (JSONValue?, made: JSONValue)
  {
    let asked = Mutex<JSONValue?>(nil)
    let cluster = try TestCluster { _, review, _, _ in
      asked.withLock { $0 = review["request"] }
      var response: JSONValue = ["uid": review.at("request", "uid") ?? "", "allowed": true]
      if let patch { response["patch"] = .string(Base64.encode(patch.utf8)) }
      return ["response": response]
    }
    try cluster.apply(Self.hooks(kind, version, policy))
    let made = try cluster.apply(Self.scaler)[0]
    return (asked.withLock { $0 }, made)
  }

  @Test("who names another version sees the object in that version, and what was sent")
  func equivalent() throws {
    let request = try #require(try question("Validating", "v2", "Equivalent").0)
    #expect(
      request.text("kind", "version") == "v2" && request.text("requestKind", "version") == "v1")
    #expect(request.text("resource", "version") == "v2")
    #expect(request.text("requestResource", "version") == "v1")
    let metric = request.list("object", "spec", "metrics").first ?? [:]
    #expect(metric.number("resource", "target", "averageUtilization") == 70)
    #expect(request.text("object", "apiVersion") == "autoscaling/v2")
  }

  @Test("unless it wants exactly what it names")
  func exact() throws {
    #expect(try question("Validating", "v2", "Exact").0 == nil)
    let request = try #require(try question("Validating", "v1", "Exact").0)
    #expect(request.text("kind", "version") == "v1" && request["kind"] == request["requestKind"])
  }

  @Test("what it changes comes back in the version that was sent")
  func changed() throws {
    let patch =
      #"[{"op": "replace", "path": "/spec/metrics/0/resource/target/averageUtilization", "value": 40}]"#
    let made = try question("Mutating", "v2", "Equivalent", patch: patch).made
    #expect(made.text("apiVersion") == "autoscaling/v1")
    #expect(made.number("spec", "targetCPUUtilizationPercentage") == 40)
  }
}
