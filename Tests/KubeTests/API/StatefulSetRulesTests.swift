import Documents
import Testing

@testable import Kube

@Suite("What may be said of a StatefulSet")
struct StatefulSetRulesTests {
  private func apply(_ spec: String) throws -> String {
    do {
      try TestCluster().apply(
        """
        apiVersion: apps/v1
        kind: StatefulSet
        metadata: {name: db}
        spec:
          serviceName: db
        \(spec)
        """)
      return ""
    } catch let error as APIError { return error.message }
  }

  @Test("its pods mount the claims that are made for each of them")
  func claims() throws {
    let found = try apply(
      """
        selector: {matchLabels: {app: db}}
        template:
          metadata: {labels: {app: db}}
          spec:
            containers:
            - {name: db, image: busybox, volumeMounts: [{name: data, mountPath: /data}]}
        volumeClaimTemplates:
        - metadata: {name: data}
          spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
      """)
    #expect(found == "")
  }

  @Test("says in its own name what it cannot be")
  func words() throws {
    let found = try apply(
      """
        selector: {}
        template:
          metadata: {labels: {app: db}}
          spec:
            activeDeadlineSeconds: 5
            containers: [{name: db, image: busybox}]
      """)
    #expect(found.contains("empty selector is invalid for statefulset"))
    #expect(found.contains("activeDeadlineSeconds in StatefulSet is not Supported"))
  }
}
